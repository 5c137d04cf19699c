"""Rows whose id, name or hash is one of many, by a statement whose text is the same however many there are."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Dialect,
    LargeBinary,
    String,
    TableValuedAlias,
    Text,
    bindparam,
    func,
    literal_column,
)
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Ids(TypeDecorator[Iterable[Any]]):
    """Integer ids as one value: an array on PostgreSQL, JSON on SQLite."""

    impl = String
    cache_ok = True
    element: type[TypeEngine[Any]] = BigInteger

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the driver is handed."""
        return dialect.type_descriptor(ARRAY(self.element) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        """Convert for the driver. None is refused: no id and no list are two things."""
        if value is None:
            raise ValueError("a list of ids, which may be empty")
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


class _Texts(_Ids):
    """Texts in the same way."""

    cache_ok = True
    element = Text


class _Hashes(TypeDecorator[Iterable[bytes]]):
    """Hashes of one length as one value: one after the other."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Iterable[bytes] | None, dialect: Dialect) -> Any:
        """Convert for the driver. None is refused, as a list of ids is."""
        if value is None:
            raise ValueError("a list of hashes, which may be empty")
        return b"".join(value)


class _Chosen(FunctionElement[bool]):
    type = Boolean()

    def self_group(self, against: Any = None) -> "_Chosen":
        """As it stands: SQLite has no booleans, and `… IN (…) = 1`, which this would become, looks into no index."""
        return self


class _Among(_Chosen):
    inherit_cache = True


class _AmongHashes(_Chosen):
    inherit_cache = True


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({ids})"


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608  both parts are what SQLAlchemy made


@compiles(_AmongHashes, "postgresql")
def _among_hashes_postgresql(element: _AmongHashes, compiler: SQLCompiler, **options: Any) -> str:
    column, joined, size = (compiler.process(part, **options) for part in element.clauses)
    places = f"generate_series(1, octet_length({joined}), {size}) AS place"
    return f"{column} = ANY (ARRAY(SELECT substring({joined} FROM place FOR {size}) FROM {places}))"  # noqa: S608  as above


@compiles(_AmongHashes, "sqlite")
def _among_hashes_sqlite(element: _AmongHashes, compiler: SQLCompiler, **options: Any) -> str:
    column, joined, size = (compiler.process(part, **options) for part in element.clauses)
    places = f"SELECT 1 AS place UNION ALL SELECT place + {size} FROM places WHERE place + {size} <= length({joined})"  # noqa: S608
    pieces = f"WITH RECURSIVE places AS ({places}) SELECT substr({joined}, place, {size}) FROM places"  # noqa: S608
    return f"{column} IN ({pieces})"


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Whether the integer ``column`` is one of the ids that the statement is executed with under ``name``.

    ``column.in_(ids)`` writes a parameter for each id: a page of 50 rows and one of 49 are two statements, each to be
    rendered and planned anew. This is one, which the database keeps prepared.
    """
    return _Among(column, bindparam(name, type_=_Ids()))


def each_text(name: str, dialect: str) -> TableValuedAlias:
    """The texts that the statement is executed with under ``name``, as rows of one column, ``value``.

    For what is to be looked up for each of them, however a database would plan to join them. ``dialect``: its name.
    """
    texts = bindparam(name, type_=_Texts())
    if dialect == "postgresql":
        return func.unnest(texts).table_valued(sql_column("value", Text)).render_derived(name="each")
    return func.json_each(texts).table_valued(sql_column("value", Text), name="each")


def among_hashes(column: Any, name: str, size: int = 16) -> ColumnElement[bool]:
    """Whether ``column`` is one of the hashes that the statement is executed with under ``name``.

    ``size``: how many bytes each of them has.
    """
    return _AmongHashes(column, bindparam(name, type_=_Hashes()), literal_column(str(size)))
