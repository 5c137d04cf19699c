"""Which rows an import brought or changed, and what keeps one from being taken back: as conditions of SQL."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, func, literal, or_, select

from shopadmin.models.base import Base
from shopadmin.models.imports import ImportChange
from shopadmin.services.imports.targets import TARGETS

TABLES = Base.metadata.tables
CHANGE: Table = ImportChange.__table__  # type: ignore[assignment]
# Table to what hangs on its rows: (table, column). Notes and evidence name their subject instead.
_CHILDREN: dict[str, tuple[tuple[str, str], ...]] = {
    "seller": (("product", "supplier_id"),),
    "buyer": (
        ("buyer_identifier", "buyer_id"), ("shop_order", "buyer_id"), ("review", "buyer_id"), ("incident", "buyer_id"),
        ("complaint", "buyer_id"),
    ),
    "shop_order": (
        ("order_line", "order_id"), ("payment", "order_id"), ("refund", "order_id"), ("chargeback", "order_id"),
        ("shipment", "order_id"), ("review", "order_id"), ("incident", "order_id"), ("complaint", "order_id"),
    ),
    "order_line": (("refund", "line_id"), ("shipment_line", "order_line_id")),
    "shipment": (("shipment_line", "shipment_id"),),
    "review": (("review_reply", "review_id"), ("review_version", "review_id"), ("complaint", "review_id")),
}  # fmt: skip
_SUBJECTS = {"shop_order": "order", "buyer": "buyer", "review": "review", "incident": "incident", "product": "product"}


def affected() -> Iterator[tuple[Table, bool]]:
    """Tables with rows the run brought, children first; then those with rows it changed."""
    for target in reversed(TARGETS):
        yield target.table, True
    for target in TARGETS:
        yield target.table, False
    yield TABLES["review_reply"], False


def brought(table: Table, run_id: int) -> ColumnElement[bool]:
    """Rows that came by the run."""
    return table.c.import_run_id == run_id


def _change_of(table: Table, run_id: int, *conditions: Any) -> Any:
    return and_(
        CHANGE.c.run_id == run_id, CHANGE.c.table_name == table.name, CHANGE.c.row_id == table.c.id, *conditions
    )


def changed(table: Table, run_id: int) -> ColumnElement[bool]:
    """Rows of another origin that the run changed."""
    other = table.c.import_run_id.is_distinct_from(run_id) if "import_run_id" in table.c else literal(True)
    ids = select(CHANGE.c.row_id).where(CHANGE.c.run_id == run_id, CHANGE.c.table_name == table.name)
    return and_(table.c.id.in_(ids), other)


def is_changed_again(table: Table, run_id: int) -> ColumnElement[bool]:
    """Whether a row the run changed has another revision by now."""
    same = select(CHANGE.c.id).where(_change_of(table, run_id, CHANGE.c.revision == table.c.revision))
    return ~same.correlate(table).exists()


def is_changed(table: Table, run_id: int) -> ColumnElement[bool]:
    """Whether a row the run brought has another revision by now, or something of another origin hangs on it."""
    return or_(~has_own_revision(table, run_id), carries(table, run_id))


def has_own_revision(table: Table, run_id: int) -> ColumnElement[bool]:
    """Whether a row the run brought is as the run left it."""
    left_at = select(CHANGE.c.revision).where(_change_of(table, run_id)).correlate(table).scalar_subquery()
    return table.c.revision == func.coalesce(left_at, 1)


def carries(table: Table, run_id: int | None) -> ColumnElement[bool]:
    """Whether anything hangs on the row; with a run, anything that the run would not take away or put back."""
    found: list[ColumnElement[bool]] = [literal(False)]
    for name, column in _CHILDREN.get(table.name, ()):
        child = TABLES[name].alias(f"child_{name}")
        conditions = [child.c[column] == table.c.id]
        if run_id is not None:
            if "import_run_id" in child.c:
                conditions.append(child.c.import_run_id.is_distinct_from(run_id))
            put_back = select(CHANGE.c.id).where(
                CHANGE.c.run_id == run_id, CHANGE.c.table_name == name, CHANGE.c.row_id == child.c.id
            )
            conditions.append(~put_back.correlate(child).exists())
        found.append(exists(select(literal(1)).select_from(child).where(*conditions).correlate(table)))
    if subject := _SUBJECTS.get(table.name):
        for name in ("note", "evidence"):
            child = TABLES[name].alias(f"child_{name}")
            about = and_(child.c.subject == subject, child.c.subject_id == table.c.id)
            found.append(exists(select(literal(1)).select_from(child).where(about).correlate(table)))
    return or_(*found)
