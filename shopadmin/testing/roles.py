"""Databases on PostgreSQL that one role owns and another one serves."""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine

from shopadmin.app import create_app
from shopadmin.models import db
from shopadmin.services import schema
from shopadmin.testing.clusters import POSTGRESQL_BINARIES, Cluster, postgresql_cluster


@dataclass(frozen=True)
class TwoRoles:
    """An empty database on PostgreSQL that the role ``owning`` owns; ``serving`` may do what it is granted."""

    cluster: Cluster
    database: str
    data: Path

    def config(self, **changes: Any) -> dict[str, Any]:
        """The configuration of a shop that is served by the one and migrated by the other."""
        return {
            "DATA_FOLDER": self.data,
            "DATABASE_URL": self.url("serving"),
            "DATABASE_MIGRATE_URL": self.url("owning"),
            "SECRET_KEY": "not a secret at all, but long enough too",
            "TESTING": True,
            "PASSWORD_MEMORY_KIB": 64,
        } | changes

    def url(self, role: str) -> str:
        """The database's address for a role; ``shop`` is the superuser."""
        return self.cluster.url(self.database, role)

    @contextlib.contextmanager
    def open(self, plugins: Mapping[str, object] | None = None, **changes: Any) -> Iterator[Flask]:
        """The shop as a new process finds it, its context pushed."""
        app = create_app(self.config(**changes), plugins=plugins or {})
        try:
            with app.app_context():
                yield app
        finally:
            # In a context of its own: when the other ended, what was slow in a hook may have been written down.
            with app.app_context():
                db.session.remove()
                db.engine.dispose()

    def run(self, role: str, *statements: str) -> list[Any]:
        """Run statements in one transaction as a role; returns the rows of the last, if it gives any."""
        engine = create_engine(self.url(role), poolclass=NullPool)
        with engine.begin() as connection:
            for statement in statements:
                found = connection.exec_driver_sql(statement)
            return list(found.all()) if found.returns_rows else []


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A private cluster with the roles ``owning`` and ``serving``, whatever database the other tests' shops are on."""
    if not POSTGRESQL_BINARIES:
        pytest.skip("PostgreSQL is not installed")
    with postgresql_cluster() as running:
        running.execute("create role owning login")
        running.execute("create role serving login")
        yield running


@pytest.fixture
def empty_roles(postgresql: Cluster, tmp_path: Path) -> Iterator[TwoRoles]:
    """A new database that one role owns and another one serves; nothing is in it."""
    with _roles_database(postgresql, tmp_path / "data") as made:
        yield made


@pytest.fixture
def two_roles(postgresql: Cluster, roles_template: str, tmp_path: Path) -> Iterator[TwoRoles]:
    """As ``empty_roles``, with the core's tables, as an upgrade leaves them there."""
    with _roles_database(postgresql, tmp_path / "data", roles_template) as made:
        yield made


@pytest.fixture(scope="session")
def roles_template(postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database that ``two_roles`` copies: migrated once."""
    with _roles_database(postgresql, tmp_path_factory.mktemp("roles")) as made:
        with made.open():
            schema.upgrade()
        yield made.database


@contextlib.contextmanager
def _roles_database(cluster: Cluster, data: Path, template: str = "template1") -> Iterator[TwoRoles]:
    name = f"roles_{uuid.uuid4().hex}"
    cluster.copy(template, name, "owner owning")
    yield TwoRoles(cluster, name, data)
    cluster.execute(f"drop database {name} with (force)")
