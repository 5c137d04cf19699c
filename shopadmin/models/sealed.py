"""A column of text that is encrypted at rest: written and read as text, kept as bytes."""

from typing import Any

from flask import current_app
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

SUFFIX = "_encrypted"


def purpose_of(table: str, column: str) -> bytes:
    """What binds a sealed value to its column, by which a rotation of the keys finds it: no two columns share one."""
    return f"{table}.{column.removesuffix(SUFFIX)}".encode()


class SealedText(TypeDecorator[str]):
    """Text, sealed with the shop's keys; no text is NULL. Name the column ``<something>_encrypted``.

    Reading raises KeyringError for a value that does not open. The value cannot be searched or compared.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, table: str = "", column: str = "") -> None:
        super().__init__()
        self.table, self.column = table, column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Seal it."""
        return _keyring().encrypt(value, purpose_of(self.table, self.column)) if value else None

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str:
        """Open it."""
        opened: str = _keyring().decrypt(value, purpose_of(self.table, self.column)) if value else ""
        return opened


def _keyring() -> Any:
    return current_app.extensions["shopadmin.keyring"]
