"""May this envelope pay for this order: one function for the storefront, the admin, the command line and the tests.

R5 to R10 and R12, with the decisions D1 to D3. Eligibility is decided when the envelope is held for an order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from shopadmin_red_envelope.domain.allocation import Split, split
from shopadmin_red_envelope.domain.baskets import NOTICE_TOOLS, Line, Tool, ToolLists
from shopadmin_red_envelope.domain.envelopes import State

Reason = Literal[
    "wrong_shop",
    "not_owner",
    "not_started",
    "expired",
    "already_used",
    "held_by_other_order",
    "second_envelope",
    "conflicts_with_coupon",
    "tool_not_listed",
    "no_goods",
    "goods_not_above_envelope",
    "below_threshold",
    "remainder_not_above_envelope",
]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A buyer's envelope with the terms of its campaign. Minor units; instants are milliseconds UTC.

    ``threshold``: None when the goods must be above the envelope (D1). ``after_order_discounts``: whether other
    discounts of the order are taken off before that is asked (D2). ``held_by``: the order it is held for.
    """

    amount: int
    shop: str
    owner: str
    use_from: int
    use_to: int
    threshold: int | None = None
    after_order_discounts: bool = False
    state: State = "available"
    held_by: str | None = None


@dataclass(frozen=True, slots=True)
class Basket:
    """An order that is about to be placed. ``order``: None for a quote; ``other_envelopes``: how many stand on it."""

    shop: str
    buyer: str
    lines: Sequence[Line]
    tools: Sequence[Tool] = ()
    order: str | None = None
    other_envelopes: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the envelope is usable, and everything that speaks against it, in the order of ``REASONS``.

    ``missing``: how much more goods it takes, None unless that is what is wrong. ``payable_goods`` and ``splits``:
    only when usable; the goods after order-level discounts and envelope, before tenders and freight.
    """

    reasons: tuple[Reason, ...]
    missing: int | None = None
    payable_goods: int | None = None
    splits: tuple[Split, ...] = ()

    @property
    def usable(self) -> bool:
        return not self.reasons


def eligibility(envelope: Envelope, basket: Basket, now: int, tools: ToolLists = NOTICE_TOOLS) -> Verdict:
    """All that speaks against using the envelope for the basket; of the reasons about amounts only the first."""
    discounts = sum(tool.amount for tool in basket.tools if tool.kind in tools.discounts)
    lacking = _lacking(envelope, sum(line.goods_amount for line in basket.lines), discounts)
    reasons = (
        *_wrong_hands(envelope, basket),
        *_wrong_time(envelope, now),
        *_taken(envelope, basket),
        *_wrong_company(basket, tools),
        *((lacking[0],) if lacking else ()),
    )
    if reasons:
        return Verdict(reasons, missing=lacking[1] if lacking else None)
    splits = split(discounts, envelope.amount, basket.lines)
    return Verdict((), payable_goods=sum(line.paid for line in splits), splits=splits)


def _wrong_hands(envelope: Envelope, basket: Basket) -> Iterator[Reason]:
    """R5: only in the issuing shop. R11: only by the buyer who collected it."""
    if basket.shop != envelope.shop:
        yield "wrong_shop"
    if basket.buyer != envelope.owner:
        yield "not_owner"


def _wrong_time(envelope: Envelope, now: int) -> Iterator[Reason]:
    """R15: within ``[use_from, use_to)``."""
    if now < envelope.use_from:
        yield "not_started"
    if now >= envelope.use_to or envelope.state == "expired":
        yield "expired"


def _taken(envelope: Envelope, basket: Basket) -> Iterator[Reason]:
    """R10: used once and whole. An order's own hold never stands in its way."""
    if envelope.state in ("redeemed", "forfeited"):
        yield "already_used"
    if envelope.state == "held" and (envelope.held_by is None or envelope.held_by != basket.order):
        yield "held_by_other_order"


def _wrong_company(basket: Basket, tools: ToolLists) -> Iterator[Reason]:
    """R9: one to an order. R8 and R12: what it combines with; a tool in no list waits for the owner."""
    kinds = {tool.kind for tool in basket.tools}
    if basket.other_envelopes:
        yield "second_envelope"
    if kinds & tools.refused:
        yield "conflicts_with_coupon"
    if kinds - tools.refused - tools.discounts - tools.tenders:
        yield "tool_not_listed"


def _lacking(envelope: Envelope, goods: int, discounts: int) -> tuple[Reason, int | None] | None:
    """R6: the first reason about amounts, and how much more goods it takes."""
    remainder = max(0, goods - discounts)
    counted = remainder if envelope.after_order_discounts else goods
    if goods == 0:
        return "no_goods", None
    if envelope.threshold is None and counted <= envelope.amount:
        return "goods_not_above_envelope", envelope.amount + 1 - counted
    if envelope.threshold is not None and counted < envelope.threshold:
        return "below_threshold", envelope.threshold - counted
    if remainder <= envelope.amount:
        return "remainder_not_above_envelope", envelope.amount + 1 - remainder
    return None
