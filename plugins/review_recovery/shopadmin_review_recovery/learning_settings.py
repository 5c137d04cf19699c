"""What the owner sets about learning: whether what was confirmed helps to propose causes."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Form


class LearningSettings(Form):
    """On or off."""

    learning = BooleanField(
        _("Learn from the causes that your people confirm"),
        default=True,
        description=_("On this machine alone. How good it is stands under Reports, Learning. Off: nothing is trained, "
                      "and what was learnt proposes nothing."),
    )  # fmt: skip
