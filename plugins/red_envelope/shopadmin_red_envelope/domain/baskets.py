"""The lines of an order, and the tools that reduce or settle it, as the rules see them."""

from collections.abc import Sequence
from dataclasses import dataclass

GOODS = "goods"
LINE_TYPES = (GOODS, "freight", "service_fee")
# The largest amount, in minor units, that a signed 64-bit column holds with room to add a few thousand of them.
MOST_MINOR = 10**15
MOST_UNITS = 1_000_000
LONGEST_KEY = 64


class BasketError(ValueError):
    """No order can look like this. ``code``: stable; ``key``: of the line it is about."""

    def __init__(self, code: str, message: str, key: str) -> None:
        super().__init__(message)
        self.code = code
        self.key = key


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


def check_lines(lines: Sequence[Line]) -> None:
    """Raise BasketError unless every line can be one of an order."""
    seen: set[str] = set()
    for line in lines:
        if not (1 <= len(line.key) <= LONGEST_KEY and line.key.isascii() and line.key.isprintable()):
            raise BasketError("bad_key", f"a key has 1 to {LONGEST_KEY} printable ASCII characters", line.key)
        if line.key in seen:
            raise BasketError("key_twice", f"the key {line.key} stands twice", line.key)
        seen.add(line.key)
        if not 0 <= line.amount <= MOST_MINOR:
            raise BasketError("bad_amount", f"the amount of {line.key} is not between 0 and {MOST_MINOR}", line.key)
        if not 1 <= line.quantity <= MOST_UNITS:
            raise BasketError("bad_quantity", f"the quantity of {line.key} is not 1 to {MOST_UNITS}", line.key)
        if line.type not in LINE_TYPES:
            raise BasketError("unknown_type", f"{line.key} is none of: {', '.join(LINE_TYPES)}", line.key)
