"""PostgreSQL with two roles: one owns the tables and migrates, the other serves and can do no more than it needs."""

import json
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from importing import run as import_files
from importing import undo
from orders_file import HEADINGS, order, text
from sqlalchemy import exc, func, inspect, select

from shopadmin import plugin_manager
from shopadmin.app import create_app
from shopadmin.cli import backup, check, database, demo, doctor, plugins
from shopadmin.cli.main import build
from shopadmin.models import db
from shopadmin.models.orders import Order
from shopadmin.services import audit, backups, database_roles, integrity, plugin_data, restore_swap, restores, schema
from shopadmin.services import plugins as plugin_states
from shopadmin.services.backup_archives import BadArchiveError
from shopadmin.services.conflicts import ObjectionsError
from shopadmin.services.transactions import writing
from shopadmin.testing import TwoRoles

pytestmark = pytest.mark.postgresql

GIFT = Path(__file__).resolve().parents[1] / "support" / "gift"
COMMANDS = (backup.backup, backup.restore, check.check, database.db, demo.demo, doctor.doctor, plugins.plugins)
EVERYTHING, LOG, READING, COUNTING = ("DELETE,INSERT,SELECT,UPDATE", "INSERT,SELECT", "SELECT", "USAGE")
KEPT = "INSERT,SELECT,UPDATE"
LIMITED = {
    "api_idempotency": "DELETE,INSERT,SELECT", "api_token": KEPT,
    "audit_entry": LOG, "audit_seal": LOG, "consent": KEPT, "contact_decision": LOG, "do_not_contact": KEPT,
    "shopadmin_alembic_version": READING,
}  # fmt: skip

RIGHTS = """
    select c.relname, c.relkind, coalesce(string_agg(a.privilege_type, ',' order by a.privilege_type collate "C"), '')
    from pg_class c left join lateral (
        select privilege_type from aclexplode(c.relacl) where grantee = 'serving'::regrole
    ) a on true
    where c.relkind in ('r', 'S') and c.relnamespace = 'public'::regnamespace group by c.relname, c.relkind
"""


def rights(shop: TwoRoles) -> dict[str, str]:
    """What was granted on each table and counter."""
    return {name: granted for name, _kind, granted in shop.run("owning", RIGHTS)}


def assert_exact(shop: TwoRoles, **limited: str) -> None:
    """The role that serves has what it needs on everything there is, owns nothing and makes nothing."""
    found = shop.run("owning", RIGHTS)
    kinds = {name: kind for name, kind, _granted in found}
    limits = LIMITED | limited
    expected = {name: limits.get(name, EVERYTHING if kind == "r" else COUNTING) for name, kind in kinds.items()}
    assert {name: granted for name, _kind, granted in found} == expected
    assert limits.keys() <= kinds.keys()
    assert shop.run("owning", "select relname from pg_class where relowner = 'serving'::regrole") == []
    schema_rights = (
        "select has_schema_privilege('serving', 'public', 'usage, create') , has_schema_privilege('public', 'create')"
    )
    assert shop.run("serving", schema_rights) == [(True, False)]


