"""What is wrong with a script: a code, the node, the line where it stands, and what the sentence about it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """``node``: empty for the script as a whole; ``line``: counted from 1, 0 where no text was read."""

    code: str
    node: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    line: int = 0


def found(code: str, node: str = "", **params: object) -> Finding:
    """A finding; ``params`` fill the sentence."""
    return Finding(code, node, params)
