# mypy: disable-error-code="no-untyped-call"
"""Forms. Times are the shop's own, and turned into instants here; denominations are chosen, never typed."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_symbol
from flask_babel import format_currency, get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from shopadmin.plugin_api import RefusedError, read_amount, shop_settings, to_decimal
from shopadmin_red_envelope import labels, messages
from shopadmin_red_envelope.domain.checks import HIGHEST_AMOUNT, INSTANTS, Activity, Terms
from shopadmin_red_envelope.domain.times import MissingTimeError, comes_twice, to_instant, to_local
from shopadmin_red_envelope.services import activities, denominations

# A comma before exactly three digits: 1,500 is one amount to some and two to others.
_ONE_OR_TWO = re.compile(r"\d,\d{3}(?!\d)", re.ASCII)
_BETWEEN = re.compile(r"[\s,，、；;]+")


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


class MoneyField(StringField):
    """An amount of the shop's money: text for people, minor units as its value, None where it is left open."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it. Raises ValueError with the sentence for the person."""
        self.data = None
        try:
            self.data = read_money(valuelist[0] if valuelist else "", shop_settings().currency, self.short_name)
        except RefusedError as refused:
            raise ValueError(str(refused.problems[0].message)) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{to_decimal(self.data, shop_settings().currency):f}"


def parts(text: str) -> list[str]:
    """What stands between blanks and commas of any width."""
    return [part for part in _BETWEEN.split(_narrow(text)) if part]


def money_text(minor: int, currency: str) -> str:
    """An amount as the reader's language writes it."""
    return str(format_currency(to_decimal(minor, currency), currency))


def read_money(text: str, currency: str, field: str, **bounds: int) -> int | None:
    """Minor units, None for nothing; ``bounds`` as for ``read_amount``, from 0 on. Raises RefusedError."""
    return read_amount(text, currency or "CNY", field, **{"least": 0, **bounds}) if text.strip() else None


def read_shown_money(text: str, currency: str, field: str) -> int | None:
    """The same for an amount that may be copied from the page, as ``money_text`` shows it. Raises RefusedError."""
    shown = unicodedata.normalize("NFKC", text).strip()
    sign = unicodedata.normalize("NFKC", get_currency_symbol(currency, get_locale()))
    without = shown.replace(sign, "").strip()
    if without and without != shown:
        minor = read_money(without, currency, field) or 0
        if unicodedata.normalize("NFKC", money_text(minor, currency)) == shown:
            return minor
    return read_money(text, currency, field)


def read_price(text: str, currency: str, field: str) -> int | None:
    """The same within what an envelope or an order may amount to."""
    return read_money(text, currency, field, least=1, most=HIGHEST_AMOUNT)


def read_prices(text: str, currency: str, field: str) -> list[int]:
    """Several of them, parted by blanks or by commas of any width. Raises RefusedError."""
    if unclear := _ONE_OR_TWO.search(_narrow(text)):
        raise RefusedError(messages.problem("one_or_two", field, text=unclear[0]))
    return [read_price(part, currency, field) or 0 for part in parts(text)]


def instants(times: Mapping[str, datetime | None]) -> dict[str, int | None]:
    """Milliseconds UTC of times on the shop's own clock, by field. Raises RefusedError for those that do not exist."""
    zone, found, problems = shop_settings().zone, {}, []
    for name, moment in times.items():
        try:
            found[name] = to_instant(moment, zone) if moment else None
        except MissingTimeError as error:
            problems.append(messages.missing_time(name, error.instead))
        except OverflowError:
            problems.append(messages.problem("bad_instant", name))
    if problems:
        raise RefusedError(*problems)
    return found


def local(instant: int | None) -> datetime | None:
    """For a form's field, which knows whole seconds: the time on the shop's own clock."""
    return None if instant is None else to_local(instant, shop_settings().zone).replace(microsecond=0)


def offset(moment: datetime) -> str:
    """How far an aware time's clock is from UTC, such as UTC+08:00."""
    return f"UTC{moment.isoformat(timespec='minutes')[16:]}"


def show_problems(form: Any, refused: RefusedError) -> None:
    """Put each objection at its field, or above the form."""
    for problem in refused.problems:
        name = {"amount": "denomination", "category": "denomination"}.get(problem.field, problem.field)
        field = form._fields.get(problem.field) or form._fields.get(name)
        if field is None:
            form.form_errors.append(str(problem.message))
        else:
            field.errors = [*field.errors, str(problem.message)]


def show_stored(form: Any, stored: Any) -> None:
    """At each field whose value differs from what ``stored``, a form of the same kind, holds: what it is now."""
    for field in form:
        other = stored._fields.get(field.name)
        if field.name == "csrf_token" or other is None or _meant(field) == _meant(other):
            continue
        field.errors = [*field.errors, gettext("Now stored: “%(value)s”.", value=_in_words(other))]


def time_notes(form: Any) -> list[str]:
    """Which of two instants was taken for each time that comes twice, when the clocks are put back."""
    zone = shop_settings().zone
    return [
        gettext(
            "“%(name)s”: %(time)s comes twice that night. The first is taken, at %(offset)s.",
            name=field.label.text,
            time=f"{field.data:%H:%M}",
            offset=offset(field.data.replace(tzinfo=zone, fold=0)),
        )
        for field in form
        if isinstance(field, DateTimeLocalField) and field.data and comes_twice(field.data, zone)
    ]


def _narrow(text: str) -> str:
    return "".join(char if char == "，" else unicodedata.normalize("NFKC", char) for char in text)


def _meant(field: Any) -> Any:
    return field.meant if isinstance(field, AmountsField) else field.data or None


def _in_words(field: Any) -> str:
    """A field's value as a person reads it."""
    if isinstance(field, BooleanField):
        return gettext("yes") if field.data else gettext("no")
    if isinstance(field, SelectField):
        return str({value: label for value, label, *_rest in field.iter_choices()}.get(field.data, ""))
    if isinstance(field, DateTimeLocalField):
        return field.data.isoformat(" ").removesuffix(":00") if field.data else "–"
    return str(field.data or "–")


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
