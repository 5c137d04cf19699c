"""The columns of a shop's own old list, as people head them, and what they call events.

What is no event (a bad review, a return, a complaint) is not in the list: such a row is refused with the reason (G7).
"""

import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from shopadmin_buyer_labels.domain import taxonomy

# Field to the headings that mean it, in the form in which headings are compared.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "买家姓名", "收货人", "收货人姓名", "客户", "客户姓名", "name", "buyer", "customer", "buyer name"),
    "phone": (
        "手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "收货手机", "收货电话", "phone", "mobile", "tel",
        "phone number",
    ),
    "email": ("邮箱", "电子邮箱", "电子邮件", "email", "e-mail", "mail"),
    "nick": (
        "旺旺", "旺旺号", "昵称", "买家昵称", "买家会员名", "会员名", "账号", "买家账号", "wangwang", "account", "nick",
        "user name",
    ),
    "platform": ("平台", "来源平台", "platform"),
    "happened_on": (
        "日期", "时间", "发生日期", "发生时间", "拉黑日期", "拉黑时间", "加入日期", "date", "day", "happened_on",
    ),
    "code": ("类型", "标签", "原因", "拉黑原因", "行为", "事件", "code", "reason", "type", "label", "event"),
    "severity": ("等级", "级别", "严重程度", "severity", "level"),
    "tier": ("证据等级", "证据", "tier", "evidence"),
    "note": ("备注", "说明", "情况", "详情", "情况说明", "note", "notes", "remark", "remarks", "comment"),
}  # fmt: skip
_FIELD_OF = {heading: field for field, headings in HEADINGS.items() for heading in headings}
WORDS: Mapping[str, tuple[str, ...]] = {
    "refund.false_not_received": (
        "谎称未收到", "谎称未收到货", "签收后称未收到", "假称未收货", "false not received",
        "not received, but delivered",
    ),
    "refund.item_swapped": ("调包", "掉包", "调换商品", "退货调包", "swapped", "item swapped", "another article"),
    "refund.empty_parcel": ("空包", "空包裹", "退空包", "空盒", "empty parcel", "empty box"),
    "claim.counterfeit_unfounded": ("恶意打假", "虚假打假", "假货主张不成立", "unfounded counterfeit claim"),
    "claim.serial_identical_text": ("重复文字投诉", "批量相同投诉", "identical claims"),
    "claim.coercive_settlement": ("恶意索赔", "敲诈", "勒索", "要挟赔偿", "coercive settlement", "extortion"),
    "review.extortion_demand": ("差评勒索", "差评敲诈", "差评要挟", "以差评要挟", "review extortion"),
    "payment.chargeback_represented_won": ("拒付", "恶意拒付", "拒付胜诉", "chargeback", "chargeback won"),
    "delivery.cod_refused_repeat": (
        "拒收", "多次拒收", "货到付款拒收", "到付拒收", "cod refused", "refused cash on delivery",
    ),
    "promo.multi_account": ("小号", "多账号", "多账号套利", "薅券", "multi account", "several accounts"),
    "conduct.threat_to_staff": ("威胁", "恐吓", "威胁客服", "威胁员工", "threat", "threat to staff"),
    "identity.impersonation_victim": ("被冒用", "冒名", "信息被冒用", "impersonated"),
    "identity.shared_contact": ("共用号码", "共用电话", "共用联系方式", "shared contact"),
    "clear.reviewed_ok": ("已核实", "白名单", "核实无误", "cleared", "reviewed ok"),
}  # fmt: skip
# Platforms as people write them in Chinese; in English they write the name, which is the code.
_PLATFORMS: Mapping[str, str] = {
    "淘宝": "taobao", "天猫": "tmall", "京东": "jd", "拼多多": "pinduoduo", "亚马逊": "amazon",
}  # fmt: skip
_CODE_OF = {word: code for code, words in WORDS.items() for word in words}


def fields_of(row: Mapping[str, str]) -> dict[str, str]:
    """The row's texts by field; of two columns for one field the first that says something counts."""
    found: dict[str, str] = {}
    for heading, text in row.items():
        field = _FIELD_OF.get(heading)
        if field is not None and text and field not in found:
            found[field] = text
    return found


def lacking(headings: Collection[str]) -> tuple[str, ...]:
    """What no row can say under these headings, though each needs it: ``who``, ``code``, ``happened_on``."""
    fields = {_FIELD_OF[heading] for heading in headings if heading in _FIELD_OF}
    found = {
        "who": fields & {"phone", "email", "nick"},
        "code": fields & {"code"},
        "happened_on": fields & {"happened_on"},
    }
    return tuple(what for what, has in found.items() if not has)


def code_of(text: str) -> str | None:
    """The code that a word of the list means, None for one that means none of them."""
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    return taxonomy.known(word) or _CODE_OF.get(word)


def values_of(row: Mapping[str, str], platform: str) -> dict[str, Any]:
    """The row as a draft is read from: identifiers, and the rest as it stands. ``platform``: of account names."""
    found = fields_of(row)
    scope = _platform(found.get("platform", "")) or platform
    identifiers = [
        {"kind": kind, "value": found[kind], "scope": scope if kind == "nick" else ""}
        for kind in ("phone", "email", "nick")
        if found.get(kind)
    ]
    return {
        "identifiers": identifiers,
        "name": found.get("name", ""),
        "code": code_of(found.get("code", "")) or found.get("code", ""),
        "tier": _number(found.get("tier", ""), 0),
        "severity": _number(found.get("severity", ""), 1),
        "happened_on": found.get("happened_on", ""),
        "note": found.get("note", ""),
    }


def _platform(text: str) -> str:
    """The platform's code, whichever way it is written."""
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    return _PLATFORMS.get(word, word)


def _number(text: str, otherwise: int) -> int | str:
    """``2``, ``2.0`` or ``E2``; what is no number stays as it is, to be refused."""
    bare = text.strip().removeprefix("E").removeprefix("e").removesuffix(".0")
    if not bare:
        return otherwise
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 3 else text
