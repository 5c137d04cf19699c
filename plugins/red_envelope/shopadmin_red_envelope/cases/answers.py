"""One question each about allocation, refunds and eligibility: read, ask the rule, answer.

Each function takes the fields of one object and returns the answer as plain JSON values. Raises CaseError.
"""

from typing import Any

from shopadmin_red_envelope.cases.fields import CaseError, Fields
from shopadmin_red_envelope.domain import eligibility, envelopes, refunds
from shopadmin_red_envelope.domain.allocation import allocate, apportion, split
from shopadmin_red_envelope.domain.baskets import (
    GOODS,
    LINE_TYPES,
    MOST_UNITS,
    NOTICE_TOOLS,
    BasketError,
    Line,
    Tool,
    check_lines,
)

# All but apportion are the same rule on lines of different making.
KINDS = ("allocate", "apportion", "capped", "eligible")
BASES = ("after_item_price", "after_order_discounts")


def allocation(case: Fields) -> dict[str, Any]:
    """The share of each line: ``lines`` (``key``, ``amount``, ``eligible``), ``discount``, ``kind``."""
    spread = apportion if case.choice("kind", KINDS, "allocate") == "apportion" else allocate
    found = spread(case.amount("discount"), _lines(case, _allocation_line))
    return {"shares": list(found.shares), "undistributed": found.undistributed}


def refund_preview(case: Fields) -> dict[str, Any]:
    """What each act of ``steps`` gives, one after the other, on an order as it would be placed."""
    envelope, lines = case.amount("discount"), _lines(case, _refund_line)
    placed = split(0, envelope, lines)
    if sum(line.share for line in placed) < envelope:
        raise case.wrong("discount", "is more than the goods: such an order cannot be placed")
    context = case.fields("context")
    received_at = None if context.is_null("receipt_confirmed_at") else context.instant("receipt_confirmed_at")
    use_to = context.instant("use_to")
    standing = tuple(
        refunds.PlacedLine(line.key, line.quantity, part.before, part.share)
        for line, part in zip(lines, placed, strict=True)
    )
    settled = []
    for step in case.list_of_fields("steps"):
        try:
            act = refunds.refund(standing, _units(step))
            facts = refunds.give_back(
                act, step.instant("started_at"), step.instant("completed_at"), received_at, use_to
            )  # fmt: skip
        except refunds.RefundError as refused:
            raise CaseError(f"{step.path.rstrip('.')}: {refused}") from None
        settled.append(refunds.settle(act, facts, envelope))
        standing = refunds.after(standing, act)
    return {
        "alloc": [line.share for line in placed],
        "paid": [line.paid for line in placed],
        "steps": [
            {"cash": it.cash, "given_back": it.given_back, "forfeited": it.forfeited} for it in settled
        ],
    }  # fmt: skip


def eligible(case: Fields) -> dict[str, Any]:
    """Whether the envelope of ``discount`` pays for the order of ``lines`` and ``context``, by the notice's tools."""
    context = case.fields("context")
    envelope = eligibility.Envelope(
        amount=case.amount("discount"),
        shop=context.text("envelope_shop"),
        owner=context.text("owner"),
        use_from=context.instant("use_from"),
        use_to=context.instant("use_to"),
        threshold=None if context.is_null("threshold") else context.amount("threshold"),
        after_order_discounts=context.choice("amount_basis", BASES) == "after_order_discounts",
        state=context.choice("state", envelopes.STATES),
        held_by=None if context.is_null("held_by") else context.text("held_by"),
    )
    basket = eligibility.Basket(
        shop=context.text("shop"),
        buyer=context.text("buyer"),
        lines=_lines(case, _eligibility_line),
        tools=[_tool(tool) for tool in context.list_of_fields("tools")],
        order=None if context.is_null("order") else context.text("order"),
        other_envelopes=context.integer("other_envelopes", 0, MOST_UNITS),
    )
    verdict = eligibility.eligibility(envelope, basket, context.instant("now"))
    return {
        "usable": verdict.usable,
        "reasons": list(verdict.reasons),
        "missing": verdict.missing,
        "payable_goods": verdict.payable_goods,
    }


def _lines(case: Fields, read: Any) -> list[Line]:
    lines = [read(line) for line in case.list_of_fields("lines")]
    try:
        check_lines(lines)
    except BasketError as wrong:
        raise CaseError(f"lines: {wrong}") from None
    return lines


def _allocation_line(line: Fields) -> Line:
    kind = GOODS if line.flag("eligible", True) else LINE_TYPES[1]
    return Line(line.text("key"), line.amount("amount"), type=kind)


def _refund_line(line: Fields) -> Line:
    return Line(line.text("key"), line.amount("amount"), line.integer("qty", 1, MOST_UNITS), _type(line))


def _eligibility_line(line: Fields) -> Line:
    return Line(line.text("key"), line.amount("amount"), type=_type(line))


def _type(line: Fields) -> str:
    found: str = line.choice("type", LINE_TYPES, GOODS)
    return found


def _tool(tool: Fields) -> Tool:
    """The amount of a tool that an envelope is not combined with says nothing, so it is not even read."""
    kind = tool.text("kind")
    is_combined = kind in NOTICE_TOOLS.discounts | NOTICE_TOOLS.tenders
    return Tool(kind, tool.amount("amount") if is_combined else 0)


def _units(step: Fields) -> dict[str, int] | None:
    """The units by line key; None for all that are left."""
    takes_all = step.flag("all", False)
    if takes_all == ("units" in step.values):
        raise step.wrong("units", "or all must be given, and not both")
    if takes_all:
        return None
    units = step.fields("units")
    return {key: units.integer(key, 0, MOST_UNITS) for key in units.values}
