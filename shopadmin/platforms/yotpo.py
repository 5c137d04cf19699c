"""Yotpo: two spellings of one layout. Reviews have no id."""

from flask_babel import lazy_gettext

from shopadmin.contract import ImportFormat
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.readers import table_format

REVIEWS = Layout(
    {
        "product_ref": "Product ID",
        "product_title": "Product Name",
        "rating": "Review Score",
        "buyer_name": ("Reviewer Display Name", "Display Name"),
        "title": "Review Title",
        "body": "Review Content",
        "created_at": ("Review Creation Date", "Date"),
        "email": ("Reviewer Email", "Email"),
    },
    required=("product_ref", "rating", "body", "created_at"),
)

FORMATS: tuple[ImportFormat, ...] = (
    table_format(
        "yotpo.reviews",
        lazy_gettext("Yotpo reviews"),
        "reviews",
        REVIEWS,
        slash_dates=("Review Creation Date", "Date"),
    ),
)
