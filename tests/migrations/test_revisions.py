"""Revisions: up, down and up again on both engines, in step with the models, each owner with its own tables."""

import sqlite3
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.util.exc import CommandError
from flask import Flask
from sqlalchemy import inspect

from shopadmin import testing
from shopadmin.app import create_app
from shopadmin.contract import Manifest
from shopadmin.hookspecs import hookimpl
from shopadmin.models import Base, db
from shopadmin.models.staging import STAGE
from shopadmin.services import integrity, schema, schema_state


def tables() -> set[str]:
    db.session.remove()
    with db.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


@pytest.fixture
def empty_app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """A shop whose database holds nothing at all."""
    made = make_app()
    with made.app_context():
        schema.downgrade(schema_state.CORE, "base")
        yield made
        db.session.remove()


def test_up_down_and_up_again(app: Flask) -> None:
    full = tables()

    schema.downgrade(schema_state.CORE, "base")
    assert tables() == {schema_state.version_table(schema_state.CORE)}
    assert schema_state.is_new()

    assert schema.upgrade() == [schema_state.CORE]
    assert tables() == full
    assert integrity.problems() == []


def test_pictures_of_orders_become_evidence_and_go_back(app: Flask) -> None:
    testing.make_account(app, is_owner=True)
    schema.downgrade(schema_state.CORE, "0003")
    added = (
        "insert into attachment (uuid, subject, subject_id, file_name, media_type, size, sha256, shown_sha256, "
        "uploaded_by, uploaded_at) select 'u-1', 'order', 7, 'a.png', 'image/png', 3, sha, sha, id, created_at "
        "from account, (select cast('00' as bytea) as sha) as given"
    )
    kept = "select uuid, subject, subject_id, file_name, size from {}"
    row = ("u-1", "order", 7, "a.png", 3)
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        connection.exec_driver_sql(added.replace("bytea", "blob") if is_sqlite else added)
        connection.commit()

    schema.upgrade()

    with db.engine.connect() as connection:
        more = connection.exec_driver_sql("select kind, tier, source, captured_at = uploaded_at from evidence").all()
        assert [tuple(found) for found in connection.exec_driver_sql(kept.format("evidence"))] == [row]
        assert [tuple(found) for found in more] == [("picture", 1, "", True)]
    schema.downgrade(schema_state.CORE, "0003")
    with db.engine.connect() as connection:
        assert [tuple(found) for found in connection.exec_driver_sql(kept.format("attachment"))] == [row]
    schema.upgrade()


def test_the_models_and_the_revisions_agree(app: Flask) -> None:
    assert schema.differences(schema_state.CORE) == []


def test_a_model_that_no_revision_knows_is_noticed(app: Flask) -> None:
    table = sa.Table("shelf", Base.metadata, sa.Column("id", sa.Integer, primary_key=True))
    try:
        found = schema.differences(schema_state.CORE)
    finally:
        Base.metadata.remove(table)

    assert [(change[0], change[1].name) for change in found] == [("add_table", "shelf")]


def test_a_column_that_no_revision_knows_is_noticed(app: Flask) -> None:
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        connection.exec_driver_sql("alter table setting add column extra varchar(10)")
        connection.commit()

    found = schema.differences(schema_state.CORE)

    assert [(change[0], change[2], change[3].name) for change in found] == [("remove_column", "setting", "extra")]


def test_a_second_upgrade_has_nothing_to_do(app: Flask) -> None:
    assert schema.upgrade() == []


def test_no_foreign_key_leads_to_another_owner() -> None:
    def owner(name: str) -> str:
        return name.removeprefix("plugin_").partition("_")[0] if name.startswith("plugin_") else schema_state.CORE

    crossing = [
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if owner(table.name) != owner(key.column.table.name)
    ]

    assert crossing == []


def test_every_constraint_has_a_name(app: Flask) -> None:
    nameless = []
    with db.engine.connect() as connection:
        found = inspect(connection)
        # A plugin's tables stand in the metadata as soon as any test has imported the plugin.
        mine = {name for name in Base.metadata.tables if name in found.get_table_names()}
        for table in mine - STAGE.tables.keys():
            constraints = [
                found.get_pk_constraint(table),
                *found.get_foreign_keys(table),
                *found.get_unique_constraints(table),
                *found.get_check_constraints(table),
            ]
            nameless += [table for constraint in constraints if not constraint["name"]]

    assert nameless == []


def test_a_database_newer_than_the_code_is_refused(app: Flask) -> None:
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        connection.exec_driver_sql("update shopadmin_alembic_version set version_num = '9999'")
        connection.commit()
    before = tables()

    with pytest.raises(schema_state.SchemaError, match="newer"):
        schema.upgrade()

    assert tables() == before


