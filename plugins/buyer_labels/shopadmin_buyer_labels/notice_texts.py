"""What a buyer is told when a label is approved (G8): what happened, what it may lead to, until when, how to object."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from shopadmin_buyer_labels.domain.notices import Language

LOCALES: Mapping[Language, str] = {"en": "en", "zh": "zh_Hans_CN"}
SUBJECTS: Mapping[Language, str] = {"en": "About your orders", "zh": "关于您的订单"}
_BODIES: Mapping[Language, str] = {
    "en": (
        "{shop}: we have written down an event of {day} about your orders: {event}. It can mean that somebody looks at"
        " a new order before we send it; no order is cancelled because of it. It ends on {end} at the latest. If this"
        " is not right, write back to us: somebody who has not decided about it will look at it, and until then it has"
        " no effect."
    ),
    "zh": (
        "{shop}：我们记录了一件与您订单有关的事（{day}）：{event}。这可能意味着新订单发货前会有人先核对，"
        "不会因此取消任何订单。这条记录最迟于{end}到期。如果情况不符，请回复我们：将由另一位同事重新核实，核实期间不产生任何影响。"
    ),
}  # fmt: skip
_GENTLE: Mapping[Language, str] = {
    "en": (
        "{shop}: we have written down something about your orders that speaks for you ({day}): {event}. It ends on"
        " {end} at the latest. If this is not right, write back to us."
    ),
    "zh": "{shop}：我们记录了一件对您有利的事（{day}）：{event}。这条记录最迟于{end}到期。如果情况不符，请回复我们。",
}  # fmt: skip
_EVENTS: Mapping[str, Mapping[Language, str]] = {
    "refund.false_not_received": {
        "en": "money was asked back for a parcel as not received, while the courier's record says it was delivered",
        "zh": "以未收到货为由申请退款，而快递记录显示已签收",
    },
    "refund.item_swapped": {
        "en": "another article came back than the one that was sent",
        "zh": "寄回的商品与发出的不一致",
    },
    "refund.empty_parcel": {"en": "a parcel that came back was empty", "zh": "寄回的包裹内没有商品"},
    "claim.counterfeit_unfounded": {
        "en": "the platform looked at a claim that goods were not genuine, and did not confirm it",
        "zh": "平台核实后未认可“商品非正品”的主张",
    },
    "claim.serial_identical_text": {
        "en": "several claims came in with the same text",
        "zh": "多次以相同文字提出主张",
    },
    "claim.coercive_settlement": {
        "en": "a payment was demanded in connection with a claim",
        "zh": "借维权主张另行索要款项",
    },
    "review.extortion_demand": {
        "en": "something was demanded in connection with a review",
        "zh": "以评价为条件提出额外要求",
    },
    "payment.chargeback_represented_won": {
        "en": "a card payment was disputed, and the bank decided for the shop",
        "zh": "对付款提出拒付，银行裁定支持商家",
    },
    "delivery.cod_refused_repeat": {
        "en": "parcels to be paid on delivery were not accepted several times",
        "zh": "货到付款的包裹多次未被签收",
    },
    "promo.multi_account": {
        "en": "an offer for one person was used with several accounts",
        "zh": "用多个账号参加了每人限一次的活动",
    },
    "conduct.threat_to_staff": {"en": "a member of our staff was threatened", "zh": "我们的员工受到了威胁"},
    "identity.impersonation_victim": {
        "en": "somebody else used your name or contact data",
        "zh": "有人冒用了您的姓名或联系方式",
    },
    "identity.shared_contact": {"en": "several people share this contact", "zh": "这个联系方式由多人共用"},
    "clear.reviewed_ok": {
        "en": "somebody looked at earlier entries and found nothing to object to",
        "zh": "我们核实了以往的记录，没有发现问题",
    },
}


def notice(shop: str, code: str, happened_on: date, ends_on: date, language: Language, *, is_gentle: bool) -> str:
    """The text; both days are the shop's. ``is_gentle``: for what speaks for the buyer."""
    bodies, locale = _GENTLE if is_gentle else _BODIES, LOCALES[language]
    day, end = (format_date(found, "long", locale=locale) for found in (happened_on, ends_on))
    return bodies[language].format(shop=shop, day=day, end=end, event=_EVENTS[code][language])
