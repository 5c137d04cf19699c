"""What becomes of each staged row: one statement for a range of rows, the same for a dry run and for the import."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Table, and_, case, func, literal, select, update

from shopadmin.services.imports.targets import Target

NEW, UPDATED, LINKED, SAME, DUPLICATE, REJECTED = "n", "u", "l", "s", "d", "x"


class _Current:
    """What stands there already: the shop's row, under what an earlier file of the run says (dry run alone)."""

    def __init__(self, table: Table, earlier: FromClause) -> None:
        self.table, self.earlier = table, earlier

    def __getitem__(self, column: str) -> Any:
        return func.coalesce(self.earlier.c[column], self.table.c[column])


def classify(connection: Connection, target: Target, run_id: int, low: int, high: int, is_check: bool) -> None:
    """Find the shop's row and what it refers to, and set ``action``, for staged rows ``low`` to ``high``."""
    stage, table = target.stage, target.table
    found = target.resolve(stage, table)
    joined: FromClause = found.joined
    is_there: ColumnElement[bool] = table.c.id.is_not(None)
    current: Any = table.c
    if is_check:
        earlier = stage.alias("earlier")
        joined = joined.outerjoin(earlier, and_(earlier.c.run_id == run_id, earlier.c.seq == stage.c.previous))
        is_there = is_there | earlier.c.seq.is_not(None)
        current = _Current(table, earlier)
    said: dict[str, Any] = {column.name: column for column in stage.c} | dict(found.lookups)
    links = literal(False) if is_check else target.differs(target.links, said, current)
    whens: list[tuple[ColumnElement[bool], str]] = [(stage.c.action == DUPLICATE, DUPLICATE)]
    if found.lacks is not None:
        lacks = found.lacks
        if is_check and found.comes is not None:
            lacks = and_(lacks, found.comes.is_distinct_from(True))
        whens.append((lacks, REJECTED))
    if found.skips is not None:
        whens.append((and_(~is_there, found.skips), SAME))
    whens += [(~is_there, NEW), (target.differs(target.columns, said, current), UPDATED), (links, LINKED)]
    answer = (
        select(
            stage.c.seq.label("found_seq"),
            table.c.id.label("found_id"),
            case(*whens, else_=SAME).label("found_action"),
            *(value.label(f"found_{name}") for name, value in found.lookups.items()),
        )
        .select_from(joined)
        .where(*_within(stage, run_id, low, high))
        .subquery()
    )
    values = {name: answer.c[f"found_{name}"] for name in found.lookups}
    connection.execute(
        update(stage)
        .values(target_id=answer.c.found_id, action=answer.c.found_action, **values)
        .where(*_within(stage, run_id, low, high), stage.c.seq == answer.c.found_seq)
    )


def _within(stage: Table, run_id: int, low: int, high: int) -> tuple[Any, ...]:
    return stage.c.run_id == run_id, stage.c.seq.between(low, high)
