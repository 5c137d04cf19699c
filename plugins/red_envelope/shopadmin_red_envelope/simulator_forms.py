# mypy: disable-error-code="no-untyped-call"
"""The simulator's form: in the address, so that a question can be kept as a link."""

from typing import Any

from flask_babel import gettext, lazy_pgettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from shopadmin.plugin_api import RefusedError, to_decimal
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.amounts import money_text, read_price
from shopadmin_red_envelope.domain.checks import MOST_PIECES, check_amount
from shopadmin_red_envelope.domain.simulation import Draft
from shopadmin_red_envelope.domain.times import DAY_MS
from shopadmin_red_envelope.models import RedEnvelopeCampaign
from shopadmin_red_envelope.services import denominations
from shopadmin_red_envelope.services.forecasts import Question

DAYS = (30, 90, 365)
DEFAULTS = {"days": 90, "rate": 30, "use_days": 7}


class SimulatorForm(FlaskForm):
    """What to simulate, and over which history."""

    class Meta:
        """It changes nothing, so it carries no token."""

        csrf = False

    denomination = SelectField(_("Denomination"), [InputRequired()])
    threshold = StringField(_("From an order amount of"), [Length(max=20)], description=_("Empty: above the envelope."))
    quantity = IntegerField(
        _("Pieces"), [Optional(), NumberRange(1, MOST_PIECES)], description=_("Empty for no limit.")
    )
    use_days = IntegerField(
        _("Days it can be used"),
        [InputRequired(), NumberRange(1, 365)],
        description=_("History is cut into periods as long as this."),
    )
    days = SelectField(lazy_pgettext("simulator", "History"), [InputRequired()], coerce=int)
    rate = IntegerField(
        _("Claim rate, %"),
        [InputRequired(), NumberRange(1, 100)],
        description=_("Of the buyers whom it fits, how many will use one."),
    )
    margin = IntegerField(
        _("Margin, %"),
        [Optional(), NumberRange(1, 100)],
        description=_("What is left of 100 in sales after all costs of the goods. For the break-even."),
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.days.choices = [SelectChoice(str(days), gettext("last %(days)s days", days=days)) for days in DAYS]
        self.denomination.choices = [
            SelectChoice(f"{table.category}|{amount}", f"{money} · {denominations.category_name(table.category)}")
            for table in denominations.tables()
            for amount in table.amounts
            if (money := money_text(amount, table.currency))
        ]

    def question(self) -> Question:
        """What the form asks. Raises RefusedError."""
        category, _bar, amount = (self.denomination.data or "").rpartition("|")
        table = denominations.newest(category)
        threshold = read_price(self.threshold.data or "", table.currency, "threshold")
        if objections := check_amount(int(amount), threshold, table.amounts):
            raise RefusedError(*messages.problems(objections))
        return Question(
            draft=Draft(int(amount), threshold, self.quantity.data, self.use_days.data or 1),
            currency=table.currency,
            denominations=table.amounts,
            days=self.days.data,
            rate=self.rate.data or 1,
            margin=self.margin.data,
        )


def of_campaign(row: RedEnvelopeCampaign) -> dict[str, Any]:
    """A campaign's terms as the form's values, with the defaults for what it does not say."""
    shown: dict[str, Any] = {"quantity": row.quantity}
    if row.amount is not None:
        shown["denomination"] = f"{row.category}|{row.amount}"
    if row.threshold is not None:
        shown["threshold"] = f"{to_decimal(row.threshold, row.currency):f}"
    if row.use_from is not None and row.use_to is not None:
        shown["use_days"] = min(max(-((row.use_from - row.use_to) // DAY_MS), 1), 365)
    return DEFAULTS | shown
