"""Bring a backup back: everything is looked over first, then swapped in so that a crash leaves the old or the new.

What comes back is prepared beside what is there (``restoring/`` in the data folder; on PostgreSQL a schema of its
own) and verified there. Then a marker is written; from that moment ``restore_swap`` finishes it.
"""

import shutil
from pathlib import Path

from flask import current_app
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError

from shopadmin import keys
from shopadmin.models import db
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.orders import Order
from shopadmin.services import (
    audit,
    backups,
    contacts,
    database_roles,
    failpoints,
    occupancy,
    restore_swap,
    schema,
    schema_state,
    snapshots,
)
from shopadmin.services.backup_archives import BadArchiveError, Reader
from shopadmin.services.restore_swap import INCOMING, OUTGOING, REPLACED, WORKING, Move
from shopadmin.services.snapshots import Figures
from shopadmin.services.transactions import writing

# Room that must stay free on the disk.
_MARGIN = 50 * 2**20


def restore(path: Path) -> Figures:
    """Replace the shop by the backup; returns what came back.

    Raises BadArchiveError for an archive that cannot be restored, occupancy.OccupiedError while the shop is served;
    nothing was touched then. What was there before is kept aside until the next restore.
    """
    folder: Path = current_app.config["DATA_FOLDER"]
    with occupancy.alone(folder):
        working = folder / WORKING
        shutil.rmtree(working, ignore_errors=True)
        archive = Reader(path)
        try:
            _check_fit(archive, folder)
            moves = _prepare(archive, working, folder)
        except BaseException:
            shutil.rmtree(working, ignore_errors=True)
            if (waiting := _waiting_database()) is not None:
                waiting.unlink(missing_ok=True)
            raise
        finally:
            archive.close()
        found = Figures(archive.manifest.schema, archive.manifest.rows, archive.manifest.audit)
        failpoints.reach("restore.prepared")
        restore_swap.write_marker(working, moves)
        failpoints.reach("restore.marked")
        db.session.remove()
        db.engine.dispose()
        restore_swap.finish(current_app.config)
    return found


def note(name: str, found: Figures) -> None:
    """Write the restore into the log that came back."""
    with writing():
        audit.record(None, "core.backup.restored", "backup", name, after={"rows": sum(found.rows.values())})


def where_replaced() -> str:
    """Where the last restore put what was there before."""
    folder: Path = current_app.config["DATA_FOLDER"] / REPLACED
    return str(folder) if db.engine.dialect.name == "sqlite" else f"{folder} and in PostgreSQL's schema {OUTGOING}"


def _check_fit(archive: Reader, folder: Path) -> None:
    manifest = archive.manifest
    engine = db.engine.dialect.name
    if manifest.engine != engine:
        raise BadArchiveError(f"the backup is of a shop on {manifest.engine}, this one is on {engine}")
    for owner, revisions in manifest.schema.items():
        is_here = owner in schema_state.owners()
        unknown = [revision for revision in revisions.split(",") if is_here and not schema_state.knows(owner, revision)]
        if unknown:
            raise BadArchiveError(f"the backup is newer than this version: {owner} is at {', '.join(unknown)}")
        if not is_here and engine == "postgresql":
            raise BadArchiveError(f"the backup holds tables of the plugin {owner}, which is not installed")
    if schema_state.CORE not in manifest.schema:
        raise BadArchiveError("the backup holds no shop")
    if archive.size() + _MARGIN > shutil.disk_usage(folder).free:
        raise BadArchiveError("there is not enough room on the disk to unpack the backup")


