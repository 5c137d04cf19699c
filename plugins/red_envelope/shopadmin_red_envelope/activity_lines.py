"""The values of the activity log in words: names as the forms have them, money as money, times of the shop's day."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import shop_settings
from shopadmin_red_envelope import labels
from shopadmin_red_envelope.amounts import money_text
from shopadmin_red_envelope.domain.times import to_datetime

_NAMES: Mapping[str, object] = {
    **labels.FIELDS,
    "title": _("Name"), "name": _("Name"), "category": _("Category"), "quantity": _("Pieces"),
    "threshold": _("From an order amount of"), "mode": _("How buyers get it"), "state": _("State"),
    "after_order_discounts": _("Count the order amount after other discounts on the order"),
    "kind": _("Whose activity"), "supports_store_envelopes": _("Store red envelopes may be used in it"),
    "starts_at": _("Begins"), "ends_at": _("Ends"), "lock_at": _("Locks"), "amounts": _("Amounts"),
    "currency": _("Currency"), "version": _("Version"), "denomination_version": _("Version of the denominations"),
    "confirmed_worst_case": _("Worst case"), "cash": _("Cash"), "share": _("Envelope's share"),
    "order": _("Order"), "envelope": _("Red envelope"), "copied_from": _("Copied from"),
}  # fmt: skip
_MONEY = frozenset({"amount", "threshold", "confirmed_worst_case", "cash", "share"})
_TIMES = frozenset({"claim_from", "claim_to", "use_from", "use_to", "starts_at", "ends_at", "lock_at"})
_WORDS: Mapping[str, Mapping[str, object]] = {
    "mode": labels.MODES, "state": labels.STATE_LABELS, "kind": labels.KINDS,
}  # fmt: skip


def lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Each value that was set or changed, a line each; what stayed as it was is left out."""
    currency = after.get("currency") or before.get("currency") or shop_settings().currency
    shown = _shown(currency)
    return [
        _line(name, shown(name, before.get(name)), shown(name, after.get(name)))
        for name in _names(before, after)
        if before.get(name) != after.get(name)
    ]


def _names(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    """Of a change that names some of the values only those; of what was taken away all that it was."""
    return list(after) if before and after else list({**before, **after})


def _line(name: str, old: str, new: str) -> str:
    label = _NAMES.get(name, name)
    return (
        gettext("%(name)s: %(old)s → %(new)s", name=label, old=old, new=new)
        if old and new
        else (gettext("%(name)s: %(value)s", name=label, value=new or old))
    )


def _shown(currency: str) -> Callable[[str, Any], str]:
    def shown(name: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if isinstance(value, list):
            return ", ".join(money_text(each, currency) for each in value)
        if name in _MONEY:
            return money_text(value, currency)
        if name in _TIMES:
            return f"{to_datetime(value).astimezone(shop_settings().zone):%Y-%m-%d %H:%M}"
        return str(_WORDS.get(name, {}).get(value, value))

    return shown
