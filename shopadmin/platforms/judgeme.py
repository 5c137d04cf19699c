"""Judge.me: the export of all reviews, and the narrower import template. Reviews have no id."""

from flask_babel import lazy_gettext

from shopadmin.contract import ImportFormat
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.readers import table_format

REVIEWS = Layout(
    {
        "title": "title",
        "body": "body",
        "rating": "rating",
        "created_at": "review_date",
        "state": "curated",
        "buyer_name": "reviewer_name",
        "email": "reviewer_email",
        "product_ref": "product_id",
        "reply": "reply",
        "reply_at": "reply_date",
        "photos": "picture_urls",
    },
    required=("body", "rating", "created_at", "buyer_name"),
    fallbacks={"product_ref": ("product_handle",)},
)

FORMATS: tuple[ImportFormat, ...] = (
    table_format(
        "judgeme.reviews",
        lazy_gettext("Judge.me reviews"),
        "reviews",
        REVIEWS,
        slash_dates=("review_date", "reply_date"),
    ),
)
