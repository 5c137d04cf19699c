"""Loox: its import layout and its export; the two share few headings."""

from flask_babel import lazy_gettext

from shopadmin.contract import ImportFormat
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.readers import table_format

IMPORT = Layout(
    {
        "product_ref": "product_handle",
        "rating": "rating",
        "buyer_name": "author",
        "email": "email",
        "body": "body",
        "created_at": "created_at",
        "photos": "photo_url",
        "verified": "verified_purchase",
    },
    required=("product_ref", "rating", "buyer_name", "body", "created_at", "verified"),
    without=("state",),
)
EXPORT = Layout(
    {
        "review_ref": "id",
        "state": "status",
        "rating": "rating",
        "email": "email",
        "buyer_name": "nickname",
        "body": "review",
        "created_at": "date",
        "product_ref": "productId",
        "photos": "img",
        "spec": "variant",
        "verified": "verified_purchase",
    },
    required=("review_ref", "state", "rating", "body", "created_at", "product_ref"),
    fallbacks={"buyer_name": ("full_name",), "product_ref": ("handle",)},
)

FORMATS: tuple[ImportFormat, ...] = (
    table_format(
        "loox.import", lazy_gettext("Loox reviews (import layout)"), "reviews", IMPORT, slash_dates=("created_at",)
    ),
    table_format("loox.export", lazy_gettext("Loox reviews (export)"), "reviews", EXPORT, slash_dates=("date",)),
)
