"""Refunds: what one would give, start one, complete or cancel it; and how an order stands."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from shopadmin.plugin_api import ApiAnswer, ApiCall, ApiEndpoint, ApiLink, ApiModel, ApiQuery, RefusedError, db
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.domain.baskets import MOST_UNITS
from shopadmin_red_envelope.http_api import refusals, shapes
from shopadmin_red_envelope.http_api.baskets import LINE_KEY
from shopadmin_red_envelope.http_api.orders import Hold, OrderNumber, WhichPlatform, which_order
from shopadmin_red_envelope.http_api.orders import shown as shown_hold
from shopadmin_red_envelope.http_api.shapes import ROOT, HexId, Minor
from shopadmin_red_envelope.services import holds, refund_records, refunding, wallets

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
        # Told to those who read the document; whoever names another hears that there is no such line.
        Field(max_length=MOST_LINES, default_factory=dict, json_schema_extra={"propertyNames": {"pattern": LINE_KEY}}),
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
    status: Literal["started", "completed", "cancelled"]
    platform: str
    order_no: str
    currency: str
    cash: Minor
    cash_by_line: dict[str, Minor]
    is_full: bool
    started_at: AwareDatetime
    completed_at: AwareDatetime | None
    cancelled_at: AwareDatetime | None
    gives_back: bool | None
    given_back: Minor
    forfeited: Minor


class OrderLine(ApiModel):
    """A line as it was placed, and what refunds have taken of it, those included that are not completed yet."""

    key: str
    units: int
    share: Minor
    paid: Minor
    refunded_units: int
    refunded_cash: Minor
    refunded_share: Minor


class Order(ApiModel):
    """An order with an envelope: its hold, its lines, its refunds, the oldest first."""

    platform: str
    order_no: str
    currency: str
    hold: Hold
    lines: list[OrderLine]
    refunds: list[Refund]


def show_order(call: ApiCall) -> ApiAnswer:
    """How it stands."""
    with refusals.named():
        order_no, platform = which_order(call)
        hold = holds.of_order(db.session(), order_no, platform)
        found = [_refund(each) for each in refund_records.of_order(hold.order_no, hold.platform)]
    lines = [
        OrderLine(
            key=line.line_key, units=line.quantity, share=line.share, paid=line.paid,
            refunded_units=line.refunded_units, refunded_cash=line.refunded_cash, refunded_share=line.refunded_share,
        )
        for line in holds.lines_of(hold.id)
    ]  # fmt: skip
    return ApiAnswer(
        Order(
            platform=hold.platform, order_no=hold.order_no, currency=hold.currency, hold=shown_hold(hold),
            lines=lines, refunds=found,
        )
    )  # fmt: skip


def show(call: ApiCall) -> ApiAnswer:
    """How it stands."""
    return ApiAnswer(_refund(refund_records.find(_refund_id(call))))


def preview(call: ApiCall) -> ApiAnswer:
    """Ask the rule, change nothing."""
    wanted = call.body.wanted
    with refusals.named():
        order_no, platform = which_order(call)
        found = refunding.preview(order_no, wanted, platform=platform)
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
    wanted = call.body.wanted
    with refusals.named():
        order_no, platform = which_order(call)
        return ApiAnswer(_refund(refunding.start(order_no, wanted, platform=platform)))


def complete(call: ApiCall) -> ApiAnswer:
    """The money is back."""
    return _end(call, refunding.complete)


def cancel(call: ApiCall) -> ApiAnswer:
    """The money does not go back."""
    return _end(call, refunding.cancel)


def _end(call: ApiCall, end: Callable[[str], refund_records.Refund]) -> ApiAnswer:
    refund_id = _refund_id(call)
    with refusals.named():
        return ApiAnswer(_refund(end(refund_id)))


def _refund_id(call: ApiCall) -> str:
    """Which refund is meant. Raises MissingError unless the caller may know of it."""
    refund_id: str = call.params.refund_id
    if (buyer := shapes.maybe_buyer(call)) is not None:
        wallets.require_refund(buyer, refund_id)
    return refund_id


def _refund(found: refund_records.Refund) -> Refund:
    values: dict[str, Any] = {
        name: getattr(found, name)
        for name in (
            "id", "platform", "order_no", "currency", "cash", "is_full", "gives_back", "given_back", "forfeited",
        )
    }  # fmt: skip
    is_open = found.completed_at is found.cancelled_at is None
    return Refund(
        **values, status="started" if is_open else "completed" if found.completed_at else "cancelled",
        cash_by_line=dict(found.cash_by_line), started_at=shapes.moment(found.started_at),
        completed_at=shapes.maybe_moment(found.completed_at), cancelled_at=shapes.maybe_moment(found.cancelled_at),
    )  # fmt: skip


_OF_ORDER = (
    refusals.NOT_REDEEMED, refusals.MORE_THAN_LEFT, refusals.NOTHING_TO_REFUND, refusals.NO_UNITS,
    refusals.WHICH_PLATFORM,
)  # fmt: skip
_ID = {"refund_id": "$response.body#/id"}
ENDPOINTS = (
    ApiEndpoint(
        "GET", f"{ROOT}/orders/{{order_no}}", "orders", "An order with an envelope", show_order, Order,
        params=OrderNumber, query=WhichPlatform, problems=(refusals.WHICH_PLATFORM,), needs_buyer=False,
        description="Its hold, paid or not, and its refunds. An order whose hold was cancelled or replaced is none.",
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/orders/{{order_no}}/refund-preview", "orders", "What a refund would give", preview,
        RefundPreview, body=RefundRequest, params=OrderNumber, query=WhichPlatform, problems=_OF_ORDER,
        needs_buyer=False,
        description="Changes nothing. Whether the envelope returns is decided when a refund is completed.",
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/orders/{{order_no}}/refunds", "orders", "Start a refund", start, Refund, body=RefundRequest,
        params=OrderNumber, query=WhichPlatform, problems=_OF_ORDER, effect="transaction", status=201,
        needs_buyer=False,
        links={
            "refund": ApiLink("GET", f"{ROOT}/refunds/{{refund_id}}", _ID),
            "complete": ApiLink("POST", f"{ROOT}/refunds/{{refund_id}}/complete", _ID),
            "cancel": ApiLink("POST", f"{ROOT}/refunds/{{refund_id}}/cancel", _ID),
        },
    ),
    ApiEndpoint(
        "GET", f"{ROOT}/refunds/{{refund_id}}", "orders", "One refund", show, Refund, params=RefundId,
        needs_buyer=False,
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/refunds/{{refund_id}}/complete", "payments", "The money has gone back", complete, Refund,
        params=RefundId, problems=(refusals.REFUND_CANCELLED,), effect="transaction", needs_buyer=False,
    ),
    ApiEndpoint(
        "POST", f"{ROOT}/refunds/{{refund_id}}/cancel", "orders", "The money does not go back", cancel, Refund,
        params=RefundId, problems=(refusals.REFUND_COMPLETED, refusals.LATER_REFUND), effect="transaction",
        needs_buyer=False,
        description="Until it is completed. Its units can be refunded again, as if it had not been started; "
        "repeating is harmless.",
    ),
)  # fmt: skip
