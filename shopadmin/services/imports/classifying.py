"""What becomes of each staged row: one statement for a range of rows, the same for a dry run and for the import."""

from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Subquery,
    Table,
    Update,
    and_,
    bindparam,
    case,
    func,
    select,
    update,
)

from shopadmin.services.imports.resolutions import Resolution
from shopadmin.services.imports.targets import BY_NAME, Target

RUN: BindParameter[int] = bindparam("run")
NEW, UPDATED, LINKED, SAME, DUPLICATE, REJECTED = "n", "u", "l", "s", "d", "x"


class _Current:
    """What stands there already: the shop's row, under what an earlier file of the run says (dry run alone)."""

    def __init__(self, table: Table, earlier: FromClause) -> None:
        self.table, self.earlier = table, earlier

    def __getitem__(self, column: str) -> Any:
        return func.coalesce(self.earlier.c[column], self.table.c[column])


def classify(connection: Connection, target: Target, run_id: int, low: int, high: int, is_check: bool) -> None:
    """Find the shop's row and what it refers to, and set ``action``, for staged rows ``low`` to ``high``."""
    connection.execute(_statement(target.name, is_check), {"run": run_id, "low": low, "high": high})


# Built once: putting the statement together takes longer than running it over a chunk.
@cache
def _statement(name: str, is_check: bool) -> Update:
    target = BY_NAME[name]
    stage = target.stage
    answer = _answer(target, is_check)
    values = {column: answer.c[f"found_{column}"] for column in target.resolve(stage, target.table).lookups}
    return (
        update(stage)
        .values(target_id=answer.c.found_id, action=answer.c.found_action, **values)
        # No more than this: with the bounds of the chunk here as well, PostgreSQL compares every row with every answer.
        .where(stage.c.run_id == RUN, stage.c.seq == answer.c.found_seq)
    )


def _answer(target: Target, is_check: bool) -> Subquery:
    """For each staged row of the chunk: the shop's row, what it refers to, and what becomes of it."""
    stage, table = target.stage, target.table
    found = target.resolve(stage, table)
    joined: FromClause = found.joined
    is_there: ColumnElement[bool] = table.c.id.is_not(None)
    current: Any = table.c
    if is_check:
        earlier = stage.alias("earlier")
        joined = joined.outerjoin(earlier, and_(earlier.c.run_id == RUN, earlier.c.seq == stage.c.previous))
        is_there = is_there | earlier.c.seq.is_not(None)
        current = _Current(table, earlier)
    said: dict[str, Any] = {column.name: column for column in stage.c} | dict(found.lookups)
    whens = [(stage.c.action == DUPLICATE, DUPLICATE), *_refusals(found, is_there, is_check), (~is_there, NEW)]
    whens.append((target.differs(target.columns, said, current), UPDATED))
    if not is_check:
        whens.append((target.differs(target.links, said, current), LINKED))
    return (
        select(
            stage.c.seq.label("found_seq"),
            table.c.id.label("found_id"),
            case(*whens, else_=SAME).label("found_action"),
            *(value.label(f"found_{name}") for name, value in found.lookups.items()),
        )
        .select_from(joined)
        .where(*within(stage))
        .subquery()
    )


def _refusals(found: Resolution, is_there: ColumnElement[bool], is_check: bool) -> list[Any]:
    whens: list[Any] = []
    if found.lacks is not None:
        lacks = found.lacks
        if is_check and found.comes is not None:
            lacks = and_(lacks, found.comes.is_distinct_from(True))
        whens.append((lacks, REJECTED))
    if found.skips is not None:
        whens.append((and_(~is_there, found.skips), SAME))
    return whens


def within(stage: Table) -> tuple[ColumnElement[bool], ...]:
    """The rows of a chunk: parameters ``run``, ``low`` and ``high``."""
    return stage.c.run_id == RUN, stage.c.seq.between(bindparam("low"), bindparam("high"))
