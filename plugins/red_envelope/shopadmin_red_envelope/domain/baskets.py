"""The lines of an order, and the tools that reduce or settle it, as the rules see them."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

GOODS = "goods"
LINE_TYPES = (GOODS, "freight", "service_fee")
# The largest amount, in minor units, that a signed 64-bit column holds with room to add a few thousand of them.
MOST_MINOR = 10**15
MOST_UNITS = 1_000_000
LONGEST_KEY = 64


BasketCode = Literal["bad_key", "key_twice", "bad_amount", "bad_quantity", "unknown_type"]
ToolListCode = Literal["bad_tool", "shipped_tool", "tool_twice"]


class BasketError(ValueError):
    """No order can look like this. ``code``: stable; ``key``: of the line; ``most``: the bound that it breaks, or 0."""

    def __init__(self, code: BasketCode, message: str, key: str, most: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.key = key
        self.most = most


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order. ``amount``: minor units of all its units together, after the item-level price.

    ``key``: ASCII, unique in the order and fixed when the line is made, as ties are decided by it.
    """

    key: str
    amount: int
    quantity: int = 1
    type: str = GOODS

    @property
    def goods_amount(self) -> int:
        """What an envelope may count and reduce: nothing of freight, service fees and other non-goods (R7)."""
        return self.amount if self.type == GOODS else 0


@dataclass(frozen=True, slots=True)
class Tool:
    """Another way to pay less, or to pay, that stands on the order. ``amount``: minor units."""

    kind: str
    amount: int = 0


@dataclass(frozen=True, slots=True)
class ToolLists:
    """What goes with an envelope and what does not. Both lists are open: the owner adds to them (R8, R12)."""

    discounts: frozenset[str] = frozenset({"store_full_reduction", "store_full_discount"})
    tenders: frozenset[str] = frozenset({"gold_coins", "jifenbao", "alipay_cash_envelope"})
    refused: frozenset[str] = frozenset({"product_coupon", "store_coupon"})


NOTICE_TOOLS = ToolLists()
LISTS = ("discounts", "tenders", "refused")
_CODE = re.compile("[a-z][a-z0-9_]{0,39}")


class ToolListError(ValueError):
    """A tool cannot stand in this list. ``code``: stable; ``kind``: the tool."""

    def __init__(self, code: ToolListCode, kind: str) -> None:
        super().__init__(f"{code}: {kind}")
        self.code = code
        self.kind = kind


def check_tools(name: str, kinds: Iterable[str], others: Collection[str] = ()) -> None:
    """Raise ToolListError unless the owner may add these tools to the list of this name (R8, R12).

    What the notice names stays where the notice has it. ``others``: what the owner's other lists hold.
    """
    shipped = {kind for other in LISTS if other != name for kind in getattr(NOTICE_TOOLS, other)}
    for kind in kinds:
        if not _CODE.fullmatch(kind):
            raise ToolListError("bad_tool", kind)
        if kind in shipped:
            raise ToolListError("shipped_tool", kind)
        if kind in others:
            raise ToolListError("tool_twice", kind)


def extended(**kinds: Iterable[str]) -> ToolLists:
    """The notice's lists with the owner's tools, by the names of ``LISTS``; each list was checked."""
    return ToolLists(**{name: getattr(NOTICE_TOOLS, name) | frozenset(kinds.get(name, ())) for name in LISTS})


def check_lines(lines: Sequence[Line]) -> None:
    """Raise BasketError unless every line can be one of an order."""
    seen: set[str] = set()
    for line in lines:
        if not (1 <= len(line.key) <= LONGEST_KEY and line.key.isascii() and line.key.isprintable()):
            text = f"a key has 1 to {LONGEST_KEY} printable ASCII characters"
            raise BasketError("bad_key", text, line.key, LONGEST_KEY)
        if line.key in seen:
            raise BasketError("key_twice", f"the key {line.key} stands twice", line.key)
        seen.add(line.key)
        if not 0 <= line.amount <= MOST_MINOR:
            text = f"the amount of {line.key} is not between 0 and {MOST_MINOR}"
            raise BasketError("bad_amount", text, line.key, MOST_MINOR)
        if not 1 <= line.quantity <= MOST_UNITS:
            text = f"the quantity of {line.key} is not 1 to {MOST_UNITS}"
            raise BasketError("bad_quantity", text, line.key, MOST_UNITS)
        if line.type not in LINE_TYPES:
            raise BasketError("unknown_type", f"{line.key} is none of: {', '.join(LINE_TYPES)}", line.key)
