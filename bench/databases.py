"""Throw-away shops on both databases."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from shopadmin import testing
from shopadmin.app import create_app
from shopadmin.services import schema


@dataclass(frozen=True, slots=True)
class Shop:
    """An empty, migrated shop in a temporary folder."""

    kind: str
    url: str
    folder: Path

    def app(self, plugins: Mapping[str, object] | None = None) -> Flask:
        """The shop's app with these plugins, its schema up to date."""
        config = {"DATA_FOLDER": self.folder, "DATABASE_URL": self.url, "DATABASE_MIGRATE_URL": self.url}
        app = create_app(config, plugins=plugins or {})
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            schema.upgrade()
        return app


@contextlib.contextmanager
def sqlite_shop() -> Iterator[Shop]:
    """A shop on SQLite, with the pragmas that a real one has."""
    with tempfile.TemporaryDirectory(prefix="shopadmin-bench-") as folder:
        yield Shop("SQLite", f"sqlite:///{folder}/shop.db", Path(folder))


@contextlib.contextmanager
def postgresql_shop() -> Iterator[Shop]:
    """A shop on a private PostgreSQL cluster that syncs as a real one does."""
    with testing.postgresql_cluster(durable=True) as cluster, tempfile.TemporaryDirectory() as folder:
        cluster.execute("create database bench")
        yield Shop("PostgreSQL", cluster.url("bench"), Path(folder))
