"""Swap in what a restore has prepared: from the marker on it is finished, at the next start if need be."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from shopadmin.services import backups, database_roles, failpoints

WORKING, REPLACED, MARKER = "restoring", "replaced", "ready.json"
INCOMING, OUTGOING = "shopadmin_restoring", "shopadmin_replaced"


@dataclass(frozen=True, slots=True)
class Move:
    """One thing to swap in: where it waits, where it goes, and where what is there goes."""

    source: str
    target: str
    aside: str


def write_marker(working: Path, moves: list[Move]) -> None:
    """Say what has to be moved; from now on ``finish`` does it."""
    draft = working / f"{MARKER}.new"
    with draft.open("w") as file:
        json.dump([[move.source, move.target, move.aside] for move in moves], file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(working / MARKER)
    backups.sync_folder(working)


def finish(config: Mapping[str, Any]) -> None:
    """Swap in what a restore has prepared; nothing to do when none is under way. Can be repeated at any point."""
    working = Path(config["DATA_FOLDER"]) / WORKING
    marker = working / MARKER
    if not marker.exists():
        return
    moves = [Move(*entry) for entry in json.loads(marker.read_text())]
    if _are_all_waiting(moves):
        shutil.rmtree(working.parent / REPLACED, ignore_errors=True)
    (working.parent / REPLACED).mkdir(mode=0o700, exist_ok=True)
    _swap_schemas(config)
    for move in moves:
        _swap_in(move)
        failpoints.reach("restore.moved")
    marker.unlink()
    shutil.rmtree(working)


def _are_all_waiting(moves: list[Move]) -> bool:
    return all(Path(move.source).exists() for move in moves)


def _swap_in(move: Move) -> None:
    source, target, aside = Path(move.source), Path(move.target), Path(move.aside)
    if not source.exists():
        return  # done before a crash
    # SQLite's journals go first: the new file must never meet the old one's.
    for suffix in ("-wal", "-shm", ""):
        old = target.with_name(target.name + suffix)
        if old.exists():
            old.replace(aside.with_name(aside.name + suffix))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source.replace(target)
    backups.sync_folder(target.parent)


def _swap_schemas(config: Mapping[str, Any]) -> None:
    """PostgreSQL: the prepared schema takes the place of the one that serves, in one transaction.

    Where another role serves than owns the tables, the migrations that made the schema gave it what it needs.
    """
    engine = database_roles.owner_engine(config)
    if engine.dialect.name != "postgresql":
        return
    role = database_roles.serving(config)
    with engine.begin() as connection:
        waiting = text("select 1 from information_schema.schemata where schema_name = :name")
        if not connection.scalar(waiting, {"name": INCOMING}):
            return
        serving = connection.scalar(text("select current_schema()")) or "public"
        connection.execute(text(f"drop schema if exists {OUTGOING} cascade"))
        connection.execute(text(f'alter schema "{serving}" rename to {OUTGOING}'))
        connection.execute(text(f'alter schema {INCOMING} rename to "{serving}"'))
        if role:  # what was there before is for the tables' owner alone
            name = connection.dialect.identifier_preparer.quote(role)
            connection.execute(text(f"revoke all on schema {OUTGOING} from public, {name}"))
