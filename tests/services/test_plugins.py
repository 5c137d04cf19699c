"""The life of a plugin: found, switched on and off, configured, erased, gone and back again."""

import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask_babel import force_locale
from sqlalchemy import inspect, select, text

from shopadmin import hook_calls, plugin_manager, testing
from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.plugins import PluginState
from shopadmin.services import integrity, plugin_data, plugin_trouble, plugins, schema, schema_state
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.transactions import writing

GIFT = Path(__file__).resolve().parents[1] / "support" / "gift"


@pytest.fixture
def folder(tmp_path):
    """A folder of local plugins with the sample plugin in it."""
    found = tmp_path / "plugins"
    shutil.copytree(GIFT, found / "gift", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (found, *found.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o022)
    return found


def gift(folder):
    """The sample plugin, loaded anew."""
    found, failed = plugin_manager.installed(frozenset({"gift"}), folder)
    assert failed == []
    return found


@pytest.fixture
def shop(make_app, folder):
    """A shop with the sample plugin, its tables made, cards in them."""
    app = make_app(plugins=gift(folder))
    with app.app_context():
        schema.upgrade("gift")
        plugins.look_again()
        with writing() as session:
            session.execute(text("insert into plugin_gift_card (id, amount) values (1, 500), (2, 900)"))
        yield app
        db.session.remove()


def owner(app) -> Actor:
    return Actor(testing.make_account(app, is_owner=True), "Owner", True, frozenset())


def codes() -> list[str]:
    query = select(AuditEntry.code).where(AuditEntry.code.startswith("core.plugin")).order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def test_a_folder_in_the_shops_plugins_is_a_plugin(shop):
    (found,) = plugins.cards()

    assert (found.name, found.state, found.manifest.version) == ("gift", "on", "2.0")
    assert [permission.code for permission in found.permissions] == ["gift.card:read"]


def test_a_file_in_the_shops_plugins_is_a_plugin(folder, make_app):
    source = (
        "from shopadmin.plugin_api import Manifest, hookimpl\n\n\n@hookimpl\ndef shopadmin_manifest():\n"
        "    return Manifest(name='single', title='Single', version='1.0', api_version=1)\n"
    )
    (folder / "single.py").write_text(source)
    (folder / "single.py").chmod(0o600)

    found, failed = plugin_manager.installed(frozenset({"single"}), folder)

    assert failed == []
    assert make_app(plugins=found).extensions["shopadmin.hooks"].plugins.names() == ["single"]


def test_a_plugin_that_others_may_change_is_left_out(folder):
    source = folder / "gift" / "__init__.py"
    source.chmod(source.stat().st_mode | stat.S_IWOTH)

    found, failed = plugin_manager.installed(frozenset({"gift"}), folder)

    assert found == {}
    assert "chmod go-w" in failed[0].reason


def test_what_the_allow_list_does_not_name_is_not_even_imported(folder):
    (folder / "evil.py").write_text("raise SystemExit('imported')\n")

    found, failed = plugin_manager.installed(frozenset({"gift"}), folder)

    assert list(found) == ["gift"]
    assert failed == []


def test_the_names_of_what_would_load_are_known_without_importing_any(folder):
    (folder / "evil.py").write_text("raise SystemExit('imported')\n")
    (folder / "_hidden.py").write_text("")

    assert plugin_manager.known_names(None, folder) >= {"gift", "evil"}
    assert plugin_manager.known_names(frozenset({"evil"}), folder) == {"evil"}
    assert "_hidden" not in plugin_manager.known_names(None, folder)


def test_safe_mode_knows_every_plugin_by_name_and_switches_it_off_for_the_next_start(shop, folder, make_app):
    with writing() as session:
        session.add(PluginState(name="gone", state="paused", changed_at=datetime.now(UTC), settings={}))
    plugins.enable(None, "gift")
    database = shop.config["DATABASE_URL"]
    safe = make_app(plugins={"gift": object(), "new": object()}, SAFE_MODE=True, DATABASE_URL=database)

    with safe.app_context():
        assert {card.name: card.state for card in plugins.cards()} == dict.fromkeys(
            ("gift", "gone", "new"), "not_loaded"
        )
        with pytest.raises(ObjectionsError):
            plugins.enable(None, "gift")
        with pytest.raises(ObjectionsError):
            plugin_data.erase(None, "gift", "gift")
        plugins.disable(None, "gift")
        assert plugins.card("gift").decided == "off"
        assert plugin_data.measure("gift").rows == 2

    assert not hook_calls.is_on("gift")
    assert plugins.card("gift").state == "off"


def test_a_name_that_no_plugin_can_have_is_not_kept_in_safe_mode(make_app):
    app = make_app(plugins={"x" * 41: object()}, SAFE_MODE=True)
    with app.app_context():
        with pytest.raises(MissingError):
            plugins.disable(None, "x" * 41)

        assert plugins.card("x" * 41).decided == "on"


def test_a_plugin_switched_off_keeps_its_data_and_comes_back_with_it(shop):
    actor = owner(shop)

    plugins.disable(actor, "gift")
    assert not hook_calls.is_on("gift")
    assert plugin_data.measure("gift").rows == 2
    plugins.enable(actor, "gift")

    assert hook_calls.is_on("gift")
    assert plugin_data.measure("gift").rows == 2
    assert codes() == ["core.plugin.disabled", "core.plugin.enabled"]


def test_switching_to_what_it_is_already_is_not_logged(shop):
    plugins.enable(owner(shop), "gift")

    assert codes() == []


def test_in_a_shop_that_is_no_longer_new_a_plugin_waits_for_the_owners_word(folder, make_app):
    app = make_app(plugins=gift(folder))
    app.extensions["shopadmin.hooks"].on_by_default = frozenset()  # as if it had been found on the machine
    with app.app_context():
        assert not hook_calls.is_on("gift")
        assert plugins.card("gift").state == "off"

        plugins.enable(None, "gift")

        assert hook_calls.is_on("gift")
        assert plugin_data.measure("gift").tables == 1


def test_in_a_new_shop_all_that_is_installed_is_on(folder, make_app):
    app = make_app(plugins=gift(folder))
    app.extensions["shopadmin.hooks"].on_by_default = frozenset()
    with app.app_context():
        schema.upgrade("gift")
        plugins.look_again()

        plugins.switch_on_installed()

        assert hook_calls.is_on("gift")


def test_a_plugin_whose_tables_are_behind_stays_out_until_they_are_upgraded(folder, make_app):
    second = folder / "gift" / "migrations" / "versions" / "0002_color.py"
    first = second.with_name("0001_cards.py").read_text()
    app = make_app(plugins=gift(folder))
    with app.app_context():
        schema.upgrade("gift")
        body = first.replace('revision = "0001"\ndown_revision = None', 'revision = "0002"\ndown_revision = "0001"')
        second.write_text(body.replace("plugin_gift_card", "plugin_gift_color"))
        plugins.look_again()

        assert not hook_calls.is_on("gift")
        assert plugin_trouble.findings() == [("gift", str(plugins.card("gift").reason))]
        with force_locale("en"):
            assert "pending migration" in plugins.card("gift").reason
        with pytest.raises(ObjectionsError):
            plugins.enable(None, "gift")
        assert schema_state.heads()["gift"] == "0001"

        schema.upgrade("gift")
        plugins.look_again()
        assert hook_calls.is_on("gift")


def test_erasing_needs_the_plugin_off_and_its_name_typed(shop):
    with pytest.raises(RefusedError):
        plugin_data.erase(None, "gift", "gifts")
    with pytest.raises(ObjectionsError):
        plugin_data.erase(None, "gift", "gift")
    assert plugin_data.measure("gift").rows == 2
    plugins.disable(None, "gift")

    assert plugin_data.erase(owner(shop), "gift", "gift") == 2

    assert not [name for name in inspect(db.engine).get_table_names() if name.startswith("plugin_gift_")]
    assert "gift" not in schema_state.heads()
    assert codes() == ["core.plugin.disabled", "core.plugin.erased"]
    assert integrity.problems() == []


def test_a_plugin_may_object_to_being_erased(shop, monkeypatch):
    plugins.disable(None, "gift")
    monkeypatch.setenv("GIFTS_ARE_WRAPPED", "1")

    with pytest.raises(ObjectionsError, match="wrapped"):
        plugin_data.erase(None, "gift", "gift")

    assert plugin_data.measure("gift").rows == 2


def test_a_plugin_that_is_gone_leaves_its_data_and_finds_it_again(shop, folder):
    hooks = shop.extensions["shopadmin.hooks"]
    present, hooks.plugins = hooks.plugins, plugin_manager.create(object(), {})
    plugins.look_again()

    assert plugins.card("gift").state == "missing"
    assert plugin_data.measure("gift").rows == 2
    assert integrity.problems() == []
    with pytest.raises(MissingError):
        plugins.disable(None, "gift")

    hooks.plugins = present
    plugins.look_again()
    assert plugins.card("gift").state == "on"
    assert plugin_data.measure("gift").rows == 2


def test_the_data_of_a_plugin_that_is_gone_can_be_erased(shop):
    shop.extensions["shopadmin.hooks"].plugins = plugin_manager.create(object(), {})
    plugins.look_again()

    assert plugin_data.erase(None, "gift", "gift") == 2

    assert plugins.cards() == []


def test_a_plugin_that_was_erased_starts_anew_when_it_is_switched_on(shop):
    plugins.disable(None, "gift")
    plugin_data.erase(None, "gift", "gift")
    assert plugins.card("gift").state == "off"

    plugins.enable(None, "gift")

    assert (plugins.card("gift").state, plugin_data.measure("gift").rows) == ("on", 0)


def test_an_unknown_plugin_is_missing(shop):
    for act in (plugins.card, lambda name: plugins.enable(None, name), lambda name: plugins.disable(None, name)):
        with pytest.raises(MissingError):
            act("nothing")


def test_settings_are_kept_and_logged(shop):
    assert plugins.load_settings("gift") == {}

    plugins.save_settings(owner(shop), "gift", {"greeting": "Good day"})

    assert plugins.load_settings("gift") == {"greeting": "Good day"}
    assert hook_calls.is_on("gift")
    assert codes() == ["core.plugin.configured"]


def test_downgrading_one_plugin_leaves_the_core_alone(shop):
    before = schema_state.heads()

    schema.downgrade("gift", "base")
    assert schema_state.heads() == {"core": before["core"]}
    schema.upgrade("gift")

    assert schema_state.heads() == before
    assert schema.differences("core") == []
