"""Rows whose id is one of many, by a statement whose text is the same however many there are."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Dialect, String, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Ids(TypeDecorator[Iterable[int]]):
    """Integer ids as one value: an array on PostgreSQL, JSON on SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the driver is handed."""
        return dialect.type_descriptor(ARRAY(BigInteger) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> Any:
        """Convert for the driver. None is refused: no id and no list are two things."""
        if value is None:
            raise ValueError("a list of ids, which may be empty")
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


class _Among(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> "_Among":
        """As it stands: SQLite has no booleans, and `… IN (…) = 1`, which this would become, looks into no index."""
        return self


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({ids})"


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608  both parts are what SQLAlchemy made


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Whether the integer ``column`` is one of the ids that the statement is executed with under ``name``.

    ``column.in_(ids)`` writes a parameter for each id: a page of 50 rows and one of 49 are two statements, each to be
    rendered and planned anew. This is one, which the database keeps prepared.
    """
    return _Among(column, bindparam(name, type_=_Ids()))
