"""``shopadmin plugins …``: English whatever the shop speaks, codes for programs, safe mode, what the start says."""

import json
import logging
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

from shopadmin import hook_calls, hook_guard, testing
from shopadmin.cli import starting
from shopadmin.cli.main import build
from shopadmin.cli.plugins import plugins as commands
from shopadmin.contract import Manifest, MessageChannel, PeriodicJob, Problem
from shopadmin.hookspecs import hookimpl
from shopadmin.services import plugin_health, plugins, schema, schema_state, settings


def odd(**hooks):
    manifest = Manifest(name="odd", title="Odd one", version="1.0", api_version=1)
    return SimpleNamespace(shopadmin_manifest=hookimpl(lambda: manifest), **hooks)


@pytest.fixture
def run():
    """``run(app, "plugins", "list")``: exit code and the printed object."""

    def call(app, *arguments):
        result = CliRunner().invoke(build(lambda: app, (commands,)), [*arguments, "--json"])
        return result.exit_code, json.loads(result.stdout)

    return call


@pytest.fixture
def chinese(make_app):
    """``chinese(plugins, …)``: a shop whose language is Chinese."""

    def make(plugins, **config):
        app = make_app(plugins=plugins, **config)
        with app.app_context():
            settings.save(None, language="zh")
        return app

    return make


def test_the_plugins_that_are_not_there_are_named_as_such(chinese, run):
    app = chinese({"odd": odd()})

    for act in ("enable", "disable", "erase"):
        code, answer = run(app, "plugins", act, "nosuch")
        assert (code, answer) == (2, {"error": "there is no plugin nosuch installed", "code": "unknown_plugin"})


@click.command()
def greet():
    """Greet."""
    click.echo("hello")


def test_a_command_of_a_plugin_that_waits_for_its_migration_says_so(chinese, run):
    app = chinese({"odd": odd(shopadmin_cli_commands=hookimpl(lambda: [greet]))})
    with app.app_context():
        hook_guard.record().late = frozenset({"odd"})

    code, answer = run(app, "odd", "greet")

    assert (code, answer["code"]) == (2, "plugin_off")
    assert "the plugin odd is left out: pending migration" in answer["error"]


def test_in_a_database_that_waits_for_an_upgrade_a_command_names_it(chinese, run):
    app = chinese({"odd": odd()})
    with app.app_context():
        schema.downgrade(schema_state.CORE, "base")

    assert run(app, "plugins", "list") == (
        2,
        {"error": "the database is not up to date; shopadmin db upgrade", "code": "pending"},
    )


def test_refusals_are_english_in_a_chinese_shop_and_carry_a_code(chinese, run):
    app = chinese({"odd": odd(), "wrong": object()})

    assert run(app, "plugins", "enable", "wrong") == (
        2,
        {
            "error": "This plugin cannot be switched on: no shopadmin_manifest: it does not say what it is",
            "code": "quarantined",
        },
    )
    code, answer = run(app, "plugins", "erase", "odd", "--yes", "odd")
    assert (code, answer["code"]) == (2, "is_on")
    assert answer["error"].startswith("Switch the plugin off first")
    assert run(app, "plugins", "disable", "wrong")[1]["code"] == "quarantined"


def test_a_plugins_own_objection_is_said_with_its_code(chinese, run, monkeypatch):
    app = chinese({"odd": odd(shopadmin_check_erase=hookimpl(lambda: [Problem("odd.busy", "Busy.")]))})
    monkeypatch.setattr("shopadmin.services.schema_state.heads", lambda: {"core": "1", "odd": "1"})
    assert run(app, "plugins", "disable", "odd") == (0, {"name": "odd", "state": "off"})

    assert run(app, "plugins", "erase", "odd", "--yes", "odd") == (2, {"error": "Busy.", "code": "odd.busy"})


def test_check_exits_with_1_and_the_reason_of_a_paused_plugin_and_list_has_it_too(chinese, run):
    def failing(orders):
        raise RuntimeError("on purpose")

    app = chinese({"odd": odd(shopadmin_order_badges=hookimpl(failing))})
    with app.app_context():
        testing.make_order()
    assert run(app, "plugins", "check") == (0, {"ok": True, "safe_mode": False, "problems": []})
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
    for _ in range(plugin_health.PAUSE_ERRORS):
        owner.get("/admin/orders/")

    code, checked = run(app, "plugins", "check")
    _code, listed = run(app, "plugins", "list")

    assert (code, checked["ok"]) == (1, False)
    assert checked["problems"][0]["reason"].startswith("paused; 5 errors in 10 minutes; 5 failures; last: ")
    (row,) = listed["plugins"]
    assert (row["state"], row["reason"]) == ("paused", "5 errors in 10 minutes")
    assert row["last_failure"]["error"] == "RuntimeError: on purpose"


def test_safe_mode_lists_what_it_did_not_load_and_switches_it_off(chinese, run):
    app = chinese({"odd": odd()}, SAFE_MODE=True)

    _code, listed = run(app, "plugins", "list")
    assert [(row["name"], row["state"], row["reason"], row["decided"]) for row in listed["plugins"]] == [
        ("odd", "not_loaded", "not loaded (safe mode)", "on")
    ]
    assert run(app, "plugins", "check") == (0, {"ok": True, "safe_mode": True, "problems": []})
    assert run(app, "odd", "greet") == (
        2,
        {"error": "the plugin odd is not loaded (safe mode)", "code": "safe_mode"},
    )
    assert run(app, "plugins", "disable", "odd") == (0, {"name": "odd", "state": "off"})
    assert run(app, "plugins", "list")[1]["plugins"][0]["decided"] == "off"


def test_the_start_names_every_plugin_that_was_left_out_in_the_words_of_the_list(chinese, run, caplog):
    app = chinese({"odd": odd(), "wrong": object(), "worse": SimpleNamespace(shopadmin_manifest=hookimpl(lambda: 7))})
    listed = {row["name"]: row["reason"] for row in run(app, "plugins", "list")[1]["plugins"]}

    with caplog.at_level(logging.ERROR):
        starting.name_left_out(app)

    assert [record.getMessage() for record in caplog.records] == [
        f"plugin {name} is left out: {listed[name]}" for name in ("worse", "wrong")
    ]


def test_a_command_of_a_plugin_that_is_off_is_refused_with_a_code(chinese, run):
    @click.command()
    def greet() -> None:
        """Say hello. Exit 0."""

    app = chinese({"odd": odd(shopadmin_cli_commands=hookimpl(lambda: [greet]))})
    with app.app_context():
        plugins.disable(None, "odd")

    assert run(app, "odd", "greet") == (
        2,
        {"error": "the plugin odd is off; shopadmin plugins enable odd", "code": "plugin_off"},
    )


def test_periodic_work_may_take_its_time(make_app, monkeypatch):
    monkeypatch.setattr(hook_guard, "SLOW_SECONDS", 0)
    app = make_app(plugins={"odd": odd()})
    with app.app_context():
        assert hook_calls.run_periodic("odd", PeriodicJob("odd.sweep", 60, lambda: None))
        assert not hook_guard.record().unstored


def test_check_names_a_channel_that_is_left_out_for_its_name(chinese, run):
    given = [MessageChannel("bell", "Bell", "text"), MessageChannel("odd.bell", "Bell", "text")]
    app = chinese({"odd": odd(shopadmin_message_channels=hookimpl(lambda: given))})

    code, checked = run(app, "plugins", "check")

    said = "channel bell is left out, as it does not start with odd."
    assert (code, checked["problems"]) == (1, [{"name": "odd", "reason": said}])
