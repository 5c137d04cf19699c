"""An app per test on a new empty shop, and the client that asks it."""

import contextvars
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from werkzeug.routing import Rule

from shopadmin import hook_guard
from shopadmin.app import create_app
from shopadmin.models import db
from shopadmin.services import schema
from shopadmin.testing.fresh_databases import CORE, Databases, Prepare

# What ``make_app`` prepares for a plugin with tables of its own: applies its revisions, as ``shopadmin db upgrade``.
make_tables = schema.upgrade

_build_rule = Rule._compile_builder
_builders: dict[object, Callable[..., tuple[str, str]]] = {}


def _build_rule_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What makes a rule's addresses; Werkzeug compiles Python for it, most of the time that an app needs to start."""
    wanted = rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown
    if wanted not in _builders:
        _builders[wanted] = _build_rule(rule, append_unknown)
    return _builders[wanted]


Rule._compile_builder = _build_rule_once  # type: ignore[method-assign, assignment]


class ShopClient(FlaskClient):
    """A test client whose requests stand alone, as on a server: a context pushed by the test is not theirs.

    Flask would lend them that one, and with it what an earlier request left in ``g``: the account, for example.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request; the answer is read to its end, and the test's own session sees what it changed."""
        kwargs.setdefault("buffered", True)
        response = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.rollback()
        return response


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Where apps find the templates that an earlier one compiled: that takes longer than most tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(
    databases: Databases, tmp_path: Path, compiled_templates: BytecodeCache, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Flask]]:
    """``make_app(plugins={}, **config)``: an app on a new empty shop; ``shop_of=app``: on the shop of that one.

    ``prepare=make_tables`` or a function of your own: it has made the plugins' tables, once for all tests.
    """
    made: list[tuple[Flask, dict[str, Any]]] = []
    # A machine that does much else slows every hook: only a test of slow ones says what is slow.
    monkeypatch.setattr(hook_guard, "SLOW_SECONDS", math.inf)

    def make(
        plugins: Mapping[str, object] | None = None,
        shop_of: Flask | None = None,
        prepare: Prepare | None = None,
        **config: Any,
    ) -> Flask:
        there = next((settings for app, settings in made if app is shop_of), None)
        template = databases.prepare(prepare, plugins or {}) if prepare else CORE
        settings = (there or databases.fresh(tmp_path / f"data{len(made)}", template)) | config
        app = create_app(settings, plugins=plugins or {})
        app.test_client_class = ShopClient
        app.jinja_env.bytecode_cache = compiled_templates
        made.append((app, settings))
        return app

    yield make
    for app, _settings in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    for settings in {str(found["DATABASE_URL"]): found for _app, found in made}.values():
        databases.drop(settings)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An app without plugins on a new empty shop, its context pushed."""
    made = make_app()
    with made.app_context():
        yield made
        db.session.remove()
