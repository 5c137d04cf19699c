"""The demo shop served to a real Chromium."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import waitress
from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from shopadmin import testing
from shopadmin.app import create_app
from shopadmin.models import db
from shopadmin.services.demo import load


@dataclass(frozen=True)
class Served:
    """The demo shop at an address."""

    app: Flask
    url: str

    def sign_in(self, context: BrowserContext, account_id: int, language: str, theme: str = "light") -> None:
        """Give the browser a session of the account, a language and a theme."""
        client = testing.sign_in(self.app, account_id)
        with client.session_transaction() as cookie:
            cookie.update({"language": language, "theme": theme})
        session = client.get_cookie("session")
        assert session is not None
        context.add_cookies([{"name": "session", "value": session.value, "url": self.url}])


@pytest.fixture(scope="session")
def served(databases: testing.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo shop on a free port of the loopback, with the component page."""
    config = databases.fresh(tmp_path_factory.mktemp("demo"))
    app = create_app(config | {"DEVELOPMENT": True}, plugins={})
    with app.app_context():
        load.load(datetime.now(UTC))
        db.session.remove()
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Served(app, f"http://127.0.0.1:{server.effective_port}")
    server.close()
    thread.join(timeout=5)
    with app.app_context():
        db.engine.dispose()
    databases.drop(config)


@pytest.fixture
def make_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """``make_context(width=360, **options)``: a browser window without history."""
    opened: list[BrowserContext] = []

    def make(width: int = 1280, **options: Any) -> BrowserContext:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
