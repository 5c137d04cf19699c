# mypy: disable-error-code="no-untyped-call"
"""The refund calculator: what a buyer gets back if…, by the rules that a refund follows. Nothing is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AdminView, Column, ObjectionsError, RefusedError, platform_name
from shopadmin_red_envelope import messages, permissions, use_pages
from shopadmin_red_envelope.domain import baskets
from shopadmin_red_envelope.domain.refunds import LineRefund
from shopadmin_red_envelope.services import refunding, uses
from shopadmin_red_envelope.services.refunding import Preview
from shopadmin_red_envelope.services.uses import Use

# When the refund is supposed to have been started; the first is the default.
_STARTS: Mapping[str, tuple[object, bool | None]] = {
    "now": (_("Now, as the order stands"), None),
    "before": (_("Before the buyer confirmed the receipt"), True),
    "after": (_("After the buyer confirmed the receipt"), False),
}
_COLUMNS = (
    Column("line_key", _("Line")),
    Column("units", _("Units"), "number"),
    Column("cash", _("Cash"), "money"),
    Column("share", _("Envelope's share"), "money"),
    Column("forfeited", _("Forfeited share"), "money"),
)
_LONGEST_ORDER_NO = 64


@dataclass(slots=True)
class _Asked:
    """What the address asks: the order, units as they were typed, when the refund was started.

    ``platforms``: those that have an order of this number, where it is to be said which one is meant.
    """

    order_no: str
    platform: str
    start: str
    units: Mapping[str, str]
    platforms: Sequence[str] = ()
    problems: list[object] = field(default_factory=list)


class CalculatorView(AdminView):
    """One page: an order's number, then its lines with units to choose, then what comes back."""

    permissions: ClassVar[Mapping[str, str]] = {"index_view": permissions.REPORT}

    def __init__(self) -> None:
        super().__init__(
            name=_("Refund calculator"),
            endpoint="red_envelope_calculator",
            url="/admin/red-envelope/refund-calculator",
        )

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """404 for an order that no envelope is on, 400 for what nobody can ask.

        409 for a refund that cannot be any more, and where orders of several platforms have the number: the page then
        asks which one is meant.
        """
        asked = _asked()
        use = _find(asked)
        order = use_pages.shown(use) if use else None
        names = order["names"] if order else {}
        found, status = _answer(asked, use, names)
        page = self.render(
            "shopadmin_red_envelope/calculator.html",
            title=self.name,
            asked=asked,
            use=order,
            lines=[_line(line, asked, names) for line in use.lines if line.quantity > line.refunded_units]
            if use
            else [],
            platforms=[(name, platform_name(name)) for name in asked.platforms],
            starts=[(code, text) for code, (text, _fact) in _STARTS.items()],
            answer=_shown(found, use, names) if found and use else None,
            back_url=url_for("red_envelope_campaigns.index_view"),
            back_text=_("Red envelopes"),
        )
        return str(page), status


def _asked() -> _Asked:
    """Raises nothing: what cannot be asked stands in ``problems``."""
    prefix = "units."
    units = {name.removeprefix(prefix): text for name, text in request.args.items() if name.startswith(prefix)}
    given = {name: text for name, text in request.args.items() if not name.startswith(prefix)}
    start = given.get("start", "now")
    asked = _Asked(given.get("order_no", "").strip(), given.get("platform", ""), start, units)
    asked.problems += _unaskable(given, start)
    return asked


def _unaskable(given: Iterable[str], start: str) -> list[object]:
    """Whoever typed the address, or followed a link that is out of date, hears what is not understood."""
    unknown = sorted(set(given) - {"order_no", "platform", "start"})
    said: list[object] = [messages.problem("unknown_field", name=f"“{name[:_LONGEST_ORDER_NO]}”").message
                          for name in unknown]  # fmt: skip
    if start not in _STARTS:
        said.append(_("The refund was started: “%(text)s” is none of the choices.", text=start[:_LONGEST_ORDER_NO]))
    return said


def _find(asked: _Asked) -> Use | None:
    """None as well for what no order can be called: PostgreSQL takes no NUL."""
    order_no, platform = asked.order_no, asked.platform
    if not all(len(text) <= _LONGEST_ORDER_NO and "\0" not in text for text in (order_no, platform)):
        return None
    if order_no and not platform:
        found = uses.platforms_of(order_no)
        if len(found) > 1:
            asked.platforms = found
            return None
        platform = "".join(found)
    return uses.of_order(order_no, platform)


def _answer(asked: _Asked, use: Use | None, names: Mapping[str, str]) -> tuple[Preview | None, int]:
    """The preview, or none with the reasons in ``asked``; and the page's status."""
    if asked.problems:
        return None, 400
    if not asked.order_no:
        return None, 200
    if asked.platforms:
        asked.problems.append(messages.problem("which_platform").message)
        return None, 409
    if use is None:
        asked.problems.append(_("No order of this number is paid with a red envelope."))
        return None, 404
    if use.hold.state == "redeemed" and not use.left:
        return None, 200
    try:
        units = {key: _units(key, text) for key, text in asked.units.items()} if asked.units else None
        before = _STARTS[asked.start][1]
        found = refunding.preview(asked.order_no, units, is_before_receipt=before, platform=use.platform)
    except (RefusedError, ObjectionsError) as refused:
        asked.problems += [_said(problem, names) for problem in refused.problems]
        return None, 400 if isinstance(refused, RefusedError) else 409
    return found, 200


def _units(key: str, text: str) -> int:
    """Units as they were typed; nothing typed is none. Raises RefusedError."""
    typed = text.strip() or "0"
    if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(baskets.MOST_UNITS))):
        raise RefusedError(messages.problem("bad_units", key))
    return int(typed)


def _said(problem: Any, names: Mapping[str, str]) -> object:
    if not problem.field:
        return problem.message
    name = names.get(problem.field) or _("Line %(key)s", key=problem.field)
    return _("%(line)s: %(problem)s", line=name, problem=problem.message)


def _line(line: Any, asked: _Asked, names: Mapping[str, str]) -> dict[str, Any]:
    left = line.quantity - line.refunded_units
    typed = asked.units.get(line.line_key, "" if asked.units else str(left))
    return {"key": line.line_key, "name": names[line.line_key], "left": left, "typed": typed}


def _shown(found: Preview, use: Use, names: Mapping[str, str]) -> dict[str, Any]:
    comes_back = found.facts.is_granted
    lines = {line.line_key: line for line in use.lines}
    return {
        "cash": found.act.cash,
        "comes_back": comes_back,
        "given_back": found.settlement.given_back,
        "forfeited": found.settlement.forfeited,
        "currency": found.currency,
        "facts": use_pages.facts(found.facts),
        "columns": _COLUMNS,
        "rows": [
            {
                "line_key": names[line.key],
                "units": line.units,
                "currency": found.currency,
                **_amounts(line, lines[line.key].is_goods, comes_back),
            }
            for line in found.act.lines
        ],
    }


def _amounts(line: LineRefund, is_goods: bool, comes_back: bool) -> dict[str, int | None]:
    if not is_goods:
        return dict.fromkeys(("cash", "share", "forfeited"))
    return {"cash": line.cash, "share": line.share, "forfeited": 0 if comes_back else line.share}
