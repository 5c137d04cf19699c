"""Revisions: up, down and up again on both engines, in step with the models, each owner with its own tables."""

import sqlite3
import types
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.util.exc import CommandError
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import inspect

from shopadmin import testing
from shopadmin.app import create_app
from shopadmin.cli import database, starting
from shopadmin.cli.main import build
from shopadmin.cli.refusals import RefusedError
from shopadmin.contract import Manifest
from shopadmin.hookspecs import hookimpl
from shopadmin.models import Base, db
from shopadmin.models.complaints import Complaint, ComplaintEvidence
from shopadmin.models.evidence import Evidence
from shopadmin.models.jobs import Job
from shopadmin.models.staging import STAGE
from shopadmin.services import integrity, plugin_health, plugins, schema, schema_state
from shopadmin.services.conflicts import ObjectionsError

NOW = datetime(2026, 11, 27, tzinfo=UTC)


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


def put(model: type[Base], *rows: dict[str, Any]) -> None:
    """Write rows past all rules, as an older version left them."""
    db.session.remove()
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        connection.execute(sa.insert(model), rows)
        connection.commit()


def column(wanted: Any, by: Any) -> dict[Any, Any]:
    with db.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(sa.select(by, wanted).order_by(by))}


def test_of_work_that_was_begun_twice_one_goes_on_and_no_second_can_be_written(app: Flask) -> None:
    schema.downgrade(schema_state.CORE, "0007")
    kinds = [
        ("ears.count", "done"), ("ears.count", "queued"), ("ears.count", "running"), ("ears.count", "queued"),
        ("ears.sort", "queued"), ("ears.sort", "queued"), ("import.check", "queued"), ("import.check", "queued"),
    ]  # fmt: skip
    put(Job, *({"id": place, "kind": kind, "state": state, "arguments": {}, "result": {}, "created_at": NOW}
               for place, (kind, state) in enumerate(kinds, 1)))  # fmt: skip

    schema.upgrade()

    kept = ["done", "cancelled", "running", "cancelled", "queued", "cancelled", "queued", "queued"]
    assert list(column(Job.state, Job.id).values()) == kept
    assert [place for place, at in column(Job.finished_at, Job.id).items() if at is not None] == [2, 4, 6]
    with pytest.raises(sa.exc.IntegrityError):
        put(Job, {"kind": "ears.count", "arguments": {}, "result": {}, "created_at": NOW})


def test_reviews_that_a_case_kept_are_chats_no_more_and_no_checklist_opens_again(app: Flask) -> None:
    schema.downgrade(schema_state.CORE, "0008")
    named = [
        ("kept", "review_recovery.case", "chat", "review.txt"), ("talk", "review_recovery.case", "chat", "review.txt"),
        ("theirs", "review_recovery.case", "chat", "chat.txt"), ("others", "ears.case", "chat", "review.txt"),
        ("shot", "review_recovery.case", "picture", "review.txt"),
    ]  # fmt: skip
    plain = {"subject_id": 1, "media_type": "text/plain", "size": 1, "sha256": b"s", "shown_sha256": b"s",
             "captured_at": NOW, "tier": 1, "uploaded_at": NOW}  # fmt: skip
    put(Evidence, *({"id": place, "uuid": name, "subject": subject, "kind": kind, "file_name": file, **plain}
                    for place, (name, subject, kind, file) in enumerate(named, 1)))  # fmt: skip
    put(Complaint, {"id": 1, "complaint_no": "C1", "platform": "taobao", "ground": "extortion", "checked": [],
                    "deadline_at": NOW, "opened_at": NOW})  # fmt: skip
    put(ComplaintEvidence, {"complaint_id": 1, "evidence_id": 1, "item": "review"},
        {"complaint_id": 1, "evidence_id": 2, "item": "contacted"})  # fmt: skip

    schema.upgrade()

    found = {"kept": "review", "talk": "chat", "theirs": "chat", "others": "chat", "shot": "picture"}
    assert column(Evidence.kind, Evidence.uuid) == found
    with pytest.raises(sa.exc.IntegrityError, match="kind"):
        put(Evidence, {"uuid": "odd", "subject": "order", "kind": "smell", "file_name": "a", **plain})
    schema.downgrade(schema_state.CORE, "0008")
    assert column(Evidence.kind, Evidence.uuid) == found | {"kept": "chat"}
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


