"""Take an import back: what that would do, and how it begins; the work itself is ``taking_back``'s.

A row that was changed since, or that something of another origin hangs on, is not touched.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, case, func, select

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.services import audit
from shopadmin.services.imports import undoable
from shopadmin.services.imports.runs import UNDO, ImportRefusedError, begin_job
from shopadmin.services.transactions import writing

# How many changed rows are listed by name; the rest is counted.
LISTED = 200

# What a person knows a row by.
_NAMES = {
    "category": "ref", "seller": "name", "product": "title", "buyer": "name", "buyer_identifier": "kind",
    "shop_order": "order_no", "order_line": "line_no", "payment": "sequence", "shipment": "tracking_no",
    "review": "key", "review_reply": "state",
}  # fmt: skip


def _name_of(table: Table) -> ColumnElement[str]:
    """An incident that the program wrote down has a key instead of a number: its order tells people more."""
    if table.name != "incident":
        return table.c[_NAMES[table.name]]
    return case((table.c.tier.is_(None), table.c.incident_no), else_=table.c.order_no)


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that keeps an import from being undone. ``name``: what a person knows it by, in its table."""

    table: str
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What an undo would do. ``removed``, ``restored``: rows; ``kept``: the first changed rows, of ``kept_total``."""

    removed: int
    restored: int
    kept: tuple[ChangedRow, ...]
    kept_total: int


class ChangedSinceError(ImportRefusedError):
    """Rows were changed since the import: nothing was undone. ``plan`` lists them."""

    def __init__(self, plan: UndoPlan) -> None:
        super().__init__("changed_since", count=plan.kept_total)
        self.plan = plan


def plan(run_id: int) -> UndoPlan:
    """Count what an undo would do now, and list what stands in its way."""
    session = db.session()
    removed = restored = kept_total = 0
    kept: list[ChangedRow] = []
    for table, is_new in undoable.affected():
        mine = undoable.brought(table, run_id) if is_new else undoable.changed(table, run_id)
        blocked = (undoable.is_changed(table, run_id) if is_new else undoable.is_changed_again(table, run_id)) & mine
        total = session.scalar(select(func.count()).select_from(table).where(mine)) or 0
        if not total:
            continue
        in_the_way = session.scalar(select(func.count()).select_from(table).where(blocked)) or 0
        removed += (total - in_the_way) * is_new
        restored += (total - in_the_way) * (not is_new)
        kept_total += in_the_way
        if in_the_way and len(kept) < LISTED:
            rows = session.execute(
                select(table.c.id, _name_of(table)).where(blocked).order_by(table.c.id).limit(LISTED - len(kept))
            )
            kept.extend(ChangedRow(table.name, row_id, str(name or "")) for row_id, name in rows)
    session.rollback()
    return UndoPlan(removed, restored, tuple(kept), kept_total)


def undo(actor: Actor | None, run_id: int, *, force_rest: bool, wake: bool) -> int:
    """Begin to undo the run; returns the job's number. ``force_rest`` leaves changed rows and undoes the others.

    Raises ChangedSinceError, or ImportRefusedError where the run is not ``applied``.
    """
    found = plan(run_id)
    if found.kept_total and not force_rest:
        raise ChangedSinceError(found)
    with writing():
        job_id = begin_job(actor, run_id, UNDO, wake=wake, force_rest=force_rest)
        audit.record(actor, "core.import.undo_began", "import", run_id, after={"force_rest": force_rest})
    return job_id