def _prepare(archive: Reader, working: Path, folder: Path) -> list[Move]:
    """Unpack, verify, and say what has to be moved where."""
    working.mkdir(mode=0o700)
    keyring = contacts.keyring()
    moves = [_move(working / name, folder / name, folder) for name in backups.FOLDERS]
    for name in backups.FOLDERS:
        (working / name).mkdir(mode=0o700)
        for member in archive.names(name):
            archive.extract(member, working / member)
    for member in archive.names("keys"):
        archive.extract(member, working / member)
        moves.append(_move(working / member, folder / member, folder))
        if member == "keys/data-keys.json":
            keyring = keys.load_keyring(working / "keys")
    waiting = _waiting_database()
    if waiting is not None:
        waiting.unlink(missing_ok=True)
        archive.extract(backups.SQLITE_MEMBER, waiting)
        with snapshots.opened_sqlite(waiting) as connection:
            _verify(connection, archive, keyring)
        moves.append(_move(waiting, waiting.with_name(waiting.name.removesuffix(f".{WORKING}")), folder))
    else:
        _load_postgresql(archive, keyring)
    return moves


def _waiting_database() -> Path | None:
    """Where SQLite's file from the backup waits, beside the shop's own; None on PostgreSQL."""
    if db.engine.dialect.name != "sqlite":
        return None
    target = Path(str(db.engine.url.database)).resolve()
    return target.with_name(f"{target.name}.{WORKING}")


def _move(source: Path, target: Path, folder: Path) -> Move:
    return Move(str(source), str(target), str(folder / REPLACED / target.name))


def _load_postgresql(archive: Reader, keyring: keys.Keyring) -> None:
    """The backup's rows in a schema of their own, made by the migrations up to the backup's revisions."""
    target = snapshots.engine_for(database_roles.owner_address(current_app.config), INCOMING)
    _make_place(target)
    schema.build(target, archive.manifest.schema)
    with target.begin() as connection, snapshots.resting_triggers(connection):
        found = snapshots.parents_first(connection)
        snapshots.empty(connection, found)
        for name in found:
            member = f"database/{name}.copy"
            if member not in archive.manifest.files:
                raise BadArchiveError(f"the backup lacks the table {name}")
            if name.endswith("_alembic_version"):
                continue  # the migrations have just written it
            snapshots.copy_in(connection, name, archive.manifest.columns[name], archive.pieces(member))
        snapshots.renumber(connection)
        _verify(connection, archive, keyring)


def _make_place(target: Engine) -> None:
    """An empty schema for what comes back; whether it can take the other one's place is known before anything is."""
    with database_roles.owner_engine(current_app.config).connect() as connection:
        if not connection.scalar(_MAY_SWAP):
            raise BadArchiveError(
                "a restore puts a schema of PostgreSQL in the place of another, which takes the owner of the database: "
                "let DATABASE_MIGRATE_URL name that role"
            )
    with target.begin() as connection:
        connection.execute(text(f"drop schema if exists {INCOMING} cascade"))
        connection.execute(text(f"create schema {INCOMING}"))


_MAY_SWAP = text(
    "select pg_has_role(nspowner, 'usage') and has_database_privilege(current_database(), 'create') "
    "from pg_namespace where nspname = current_schema()"
)


def _verify(connection: Connection, archive: Reader, keyring: keys.Keyring) -> None:
    """What came out of the archive is what went in, is sound, and opens with the keys. Raises BadArchiveError."""
    manifest = archive.manifest
    try:
        found = snapshots.figures(connection)
    except DBAPIError:
        found = None
    if found != Figures(manifest.schema, manifest.rows, manifest.audit):
        raise BadArchiveError("the backup does not hold the rows that its manifest says")
    for problem in snapshots.damage(connection):
        raise BadArchiveError(f"the backup holds a damaged shop: {problem.message}")
    try:
        for column, purpose in (
            (BuyerIdentifier.value_encrypted, contacts.IDENTIFIER_PURPOSE),
            (Order.contact_encrypted, contacts.CONTACT_PURPOSE),
        ):
            for sealed in connection.scalars(select(column).where(column.is_not(None)).limit(50)):
                keyring.decrypt(sealed or b"", purpose)
    except keys.KeyringError as error:
        raise BadArchiveError(
            "the backup's phones and addresses do not open with the keys of this shop; put the keys that belong to it "
            "into keys/ of the data folder first"
        ) from error
