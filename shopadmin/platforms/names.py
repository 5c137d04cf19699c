"""Platforms, and the fields that a file's columns may hold, as people call them."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from shopadmin.contract import Text

_NAMES: Mapping[str, Text] = {
    "amazon": _("Amazon"),
    "jd": _("JD"),
    "judgeme": "Judge.me",
    "loox": "Loox",
    "olist": "Olist",
    "pinduoduo": _("Pinduoduo"),
    "shop": _("Own list"),
    "shopify": "Shopify",
    "taobao": _("Taobao"),
    "tmall": _("Tmall"),
    "woocommerce": "WooCommerce",
    "yotpo": "Yotpo",
}

_FIELDS: Mapping[str, Text] = {
    "accepts_marketing": _("Accepts marketing"),
    "account": _("Account"),
    "address": _("Address"),
    "body": _("Text"),
    "buyer_name": _("Name of the buyer"),
    "buyer_note": _("Note of the buyer"),
    "buyer_ref": _("Number of the buyer"),
    "carrier": _("Courier"),
    "category_ref": _("Category"),
    "city": _("City"),
    "close_reason": _("Why it was closed"),
    "confirmed_at": _("Receipt confirmed at"),
    "created_at": _("Time"),
    "currency": _("Currency"),
    "delivered_at": _("Delivered at"),
    "email": _("E-mail"),
    "followup_at": _("Follow-up written at"),
    "followup_body": _("Follow-up"),
    "goods": _("Goods"),
    "item_count": _("Pieces"),
    "line_no": _("Number of the order line"),
    "name": _("Name"),
    "order_no": _("Order number"),
    "paid": _("Amount paid"),
    "paid_at": _("Paid at"),
    "payment_method": _("Way of payment"),
    "phone": _("Phone"),
    "phone_expires_at": _("Phone valid until"),
    "photos": _("Pictures"),
    "postcode": _("Postcode"),
    "price": _("Price"),
    "product_ref": _("Number of the product"),
    "product_title": _("Product"),
    "promised_at": _("Promised by"),
    "qty": _("Pieces"),
    "rating": _("Stars or grade"),
    "recipient": _("Recipient"),
    "ref": _("Number"),
    "refund_status": _("State of the refund"),
    "refunded": _("Amount refunded"),
    "region": _("Region"),
    "reply": _("Reply of the shop"),
    "reply_at": _("Replied at"),
    "review_ref": _("Number of the review"),
    "seller_ref": _("Supplier"),
    "shipped_at": _("Shipped at"),
    "shipping": _("Shipping fee"),
    "shop_note": _("Note of the shop"),
    "shop_ref": _("Shop"),
    "sku": _("SKU"),
    "spec": _("Variant"),
    "state": _("State"),
    "status": _("Status"),
    "status_raw": _("Status in the platform's words"),
    "stock": _("Stock"),
    "supplier_ref": _("Supplier"),
    "title": _("Title"),
    "total": _("Total"),
    "tracking_no": _("Tracking number"),
    "verified": _("Verified purchase"),
}


def platforms() -> Mapping[str, Text]:
    """Every platform that the core knows by name, by its code."""
    return _NAMES


def platform_name(code: str) -> str:
    """The name in the reader's language; a platform that only its owner or a plugin knows as it is written."""
    return str(_NAMES.get(code, code.title()))


def field_name(code: str) -> str:
    """The name of a field in the reader's language."""
    return str(_FIELDS[code])
