"""What the owner sets about automatic notices: whether, how, and in which language."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Form, SelectChoice, SelectField

from shopadmin.plugin_api import message_channels
from shopadmin_review_recovery import reply_labels


def _automatic() -> list[SelectChoice]:
    """The ways that need nobody's hands."""
    ways: dict[str, Any] = {name: way.title for name, way in message_channels().items() if way.deliver is not None}
    return [SelectChoice(name, title) for name, title in ways.items()]


class NoticeSettings(Form):
    """Notices about parcels."""

    notices_on = BooleanField(
        _("Tell buyers by itself when an order is shipped, late, or cannot be sent"),
        default=False,
        description=_("Once for each order and kind, in the hours of the contact gate. Each counts as one of the three "
                      "contacts that a buyer has in 30 days."),
    )  # fmt: skip
    notices_channel = SelectField(_("How notices go out"), choices=_automatic, default="email")
    notices_language = SelectField(
        _("Language of notices"),
        choices=[SelectChoice(code, str(word)) for code, word in reply_labels.LANGUAGES.items()],
        default="zh",
    )
