"""What a refund gives: cash per line, and whether the envelope comes back (R18 to R22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

RefundCode = Literal["unknown_line", "bad_units", "more_than_left", "nothing_to_refund", "completed_before_started"]


class RefundError(ValueError):
    """This refund cannot be. ``key``: the line it is about, or empty; ``left``: the units it still has."""

    def __init__(self, code: RefundCode, message: str, key: str = "", left: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.key = key
        self.left = left


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line as it was frozen at placement, and how many of its units earlier acts have taken.

    ``before``: minor units left of its goods before the envelope; ``share``: what the envelope bears of them. Both are
    0 for lines that are no goods.
    """

    key: str
    quantity: int
    before: int
    share: int
    refunded: int = 0

    @property
    def left(self) -> int:
        return self.quantity - self.refunded


@dataclass(frozen=True, slots=True)
class LineRefund:
    """What goes back of one line: units, cash, and the envelope's share of those units. Minor units."""

    key: str
    units: int
    cash: int
    share: int


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund act. ``is_full``: it covers every priced unit, and no earlier act took one (R20)."""

    lines: tuple[LineRefund, ...]
    is_full: bool

    @property
    def cash(self) -> int:
        return sum(line.cash for line in self.lines)

    @property
    def share(self) -> int:
        return sum(line.share for line in self.lines)


@dataclass(frozen=True, slots=True)
class GiveBack:
    """The three facts that decide whether the envelope returns; they are stored with the decision."""

    is_full: bool
    is_before_receipt: bool
    is_valid: bool

    @property
    def is_granted(self) -> bool:
        """R18: all three. R19: not once it has expired. R20: not for a part."""
        return self.is_full and self.is_before_receipt and self.is_valid


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a completed act comes to: cash, what the envelope is worth again (all or nothing), what is forfeited."""

    cash: int
    given_back: int
    forfeited: int


def of_units(amount: int, quantity: int, refunded: int, units: int) -> int:
    """The part of an amount that falls to ``units`` after ``refunded`` of ``quantity``: by cumulative floors.

    However the units are batched, all of them together come to the amount (R21).
    """
    return amount * (refunded + units) // quantity - amount * refunded // quantity


def refund(lines: Sequence[PlacedLine], units: Mapping[str, int] | None = None) -> Refund:
    """The act that takes these units of each line, by key; None takes all that is left. Raises RefundError.

    Cash and share are split each for itself: the difference of the two floors could be negative.
    """
    wanted = {line.key: line.left for line in lines} if units is None else units
    _check(lines, wanted)
    taken = [(line, wanted.get(line.key, 0)) for line in lines]
    is_full = all(line.refunded == 0 and count == line.quantity for line, count in taken if line.before)
    return Refund(tuple(_line_refund(line, count) for line, count in taken if count), is_full)


def give_back(act: Refund, started_at: int, completed_at: int, received_at: int | None, use_to: int) -> GiveBack:
    """The facts of an act that completes: milliseconds UTC; ``received_at``: the confirmed receipt, None before it.

    Started strictly before the receipt, completed strictly before the envelope's end (R18, R19). Raises RefundError.
    """
    if completed_at < started_at:
        raise RefundError("completed_before_started", "it is completed before it is started")
    return GiveBack(act.is_full, received_at is None or started_at < received_at, completed_at < use_to)


def settle(act: Refund, facts: GiveBack, envelope: int) -> Settlement:
    """What the act comes to. The envelope returns whole, or the share of the refunded units is forfeited."""
    if facts.is_granted:
        return Settlement(act.cash, envelope, 0)
    return Settlement(act.cash, 0, act.share)


def after(lines: Sequence[PlacedLine], act: Refund) -> tuple[PlacedLine, ...]:
    """The lines once the act has taken its units."""
    units = {line.key: line.units for line in act.lines}
    return tuple(replace(line, refunded=line.refunded + units.get(line.key, 0)) for line in lines)


def can_be_undone(line: PlacedLine, cash: int, share: int, part: LineRefund) -> bool:
    """Whether the line is by cumulative floors again without ``part``; ``cash``, ``share``: refunded of it so far.

    A refund that is cancelled is as if it had never been. Where a later one has taken units on top of it and the
    amounts do not divide evenly, what is left would not sum to what was paid (R21).
    """
    units = line.refunded - part.units
    paid = line.before - line.share
    return (cash - part.cash, share - part.share) == (
        of_units(paid, line.quantity, 0, units),
        of_units(line.share, line.quantity, 0, units),
    )


def _check(lines: Sequence[PlacedLine], wanted: Mapping[str, int]) -> None:
    left = {line.key: line.left for line in lines}
    for key, count in wanted.items():
        if key not in left:
            raise RefundError("unknown_line", f"there is no line {key}", key)
        if count < 0:
            raise RefundError("bad_units", f"the units of {key} are below 0", key, left[key])
        if count > left[key]:
            raise RefundError("more_than_left", f"of {key} are {left[key]} units left, not {count}", key, left[key])
    if not any(wanted.values()):
        raise RefundError("nothing_to_refund", "nothing is left to refund, or no units are named")


def _line_refund(line: PlacedLine, units: int) -> LineRefund:
    cash = of_units(line.before - line.share, line.quantity, line.refunded, units)
    return LineRefund(line.key, units, cash, of_units(line.share, line.quantity, line.refunded, units))
