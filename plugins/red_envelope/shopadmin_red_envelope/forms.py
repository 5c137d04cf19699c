# mypy: disable-error-code="no-untyped-call"
"""Forms. Times are the shop's own; denominations are chosen, never typed."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from shopadmin_red_envelope import labels
from shopadmin_red_envelope.amounts import money_text, read_price, read_prices
from shopadmin_red_envelope.domain.checks import INSTANTS, Activity, Terms
from shopadmin_red_envelope.services import activities, denominations
from shopadmin_red_envelope.shop_clock import instants


def _choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(code, word) for code, word in words.items()]


class AmountsField(StringField):
    """Amounts in major units, as text."""

    @property
    def meant(self) -> list[Decimal | str]:
        """What the text says, however it is written: 50 and 50.00 are the same."""
        return [_number(part) for part in (self.data or "").split()]


class ActivityForm(FlaskForm):
    """An activity of the store or of the platform."""

    name = StringField(_("Name"), [InputRequired(), Length(max=80)])
    kind = SelectField(_("Whose activity"), choices=_choices(labels.KINDS))
    supports_store_envelopes = BooleanField(_("Store red envelopes may be used in it"), default=True)
    starts_at = DateTimeLocalField(_("Begins"), [InputRequired()])
    ends_at = DateTimeLocalField(_("Ends"), [InputRequired()])

    def activity(self) -> Activity:
        """What the form says. Raises RefusedError."""
        times = instants({"starts_at": self.starts_at.data, "ends_at": self.ends_at.data})
        return Activity(
            name=(self.name.data or "").strip(),
            kind=self.kind.data,
            supports_store_envelopes=self.supports_store_envelopes.data,
            starts_at=times["starts_at"] or 0,
            ends_at=times["ends_at"] or 0,
        )


class CampaignForm(FlaskForm):
    """A draft. What is left open must be filled in before it is scheduled."""

    title = StringField(_("Name"), [InputRequired(), Length(max=80)])
    activity_id = SelectField(
        _("Part of the activity"), [Optional()], description=_("The campaign locks when it begins.")
    )
    denomination = SelectField(_("Denomination"), [InputRequired()], description=_("What the shop's category allows."))
    threshold = AmountsField(
        _("From an order amount of"),
        [Length(max=20)],
        description=_("Above the envelope. Empty: the order must only be above the envelope."),
    )
    quantity = IntegerField(_("Pieces"), [Optional()], description=_("Empty for no limit."))
    claim_from = DateTimeLocalField(_("Collected from"), [Optional()])
    claim_to = DateTimeLocalField(_("Collected until"), [Optional()])
    use_from = DateTimeLocalField(_("Used from"), [Optional()])
    use_to = DateTimeLocalField(_("Used until"), [Optional()])
    mode = SelectField(_("How buyers get it"), choices=_choices(labels.MODES))
    after_order_discounts = BooleanField(_("Count the order amount after other discounts on the order"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        found = [SelectChoice("", str(_("Not chosen yet")))]
        self.activity_id.choices = found + [SelectChoice(str(row.id), row.name) for row in activities.coming()]
        self.denomination.choices = [
            SelectChoice(f"{table.category}|{amount}", f"{denominations.category_name(table.category)} · {money}")
            for table in denominations.tables()
            for amount in table.amounts
            if (money := money_text(amount, table.currency))
        ]

    def terms(self) -> Terms:
        """What the form says. Raises RefusedError."""
        category, _bar, amount = (self.denomination.data or "").rpartition("|")
        currency = denominations.newest(category).currency
        return Terms(
            title=(self.title.data or "").strip(),
            category=category,
            amount=int(amount),
            quantity=self.quantity.data,
            threshold=read_price(self.threshold.data or "", currency, "threshold"),
            mode=self.mode.data,
            after_order_discounts=self.after_order_discounts.data,
            **instants({name: getattr(self, name).data for name in INSTANTS}),
        )

    @property
    def activity(self) -> int | None:
        """The activity's id, None when none is chosen."""
        return int(self.activity_id.data) if self.activity_id.data else None


class AmountForm(FlaskForm):
    """Another amount for a scheduled campaign, from its own list."""

    amount = SelectField(_("Denomination"), coerce=int)
    confirm_worst_case = StringField(
        _("Worst case"),
        [Length(max=20)],
        description=_("Only when it passes your limit: type the amount that the refusal names."),
    )


class DenominationForm(FlaskForm):
    """A category's amounts, as one line of text."""

    category = StringField(_("Category"), [InputRequired(), Length(max=80)])
    amounts = AmountsField(_("Amounts"), [InputRequired()], description=_("With blanks between them, such as 5 10 20."))

    def found(self, currency: str) -> list[int]:
        """The amounts in minor units. Raises RefusedError."""
        return read_prices(self.amounts.data or "", currency, "amounts")


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
