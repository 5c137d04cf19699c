"""How an envelope on an order is shown, on the core's order page and on the plugin's own."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, Badge, Column, OrderSnapshot, Panel, order_lines
from shopadmin_red_envelope import permissions
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.services import uses
from shopadmin_red_envelope.services.uses import Use

_MARKS: Mapping[str, tuple[object, str, str]] = {
    "live": (_("Held, not paid yet"), "info", "hourglass-split"),
    "redeemed": (_("Used"), "ok", "check-circle-fill"),
    "given_back": (_("Given back"), "neutral", "arrow-counterclockwise"),
    "forfeited": (_("Forfeited"), "neutral", "x-circle"),
}
LINE_COLUMNS = (
    Column("line_key", _("Line")),
    Column("quantity", _("Units"), "number"),
    Column("share", _("Envelope's share"), "money"),
    Column("paid", lazy_pgettext("amount", "Paid"), "money"),
    Column("refunded_cash", _("Refunded"), "money"),
)
# The three facts of R18: the words for yes and for no.
_FACTS: Mapping[str, tuple[object, object]] = {
    "is_full": (_("All units in one refund"), _("Only a part, or not in one refund")),
    "is_before_receipt": (
        _("Started before the receipt was confirmed"),
        _("Not started before the receipt was confirmed"),
    ),
    "is_valid": (_("Completed before the envelope's end"), _("Not completed before the envelope's end")),
}


def order_panel(order: OrderSnapshot, actor: Actor) -> list[Panel]:
    """The card of an order that an envelope is on, nothing for any other."""
    use = uses.of_order(order.order_no, order.platform)
    if use is None:
        return []
    return [
        Panel(
            _("Red envelope"),
            "shopadmin_red_envelope/order_panel.html",
            permissions.READ,
            shown(use, may_calculate=actor.can(permissions.REPORT)),
        )
    ]


def shown(use: Use, *, may_calculate: bool = True) -> dict[str, Any]:
    """What the templates show of it: mark, lines with names and currency, refunds with their reasons.

    ``calculator_url``: empty where nothing can be refunded, or the person may not calculate.
    """
    currency, names = use.hold.currency, line_names(use)
    address = url_for("red_envelope_calculator.index_view", order_no=use.hold.order_no, platform=use.platform)
    return {
        "hold": use.hold,
        "mark": _mark("given_back" if use.gave_back else "forfeited" if use.is_forfeited else use.hold.state),
        "columns": LINE_COLUMNS,
        "names": names,
        "lines": [_line(line, currency, names[line.line_key]) for line in use.lines],
        "has_others": not all(line.is_goods for line in use.lines),
        "paid": sum(line.paid for line in use.lines),
        "received_at": use.hold.received_at and to_datetime(use.hold.received_at),
        "is_refunding": any(refund.completed_at is refund.cancelled_at is None for refund in use.refunds),
        "refunds": [_refund(refund) for refund in use.refunds],
        "calculator_url": address if may_calculate and use.hold.state == "redeemed" and use.left else "",
    }


def facts(of: Any) -> list[tuple[bool, object]]:
    """The three facts in words, each with whether it speaks for giving the envelope back."""
    return [(getattr(of, name), words[0] if getattr(of, name) else words[1]) for name, words in _FACTS.items()]


def line_names(use: Use) -> dict[str, str]:
    """What each line is called, by key: as the order calls the line of this number or SKU, else the key in words."""
    ordered = order_lines(use.platform, use.hold.order_no)
    titles = {line.sku: line.title for line in ordered} | {line.line_no: line.title for line in ordered}
    found = {line.line_key: titles.get(line.line_key, "") for line in use.lines}
    counts = Counter(found.values())
    return {line.line_key: _name(line, found[line.line_key], counts[found[line.line_key]] > 1) for line in use.lines}


def _name(line: Any, title: str, is_twice: bool) -> str:
    """``is_twice``: another line has this title. Of freight and fees it says what they are not."""
    if not title:
        name = gettext("Line %(key)s", key=line.line_key)
    else:
        name = gettext("%(title)s (line %(key)s)", title=title, key=line.line_key) if is_twice else title
    return name if line.is_goods else gettext("%(line)s (no goods)", line=name)


def _line(line: Any, currency: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = line._asdict() | {"currency": currency, "line_key": name}
    return found if line.is_goods else found | dict.fromkeys(("share", "paid", "refunded_cash"))


def _mark(state: str) -> Badge:
    text, tone, icon = _MARKS[state]
    return Badge(text, tone, icon)  # type: ignore[arg-type]


def _refund(row: Any) -> dict[str, Any]:
    is_done, is_cancelled = row.completed_at is not None, row.cancelled_at is not None
    return {
        "cash": row.cash,
        "share": row.share,
        "started_at": to_datetime(row.started_at),
        "completed_at": to_datetime(row.completed_at) if is_done else None,
        "cancelled_at": to_datetime(row.cancelled_at) if is_cancelled else None,
        "gives_back": row.gives_back,
        "facts": facts(row) if is_done else [],
    }
