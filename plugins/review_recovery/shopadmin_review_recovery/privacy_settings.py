"""What the owner sets about personal data: how long it is kept after a case was closed."""

from flask_babel import lazy_gettext as _
from wtforms import Form, IntegerField
from wtforms.validators import NumberRange, Optional

from shopadmin_review_recovery.domain.retention import PHONE_DAYS, TEXT_MONTHS


class PrivacySettings(Form):
    """Two times, counted from the end of a case."""

    keep_phones = IntegerField(
        _("Days until a buyer's phone is forgotten"),
        [Optional(), NumberRange(1, 3650)],
        default=PHONE_DAYS,
        description=_("After the last case of the buyer was closed, unless the buyer has ordered since."),
    )
    keep_texts = IntegerField(
        _("Months until notes and the texts of messages are forgotten"),
        [Optional(), NumberRange(1, 120)],
        default=TEXT_MONTHS,
        description=_("After the case was closed. The case itself, its cause and what it cost stay."),
    )
