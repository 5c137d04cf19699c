"""What a person reads."""

from typing import Protocol


class Text(Protocol):
    """A string, or a lazy translation that becomes one when shown."""

    def __str__(self) -> str: ...
