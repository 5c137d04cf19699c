"""Automatic notices about parcels: one for each order and kind, through the core's gate; off until they are wanted.

The key of the message keeps a notice from coming twice. The gate holds what falls into quiet hours and denies whoever
asked for no contact; a notice counts as one of the buyer's three contacts in 30 days.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from babel.dates import format_date

from shopadmin.plugin_api import (
    ConflictError,
    MessageRequest,
    MissingError,
    OrderNews,
    RefusedError,
    message_channels,
    message_status,
    order_news,
    plugin_settings,
    send_message,
    shop_settings,
)
from shopadmin_review_recovery.domain import notices, templates
from shopadmin_review_recovery.domain.notices import Kind, Parcel

ON, CHANNEL, LANGUAGE = "notices_on", "notices_channel", "notices_language"
TEXTS: Mapping[str, Mapping[Kind, str]] = {
    "en": {
        "shipped": "{{shop.name}}: your order {{order.no}} is on its way.",
        "delayed": "{{shop.name}}: your order {{order.no}} was promised for {{notice.promised}} and is late. "
        "We are sorry, and are looking into it.",
        "exception": "{{shop.name}}: we are sorry, we cannot send your order {{order.no}} as you ordered it. "
        "We write to you about it.",
    },
    "zh": {
        "shipped": "{{shop.name}}：您的订单{{order.no}}已发出。",
        "delayed": "{{shop.name}}：您的订单{{order.no}}原定{{notice.promised}}送达，现在晚了，很抱歉，我们正在查。",
        "exception": "{{shop.name}}：很抱歉，您的订单{{order.no}}无法按原样发出，我们会再联系您。",
    },
}
# How to have no more of them, in every notice.
OPT_OUT = {
    "en": " No such notices any more: {{shop.contact|write back to us}}.",
    "zh": "不想再收到此类通知：{{shop.contact|请回复我们}}。",
}
SUBJECTS = {"en": "Your order {{order.no}}", "zh": "关于您的订单{{order.no}}"}
_DATES = {"en": ("en", "d MMMM"), "zh": ("zh_Hans_CN", "M月d日")}


def send_due(now: datetime | None = None) -> int:
    """Ask for every notice that is due and was not asked for yet; returns how many. Nothing while they are off."""
    now = now or datetime.now(UTC)
    settings = plugin_settings("review_recovery")
    channel = message_channels().get(str(settings.get(CHANNEL, "email")))
    if not settings.get(ON) or channel is None or channel.deliver is None:
        return 0
    language = str(settings.get(LANGUAGE) or "zh")
    sent, after, zone = 0, 0, shop_settings().zone
    while found := order_news(now - notices.WINDOW, after):
        after = found[-1].id
        wanted = {
            key(order.id, kind): (order, kind)
            for order in found
            if (kind := notices.due(_parcel(order), now, zone)) is not None
        }
        known = message_status(wanted)
        sent += sum(
            _send(name, order, kind, channel.name, language, now)
            for name, (order, kind) in wanted.items()
            if name not in known
        )
    return sent


def key(order_id: int, kind: Kind) -> str:
    """The message's key in the core's outbox: one for each order and kind."""
    return f"review_recovery.notice.{order_id}.{kind}"


def _send(name: str, order: OrderNews, kind: Kind, channel: str, language: str, now: datetime) -> bool:
    """Whether it was asked for: not with a value missing, and not where nobody can be reached."""
    values = _values(order, language)
    text = templates.render(TEXTS[language][kind] + OPT_OUT[language], values)
    subject = templates.render(SUBJECTS[language], values)
    if not (text.may_be_sent and subject.may_be_sent):
        return False
    request = MessageRequest(
        key=name, buyer_id=order.buyer_id, channel=channel, text=text.text, basis="order", blocks=("notice",),
        subject=subject.text,
    )  # fmt: skip
    try:
        return not send_message(None, request, now).is_repeat
    except (RefusedError, MissingError, ConflictError):
        return False


def _values(order: OrderNews, language: str) -> dict[str, str]:
    locale, pattern = _DATES[language]
    shop = shop_settings()
    promised = order.promised_at and order.promised_at.astimezone(shop.zone)
    return {
        "shop.name": shop.name,
        "shop.contact": str(plugin_settings("review_recovery").get("contact", "")),
        "order.no": order.order_no,
        "notice.promised": format_date(promised, pattern, locale=locale) if promised else "",
    }


def _parcel(order: OrderNews) -> Parcel:
    return Parcel(order.status, order.created_at, order.promised_at, order.shipped_at)
