"""Commands of plugins: those that need no shop open none; all others are the registered, switched-on plugin's."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from shopadmin.cli.main import RefusedError, build
from shopadmin.services import plugins

SOURCE = """
import click
from flask import has_app_context
from shopadmin.plugin_api import Manifest, ShopFreeCommand, hookimpl


@hookimpl
def shopadmin_manifest():
    return Manifest(name="two_ways", title="Two ways", version="1.0", api_version=1)


@click.command(cls=ShopFreeCommand)
def count():
    click.echo(f"counted, {has_app_context()}")


@click.command()
def greet():
    click.echo(f"greeted, {has_app_context()}")


@hookimpl
def shopadmin_cli_commands():
    return [count, greet]
"""


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed plugin with a command of each kind; returns its source."""
    folder = tmp_path / "site"
    about = folder / "two_ways-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: two-ways\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[shopadmin.plugins]\ntwo_ways = two_ways_sample\n")
    source = folder / "two_ways_sample.py"
    source.write_text(SOURCE)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "two_ways_sample", raising=False)
    monkeypatch.setenv("SHOPADMIN_PLUGINS", "two_ways")
    return source


def no_shop() -> Flask:
    raise LookupError("the shop was opened")


def call(factory, *arguments: str) -> Result:
    return CliRunner().invoke(build(factory, ()), arguments)


def registered(make_app) -> Flask:
    return make_app(plugins={"two_ways": __import__("two_ways_sample")})


def test_a_command_that_needs_no_shop_opens_none(distribution) -> None:
    answer = call(no_shop, "two-ways", "count")

    assert (answer.exit_code, answer.stdout) == (0, "counted, False\n")
    assert call(no_shop, "two-ways", "count", "--help").exit_code == 0


@pytest.mark.parametrize("arguments", [("greet",), ("--help",), ("unknown",)])
def test_whatever_else_is_asked_opens_the_shop(distribution, arguments: tuple[str, ...]) -> None:
    assert isinstance(call(no_shop, "two-ways", *arguments).exception, LookupError)


def test_help_names_what_needs_a_shop_where_there_is_none(distribution) -> None:
    def none_yet() -> Flask:
        raise RefusedError("there is no shop here", "no_shop")

    listed = call(none_yet, "two-ways", "--help")

    assert listed.exit_code == 0
    assert "count" in listed.stdout
    assert "greet" in listed.stdout
    assert call(none_yet, "two-ways", "greet").exit_code == 2


def test_in_a_shop_both_are_there(distribution, make_app) -> None:
    shop = registered(make_app)
    with shop.app_context():
        plugins.look_again()

    assert call(lambda: shop, "two-ways", "greet").stdout == "greeted, True\n"
    listed = call(lambda: shop, "two-ways", "--help").stdout
    assert "count" in listed
    assert "greet" in listed
    assert call(lambda: shop, "two-ways", "unknown").exit_code == 2


def test_a_plugin_that_is_off_still_answers_what_needs_no_shop(distribution, make_app) -> None:
    shop = registered(make_app)
    with shop.app_context():
        plugins.look_again()
        plugins.disable(None, "two_ways")

    assert call(lambda: shop, "two-ways", "count").exit_code == 0
    refused = call(lambda: shop, "two-ways", "greet")
    assert refused.exit_code == 2
    assert "is off" in refused.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("SHOPADMIN_PLUGINS", ""), ("SHOPADMIN_PLUGINS", "gift"), ("SHOPADMIN_SAFE_MODE", "1")]
)
def test_what_is_not_allowed_is_not_even_imported(distribution, monkeypatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    assert isinstance(call(no_shop, "two-ways", "count").exception, LookupError)
    assert "two_ways_sample" not in sys.modules


@pytest.mark.parametrize(
    "source",
    ["raise SystemExit('at import')", "raise RuntimeError('at import')", SOURCE.replace("[count, greet]", "1 / 0"), ""],
)
def test_a_plugin_that_is_wrong_is_left_to_the_shop_which_says_why(distribution, source: str) -> None:
    distribution.write_text(source)

    assert isinstance(call(no_shop, "two-ways", "count").exception, LookupError)


def test_a_name_that_nobody_brings_is_no_command(make_app) -> None:
    shop = make_app()

    assert call(lambda: shop, "nobody", "count").exit_code == 2
