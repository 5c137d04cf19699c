"""What the owner sets about alerts: whose phones hear of new low reviews."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form, SelectChoice, SelectField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from shopadmin.plugin_api import is_whole_address
from shopadmin_review_recovery import reply_labels
from shopadmin_review_recovery.services.alerts import MOST_PHONES, phones


class AlertSettings(Form):
    """Alerts."""

    # Masked in the activity log.
    personal = frozenset({"alert_phones"})

    alert_phones = TextAreaField(
        _("Phones that hear of new bad reviews by text message"),
        [Optional(), Length(max=200)],
        default="",
        description=_(
            "A number on each line, five at most, of the shop's own people. Empty: none. It needs a way to send text "
            "messages, and waits in quiet hours. Today shows new cases in any case."
        ),
        render_kw={"rows": 3},
    )
    alert_language = SelectField(
        _("Language of these messages"),
        choices=[SelectChoice(code, str(word)) for code, word in reply_labels.LANGUAGES.items()],
        default="zh",
    )

    def validate_alert_phones(self, field: Any) -> None:
        """Refuse more than five, and what is no whole number."""
        found = phones(field.data or "")
        if len(found) > MOST_PHONES:
            raise ValidationError(str(_("At most %(most)s phones.", most=MOST_PHONES)))
        for number, phone in enumerate(found, 1):
            if not is_whole_address("phone", phone):
                raise ValidationError(str(_("Line %(line)s is no whole phone number.", line=number)))