@pytest.fixture
def gift(tmp_path: Path) -> Path:
    """A folder of local plugins with the sample plugin in it."""
    found = tmp_path / "plugins"
    shutil.copytree(GIFT, found / "gift", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (found, *found.rglob("*")):
        path.chmod(path.stat().st_mode & ~(stat.S_IWGRP | stat.S_IWOTH))
    return found


def load(folder: Path) -> Mapping[str, object]:
    """The sample plugin, loaded anew."""
    found, failed = plugin_manager.installed(frozenset({"gift"}), folder)
    assert failed == []
    return found


@pytest.fixture
def command(request: pytest.FixtureRequest, gift: Path) -> Iterator[Callable[..., Result]]:
    """``command("db", "upgrade", DATABASE_URL=…)``: run a command as a process of its own would."""

    shop = request.getfixturevalue("empty_roles" if "empty_roles" in request.fixturenames else "two_roles")
    opened: list[Flask] = []

    def call(*arguments: str, **changes: Any) -> Result:
        config = shop.config(**changes)
        variables = {
            "SHOPADMIN_DATA": str(config["DATA_FOLDER"]),
            "DATABASE_URL": config["DATABASE_URL"],
            "DATABASE_MIGRATE_URL": config["DATABASE_MIGRATE_URL"],
        }

        def factory() -> Flask:
            opened.append(create_app(config, plugins=load(gift)))
            return opened[-1]

        return CliRunner(env=variables).invoke(build(factory, COMMANDS), [*arguments], obj=factory)

    yield call
    for app in opened:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def told(result: Result, code: int = 0) -> Any:
    """What a command with --json printed."""
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


def test_a_shop_lives_with_a_role_that_owns_nothing(
    empty_roles: TwoRoles, gift: Path, command: Callable[..., Result], tmp_path: Path
) -> None:
    assert told(command("db", "upgrade", "--json"))["upgraded"] == ["core", "gift"]
    assert_exact(empty_roles, plugin_gift_alembic_version=READING)
    assert told(command("doctor", "--json"))["ok"]
    assert told(command("demo", "--data-only", "--json"))["loaded"]
    with empty_roles.open(load(gift)):
        report = import_files({"orders.csv": text(HEADINGS, [order(1), order(2)])})
        assert report.state == "applied"
        assert db.session.scalar(select(func.count()).select_from(Order)) == 502
        assert undo(report.run_id).state == "undone"
        with writing() as session:
            session.connection().exec_driver_sql("insert into plugin_gift_card (id, amount) values (1, 500)")
    for action in ("disable", "enable", "disable"):
        told(command("plugins", action, "gift", "--json"))
    assert told(command("plugins", "erase", "gift", "--yes", "gift", "--json"))["rows"] == 1
    told(command("plugins", "enable", "gift", "--json"))
    assert told(command("check", "--json"))["ok"]
    before = rights(empty_roles)

    archive = told(command("backup", "--json"))["file"]
    restored = told(command("restore", archive, "--yes", "--json"))
    assert restored["rows"]["shop_order"] == 500
    assert rights(empty_roles) == before
    assert_exact(empty_roles, plugin_gift_alembic_version=READING)
    with pytest.raises(exc.ProgrammingError, match="permission denied for schema"):
        empty_roles.run("serving", f"select * from {restore_swap.OUTGOING}.shop_order")
    assert told(command("check", "--json"))["ok"]
    assert told(command("demo", "--data-only", "--fresh", "--json"))["loaded"]
    assert_exact(empty_roles, plugin_gift_alembic_version=READING)
    assert told(command("doctor", "--json"))["ok"]


def test_the_log_cannot_be_changed_by_the_role_that_serves(two_roles: TwoRoles) -> None:
    with two_roles.open(), writing():
        audit.record(None, "core.backup.made")
    before = two_roles.run("owning", "select * from audit_entry", "select * from audit_seal")

    for statement in (
        "update audit_entry set code = ''", "delete from audit_seal", "truncate audit_entry cascade",
        "alter table audit_entry disable trigger all", "drop table audit_entry cascade",
        "create or replace function refuse_log_change() returns trigger language plpgsql as 'begin return new; end'",
        "update shopadmin_alembic_version set version_num = '1'", "create table mine (id int)",
        "set role owning", "grant delete on audit_entry to serving; delete from audit_entry",
    ):  # fmt: skip
        with pytest.raises(exc.ProgrammingError, match=r"permission denied|must be owner|no privileges"):
            two_roles.run("serving", statement)

    assert two_roles.run("owning", "select * from audit_entry", "select * from audit_seal") == before


def test_a_shop_that_gains_a_serving_role_later_gives_it_the_same(empty_roles: TwoRoles, gift: Path) -> None:
    """Not even the revisions can be read before that: the first look is the owner's."""
    with empty_roles.open(load(gift), DATABASE_URL=empty_roles.url("owning")):
        schema.upgrade()
        assert set(rights(empty_roles).values()) == {""}
    empty_roles.run("owning", "revoke usage on schema public from public")

    with empty_roles.open(load(gift)):
        assert schema.faults_of_serving_role() != []
        db.engine.dispose()
        assert schema.upgrade() == []
        assert schema.faults_of_serving_role() == []
        assert integrity.problems() == []

    assert_exact(empty_roles, plugin_gift_alembic_version=READING)


def test_a_serving_role_that_may_too_much_is_put_right_and_named_by_doctor(
    two_roles: TwoRoles, command: Callable[..., Result]
) -> None:
    told(command("db", "upgrade", "--json"))
    two_roles.run(
        "owning", "grant all on all tables in schema public to serving", "grant create on schema public to serving"
    )

    (said,) = [found["text"] for found in told(command("doctor", "--json"), 1)["checks"] if found["name"] == "role"]
    assert "may empty the table" in said
    assert "may make tables" in said
    told(command("db", "upgrade", "--json"))

    assert told(command("doctor", "--json"))["ok"]
    assert_exact(two_roles, plugin_gift_alembic_version=READING)


def test_doctor_names_a_serving_role_that_can_become_the_owner(
    two_roles: TwoRoles, command: Callable[..., Result]
) -> None:
    told(command("db", "upgrade", "--json"))
    two_roles.run("shop", "grant owning to serving")
    try:
        found = {entry["name"]: entry for entry in told(command("doctor", "--json"), 1)["checks"]}
    finally:
        two_roles.run("shop", "revoke owning from serving")

    assert not found["role"]["ok"]
    assert "member of the role" in found["role"]["text"]


def test_a_later_revision_and_a_plugin_that_is_gone_keep_to_what_was_said(two_roles: TwoRoles, gift: Path) -> None:
    first = gift / "gift" / "migrations" / "versions" / "0001_cards.py"
    first.write_text(first.read_text() + '\nGRANTS = {"card": "select, insert"}\n')
    with two_roles.open(load(gift)):
        schema.upgrade()
    body = first.read_text().replace(
        'revision = "0001"\ndown_revision = None', 'revision = "0002"\ndown_revision = "0001"'
    )
    body = body.replace("plugin_gift_card", "plugin_gift_color").replace('{"card": "select, insert"}', "{}")
    first.with_name("0002_color.py").write_text(body)

    with two_roles.open(load(gift)):
        assert schema.upgrade() == ["gift"]
    limited = {"plugin_gift_alembic_version": READING, "plugin_gift_card": LOG}
    assert_exact(two_roles, **limited)
    with two_roles.open():
        schema.upgrade()
        assert plugin_data.measure("gift").tables == 2

    assert_exact(two_roles, **limited)


def test_what_the_owners_alone_can_do_is_refused_where_the_owner_is_not_named(
    two_roles: TwoRoles, gift: Path, command: Callable[..., Result]
) -> None:
    """A process that knows the serving role alone starts and serves; it cannot migrate, erase or restore."""
    told(command("db", "upgrade", "--json"))
    with two_roles.open(load(gift)):
        plugin_states.disable(None, "gift")
        archive = backups.create()
    alone = {"DATABASE_MIGRATE_URL": two_roles.url("serving")}
    everything = "select relname, relacl::text from pg_class where relowner = 'owning'::regrole order by 1"
    before = two_roles.run("owning", everything)

    assert told(command("db", "upgrade", "--json", **alone))["upgraded"] == []
    for arguments in (
        ("plugins", "erase", "gift", "--yes", "gift"), ("db", "downgrade", "base", "--plugin", "gift", "--yes"),
        ("restore", str(archive), "--yes"),
    ):  # fmt: skip
        said = told(command(*arguments, "--json", **alone), 2)["error"]
        assert "DATABASE_MIGRATE_URL" in said, arguments

    assert two_roles.run("owning", everything) == before
    assert told(command("check", "--json"))["ok"]


def test_a_plugin_with_tables_is_not_switched_on_where_the_owner_is_not_named(two_roles: TwoRoles, gift: Path) -> None:
    with two_roles.open(load(gift), DATABASE_MIGRATE_URL=two_roles.url("serving")) as app:
        app.extensions["shopadmin.hooks"].on_by_default = frozenset()
        with pytest.raises(ObjectionsError, match="DATABASE_MIGRATE_URL"):
            plugin_states.enable(None, "gift")

        assert not plugin_states.is_on("gift")
        assert "plugin_gift_card" not in inspect(db.engine).get_table_names()


def test_tables_of_another_role_are_refused_with_their_owners_name(two_roles: TwoRoles) -> None:
    two_roles.run("shop", "create table plugin_gift_card (id int)")

    with two_roles.open(), pytest.raises(schema.OwnershipError, match=r"plugin_gift_card, shop does.*reassign owned"):
        schema.upgrade()

    assert rights(two_roles)["plugin_gift_card"] == ""


def test_a_serving_role_that_is_not_there_is_named(empty_roles: TwoRoles, command: Callable[..., Result]) -> None:
    said = told(command("db", "upgrade", "--json", DATABASE_URL=empty_roles.url("nobody_here")), 2)["error"]

    assert "create role nobody_here login" in said
    assert rights(empty_roles) == {}


def test_a_right_that_is_missing_is_said_with_the_remedy(two_roles: TwoRoles, command: Callable[..., Result]) -> None:
    told(command("db", "upgrade", "--json"))
    two_roles.run("owning", "revoke select on shopadmin_alembic_version from serving")

    assert "shopadmin db upgrade" in told(command("check", "--json"), 2)["error"]
    told(command("db", "upgrade", "--json"))

    assert told(command("check", "--json"))["ok"]


def test_a_restore_by_a_role_that_cannot_swap_schemas_touches_nothing(two_roles: TwoRoles) -> None:
    with two_roles.open():
        archive = backups.create()
        two_roles.run("shop", f"alter database {two_roles.database} owner to shop")
        before = two_roles.run("shop", "select nspname from pg_namespace order by 1")

        with pytest.raises(BadArchiveError, match="DATABASE_MIGRATE_URL"):
            restores.restore(archive)

    assert two_roles.run("shop", "select nspname from pg_namespace order by 1") == before
    assert not (two_roles.data / restore_swap.WORKING).exists()


def test_the_tables_that_revisions_name_in_their_grants_are_there(two_roles: TwoRoles) -> None:
    """A name that is mistyped would leave the usual rights on the table that was meant."""
    assert {"audit_entry", "audit_seal", "contact_decision"} == {
        name for name, held in rights(two_roles).items() if held == LOG
    }


@pytest.mark.parametrize(
    ("serves", "owns", "role"),
    [
        ("sqlite:///shop.db", "sqlite:///shop.db", None),
        ("postgresql://a@/shop", "postgresql+psycopg://a:secret@host/shop", None),
        ("postgresql://a@/shop", "postgresql://b@/shop", "a"),
        ("postgresql:///shop?user=a", "postgresql://a@/shop", None),
        ("postgresql:///shop", "postgresql://b@/shop", "of_the_environment"),
    ],
)
def test_the_role_that_serves_is_taken_from_the_address(
    serves: str, owns: str, role: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGUSER", "of_the_environment")

    assert database_roles.serving({"DATABASE_URL": serves, "DATABASE_MIGRATE_URL": owns}) == role
