"""What the owner sets about compensation: how much a case may get without being asked."""

from flask_babel import lazy_gettext as _
from wtforms import Form
from wtforms.validators import Optional

from shopadmin.plugin_api import MoneyField


class CompensationSettings(Form):
    """The limit."""

    compensation_limit = MoneyField(
        _("Compensation that needs no decision"),
        [Optional()],
        description=_(
            "All that one case may get together. Empty: the owner decides about everything. Coupons, gifts and "
            "more than the buyer paid always wait for a decision, by somebody else than asked for it."
        ),
    )