def test_tables_without_a_version_are_refused(app: Flask) -> None:
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        connection.exec_driver_sql("delete from shopadmin_alembic_version")
        connection.commit()
    before = tables()

    with pytest.raises(schema_state.SchemaError, match="half"):
        schema.upgrade()

    assert tables() == before


def plugin_with(folder: Path, body: str) -> Any:
    """A plugin of one revision, whose upgrade is ``body``."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (versions / "0001_first.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        "revision, down_revision, branch_labels, depends_on = '0001', None, None, None\n\n\n"
        f"def upgrade():\n{body}\n\n\ndef downgrade():\n    op.drop_table('plugin_guest_seat')\n"
    )
    plugin = types.ModuleType("shopadmin_guest")
    plugin.__file__ = str(folder / "__init__.py")

    @hookimpl
    def shopadmin_manifest() -> Manifest:
        return Manifest(name="guest", title="Guest", version="1", api_version=1)

    plugin.shopadmin_manifest = shopadmin_manifest  # type: ignore[attr-defined]
    return plugin


CREATE = (
    "    op.create_table('plugin_guest_seat', sa.Column('id', sa.Integer(), primary_key=True))\n"
    '    op.execute("insert into plugin_guest_seat (id) values (1)")'
)
BREAK_OFF = f"{CREATE}\n    raise RuntimeError('no more')"


def test_a_plugin_comes_and_goes_with_a_version_table_of_its_own(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = make_app(plugins={"guest": plugin_with(tmp_path / "guest", CREATE)})
    with app.app_context():
        core = tables()
        assert schema_state.pending() == ["guest"]

        assert schema.upgrade() == ["guest"]
        assert tables() - core == {"plugin_guest_seat", "plugin_guest_alembic_version"}
        assert schema_state.heads() == {"core": schema_state.heads()["core"], "guest": "0001"}

        schema.downgrade("guest", "base")
        assert tables() - core == {"plugin_guest_alembic_version"}
        db.session.remove()


def test_the_core_is_fine_without_a_plugin_that_left_its_tables(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(plugins={"guest": plugin_with(tmp_path / "guest", CREATE)})
    with app.app_context():
        schema.upgrade()
        db.session.remove()
    names = ("DATA_FOLDER", "DATABASE_URL", "DATABASE_MIGRATE_URL", "SECRET_KEY", "TESTING")
    without = create_app({name: app.config[name] for name in names}, plugins={})

    with without.app_context():
        assert schema_state.pending() == []
        assert schema.differences(schema_state.CORE) == []
        assert "plugin_guest_seat" in tables()
        db.engine.dispose()


def test_a_migration_that_breaks_off_leaves_nothing_half_done(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(plugins={"guest": plugin_with(tmp_path / "guest", BREAK_OFF)})
    with app.app_context():
        core = tables()

        with pytest.raises(RuntimeError, match="no more"):
            schema.upgrade()

        assert tables() - core <= {"plugin_guest_alembic_version"}
        assert schema_state.pending() == ["guest"]
        db.session.remove()


ORPHANING = (
    '    op.execute("insert into note (subject, subject_id, text, written_by, written_at) '
    "values ('order', 1, 'x', 999, '2026-01-01 00:00:00')\")"
)


def test_a_migration_that_leaves_rows_without_their_parent_is_undone(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = make_app(plugins={"guest": plugin_with(tmp_path / "guest", ORPHANING)})
    with app.app_context():
        with pytest.raises((RuntimeError, sa.exc.IntegrityError)):
            schema.upgrade()

        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("select count(*) from note").scalar() == 0
        db.session.remove()


REBUILD = (
    "    with op.batch_alter_table('account') as batch:\n"
    "        batch.alter_column('name', existing_type=sa.String(80), type_=sa.String(90))"
)


def test_a_rebuilt_core_table_keeps_the_rows_that_refer_to_it(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    """With SQLite's foreign keys on, the batch's drop of the old table would delete or orphan them."""
    app = make_app(plugins={"guest": plugin_with(tmp_path / "guest", REBUILD)})
    testing.make_account(app, "core.orders:read")
    with app.app_context():
        schema.upgrade()

        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("select count(*) from account_grant").scalar() == 1
        assert integrity.problems() == []
        db.session.remove()


def test_an_unknown_revision_is_refused(app: Flask) -> None:
    before = tables()

    with pytest.raises(CommandError):
        schema.downgrade(schema_state.CORE, "nowhere")

    assert tables() == before


def test_sqlite_is_opened_for_several_processes(app: Flask, database_kind: str) -> None:
    if database_kind == "postgresql":
        return
    file = Path(app.config["DATA_FOLDER"]) / "shop.db"

    plain = sqlite3.connect(file)
    mode = plain.execute("pragma journal_mode").fetchone()
    plain.close()

    assert mode == ("wal",)