def plugin_with(folder: Path, body: str, name: str = "guest") -> Any:
    """A plugin of one revision, whose upgrade is ``body``."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (versions / "0001_first.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        "revision, down_revision, branch_labels, depends_on = '0001', None, None, None\n\n\n"
        f"def upgrade():\n{body}\n\n\ndef downgrade():\n    op.drop_table('plugin_guest_seat')\n"
    )
    plugin = types.ModuleType(f"shopadmin_{name}")
    plugin.__file__ = str(folder / "__init__.py")

    @hookimpl
    def shopadmin_manifest() -> Manifest:
        return Manifest(name=name, title="Guest", version="1", api_version=1)

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

        with pytest.raises(schema.PluginRevisionError, match=r"guest \(RuntimeError: no more\)"):
            schema.upgrade()

        assert tables() - core <= {"plugin_guest_alembic_version"}
        assert schema_state.pending() == ["guest"]
        db.session.remove()


def test_who_asks_for_a_revision_of_a_late_database_is_told_to_upgrade_first(empty_app: Flask) -> None:
    refused = CliRunner().invoke(build(lambda: empty_app, (database.db,)), ["db", "revision", "Anything"])

    assert refused.exit_code == 2
    assert "not up to date; shopadmin db upgrade" in refused.stderr


@pytest.fixture
def broken(make_app: Callable[..., Flask], tmp_path: Path) -> Iterator[Flask]:
    """A shop with a plugin whose revision breaks off, and one by a later name that is well."""
    app = make_app(
        plugins={
            "guest": plugin_with(tmp_path / "guest", BREAK_OFF),
            "well": plugin_with(tmp_path / "well", "    pass", "well"),
        }
    )
    with app.app_context():
        yield app
        db.session.remove()


def test_the_shop_starts_without_a_plugin_whose_revision_fails_and_with_the_others(broken: Flask) -> None:
    assert starting.upgrade() == ["well"]

    assert schema_state.pending() == ["guest"]
    assert (plugins.card("guest").state, plugins.card("well").state) == ("quarantined", "on")
    with broken.app_context():
        pass  # what waits is written when a context ends
    db.session.rollback()
    assert [(found.hook, found.error) for found in plugin_health.recent("guest")] == [
        ("revisions", "RuntimeError: no more")
    ]


@pytest.mark.parametrize("was_there", [True, False])
def test_the_shop_starts_without_a_plugin_whose_revision_cannot_be_read(
    make_app: Callable[..., Flask], tmp_path: Path, was_there: bool
) -> None:
    plugin = plugin_with(tmp_path / "guest", CREATE)
    app = make_app(plugins={"guest": plugin})
    with app.app_context():
        if was_there:
            schema.upgrade()
        (tmp_path / "guest" / "migrations" / "versions" / "0002_second.py").write_text("def (")

        assert schema_state.pending() == ["guest"]
        assert starting.upgrade() == []
        assert plugins.card("guest").state == "quarantined"
        with pytest.raises(RefusedError, match=r"guest \(SyntaxError: invalid syntax"):
            starting.upgrade(needs_all=True)
        db.session.remove()


def test_who_upgrades_by_hand_is_told_which_plugin_failed_and_the_others_are_upgraded(broken: Flask) -> None:
    with pytest.raises(RefusedError, match=r"guest \(RuntimeError: no more\)"):
        starting.upgrade(needs_all=True)

    assert schema_state.pending() == ["guest"]


def test_a_plugin_whose_first_revision_fails_cannot_be_switched_on(broken: Flask) -> None:
    with pytest.raises(ObjectionsError) as refused:
        plugins.enable(None, "guest")

    assert [problem.code for problem in refused.value.problems] == ["revisions"]
    assert plugins.card("guest").state == "quarantined"


ORPHANING = (
    '    op.execute("insert into note (subject, subject_id, text, written_by, written_at) '
    "values ('order', 1, 'x', 999, '2026-01-01 00:00:00')\")"
)


def test_a_migration_that_leaves_rows_without_their_parent_is_undone(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = make_app(plugins={"guest": plugin_with(tmp_path / "guest", ORPHANING)})
    with app.app_context():
        with pytest.raises(schema.PluginRevisionError):
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
