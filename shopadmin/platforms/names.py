"""Platforms as people call them."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from shopadmin.contract import Text

_NAMES: Mapping[str, Text] = {
    "amazon": _("Amazon"),
    "judgeme": "Judge.me",
    "loox": "Loox",
    "olist": "Olist",
    "shop": _("Own list"),
    "shopify": "Shopify",
    "taobao": _("Taobao"),
    "woocommerce": "WooCommerce",
    "yotpo": "Yotpo",
}


def platform_name(code: str) -> str:
    """The name in the reader's language; a platform that only its owner or a plugin knows as it is written."""
    return str(_NAMES.get(code, code.title()))
