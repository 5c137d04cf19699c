"""Statements as the driver takes them: what SQLAlchemy works out at each execution is worked out once."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.sql import CompoundSelect, Select
from sqlalchemy.sql.dml import Insert

Convert = Callable[[Any], Any]


class Prepared:
    """A statement for the driver of a dialect. ``sql``: its text; it takes what ``bound`` makes of the values."""

    def __init__(self, statement: Select[Any] | CompoundSelect[Any] | Insert, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        if compiled.post_compile_params:  # such as of IN: their text depends on the values
            raise ValueError(f"cannot be prepared: {compiled}")
        self.sql = str(compiled)
        self._names: Iterable[str] | None = getattr(compiled, "positiontup", None)
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._binds = _only(
            (name, _type(bind, dialect).bind_processor(dialect)) for name, bind in compiled.binds.items()
        )
        columns = statement.exported_columns
        self._results = _only(
            (number, _type(column, dialect).result_processor(dialect, None)) for number, column in enumerate(columns)
        )
        self._row = namedtuple("Row", map(str, columns.keys()))  # type: ignore[misc]

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver wants them."""
        converted = {**self._fixed, **values}
        for name, convert in self._binds:
            converted[name] = convert(converted[name])
        return converted if self._names is None else tuple(converted[name] for name in self._names)

    def row(self, found: Iterable[Any]) -> Any:
        """The row with its values as SQLAlchemy gives them."""
        cells = list(found)
        for number, convert in self._results:
            cells[number] = convert(cells[number])
        return self._row(*cells)


def _type(of: Any, dialect: Any) -> Any:
    return of.type.dialect_impl(dialect)


def _only(found: Iterable[tuple[Any, Convert | None]]) -> list[tuple[Any, Convert]]:
    return [(which, convert) for which, convert in found if convert is not None]
