"""Imports so far, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.imports import ImportCount, ImportFile, ImportRun

SHOWN = 100


@dataclass(frozen=True, slots=True)
class PastRun:
    """One import in the list: its files' names joined, who began it (empty for the shell), and its counts."""

    id: int
    created_at: datetime
    state: str
    who: str
    files: str
    new: int
    updated: int
    rejected: int


def newest(before: int | None = None) -> Sequence[PastRun]:
    """The newest runs, or the newest before the run with the number ``before``."""
    session = db.session()
    query = (
        select(ImportRun.id, ImportRun.created_at, ImportRun.state, Account.name)
        .outerjoin(Account, Account.id == ImportRun.account_id)
        .order_by(ImportRun.id.desc())
        .limit(SHOWN)
    )
    if before is not None:
        query = query.where(ImportRun.id < before)
    runs = session.execute(query).all()
    ids = [run.id for run in runs]
    names: dict[int, list[str]] = {}
    for run_id, name in session.execute(
        select(ImportFile.run_id, ImportFile.name).where(ImportFile.run_id.in_(ids)).order_by(ImportFile.position)
    ):
        names.setdefault(run_id, []).append(name)
    sums = {
        row[0]: (row[1], row[2], row[3])
        for row in session.execute(
            select(ImportFile.run_id, *(func.sum(column) for column in _COUNTED))
            .join(ImportCount, ImportCount.file_id == ImportFile.id)
            .where(ImportFile.run_id.in_(ids))
            .group_by(ImportFile.run_id)
        )
    }
    return [
        PastRun(
            run.id, run.created_at, run.state, run.name or "", ", ".join(names.get(run.id, ())),
            *map(int, sums.get(run.id, (0, 0, 0))),
        )
        for run in runs
    ]  # fmt: skip


_COUNTED = (ImportCount.new, ImportCount.updated, ImportCount.rejected)
