"""Refunds: what one would give, start one, complete it."""

from typing import Annotated, Any

from pydantic import AwareDatetime, ConfigDict, Field

from shopadmin.plugin_api import ApiAnswer, ApiCall, ApiEndpoint, ApiLink, ApiModel, ApiQuery, RefusedError
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.domain.baskets import MOST_UNITS
from shopadmin_red_envelope.http_api import refusals, shapes
from shopadmin_red_envelope.http_api.orders import OrderNumber
from shopadmin_red_envelope.http_api.shapes import ROOT, HexId, Minor
from shopadmin_red_envelope.services import refunding, wallets

MOST_LINES = 200
_EITHER = [
    {"required": ["all"], "properties": {"all": {"const": True}}, "not": {"required": ["units"]}},
    {"required": ["units"], "properties": {"all": {"const": False}}},
]


class RefundId(ApiQuery):
    """Which refund."""

    refund_id: HexId


class RefundRequest(ApiModel):
    """What goes back: all that is left, or so many units of each line, by its key."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": _EITHER, "examples": [{"units": {"L01": 1}}, {"all": True}]}  # type: ignore[dict-item]
    )

    all: bool = False
    units: Annotated[
        dict[str, Annotated[int, Field(ge=0, le=MOST_UNITS)]],
        Field(max_length=MOST_LINES, default_factory=dict),
    ]

    @property
    def wanted(self) -> dict[str, int] | None:
        """Units by line key; None for all that is left. Raises RefusedError unless it is one of the two."""
        if self.all == ("units" in self.model_fields_set):
            raise RefusedError(messages.problem("all_or_units"))
        return None if self.all else self.units


class LineRefund(ApiModel):
    """What goes back of a line: cash, and the envelope's share of these units."""

    key: str
    units: int
    cash: Minor
    share: Minor


class RefundPreview(ApiModel):
    """What a refund would be if it were started and completed now.

    The envelope returns (``gives_back``) when it is a full one, started before the receipt and completed before the
    envelope's end; ``given_back``, ``forfeited``: what becomes of its amount.
    """

    order_no: str
    currency: str
    cash: Minor
    lines: list[LineRefund]
    is_full: bool
    is_before_receipt: bool
    is_valid: bool
    gives_back: bool
    given_back: Minor
    forfeited: Minor


class Refund(ApiModel):
    """A refund. ``gives_back`` is null until it is completed: only then it is decided."""

    id: str
    order_no: str
    currency: str
    cash: Minor
    cash_by_line: dict[str, Minor]
    is_full: bool
    started_at: AwareDatetime
    completed_at: AwareDatetime | None
    gives_back: bool | None
    given_back: Minor
    forfeited: Minor


def preview(call: ApiCall) -> ApiAnswer:
    """Ask the rule, change nothing."""
    wanted, order_no = call.body.wanted, _order_no(call)
    with refusals.named():
        found = refunding.preview(order_no, wanted)
    lines = [
        LineRefund(key=line.key, units=line.units, cash=line.cash, share=line.share) for line in found.act.lines
    ]  # fmt: skip
    return ApiAnswer(
        RefundPreview(
            order_no=order_no, currency=found.currency, cash=found.settlement.cash, lines=lines,
            is_full=found.facts.is_full, is_before_receipt=found.facts.is_before_receipt,
            is_valid=found.facts.is_valid, gives_back=found.facts.is_granted,
            given_back=found.settlement.given_back, forfeited=found.settlement.forfeited,
        )
    )  # fmt: skip


def start(call: ApiCall) -> ApiAnswer:
    """Take the units."""
    wanted, order_no = call.body.wanted, _order_no(call)
    with refusals.named():
        return ApiAnswer(_refund(refunding.start(order_no, wanted)))


def complete(call: ApiCall) -> ApiAnswer:
    """The money is back."""
    refund_id: str = call.params.refund_id
    if (buyer := shapes.maybe_buyer(call)) is not None:
        wallets.require_refund(buyer, refund_id)
    with refusals.named():
        return ApiAnswer(_refund(refunding.complete(refund_id)))


def _order_no(call: ApiCall) -> str:
    order_no: str = call.params.order_no
    if (buyer := shapes.maybe_buyer(call)) is not None:
        wallets.require_order(buyer, order_no)
    return order_no


def _refund(found: refunding.Refund) -> Refund:
    values: dict[str, Any] = {
        name: getattr(found, name)
        for name in ("id", "order_no", "currency", "cash", "is_full", "gives_back", "given_back", "forfeited")
    }
    return Refund(
        **values, cash_by_line=dict(found.cash_by_line), started_at=shapes.moment(found.started_at),
        completed_at=shapes.maybe_moment(found.completed_at),
    )  # fmt: skip


_OF_ORDER = (refusals.NOT_REDEEMED, refusals.MORE_THAN_LEFT, refusals.NOTHING_TO_REFUND, refusals.NO_UNITS)
ENDPOINTS = (
    ApiEndpoint(
        "POST", f"{ROOT}/orders/{{order_no}}/refund-preview", "orders", "What a refund would give", preview,
        RefundPreview, body=RefundRequest, params=OrderNumber, problems=_OF_ORDER, needs_buyer=False,
        description="Changes nothing. Whether the envelope returns is decided when a refund is completed.",
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/orders/{{order_no}}/refunds", "orders", "Start a refund", start, Refund, body=RefundRequest,
        params=OrderNumber, problems=_OF_ORDER, effect="transaction", status=201, needs_buyer=False,
        links={"complete": ApiLink("POST", f"{ROOT}/refunds/{{refund_id}}/complete",
                                   {"refund_id": "$response.body#/id"})},
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/refunds/{{refund_id}}/complete", "payments", "The money has gone back", complete, Refund,
        params=RefundId, effect="transaction", needs_buyer=False,
    ),
)  # fmt: skip
