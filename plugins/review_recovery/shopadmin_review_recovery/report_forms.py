"""The forms of the reports: in the address, so that a question can be kept as a link."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask_babel import format_date, gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, DecimalField, Form, IntegerField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from shopadmin.plugin_api import shop_settings
from shopadmin_review_recovery.domain.ratings import HIGHEST, LOWEST, Question
from shopadmin_review_recovery.services.causes_report import SPANS, Span

_MOST_REVIEWS = 100_000_000
_YEARS = (2000, 2100)


class SpanForm(Form):
    """Which weeks."""

    weeks = SelectField(_("Weeks"), coerce=int)
    until = DateField(_("Until the week of"), [InputRequired()])
    confirmed = BooleanField(_("Only causes that somebody confirmed"))

    def __init__(self, arguments: Any) -> None:
        today = datetime.now(UTC).astimezone(shop_settings().zone).date()
        usual = MultiDict({"weeks": str(SPANS[1]), "until": today.isoformat()})
        super().__init__(arguments if "weeks" in arguments else usual)
        self.weeks.choices = [SelectChoice(str(count), gettext("%(count)s weeks", count=count)) for count in SPANS]

    def validate_until(self, field: DateField) -> None:
        """Refuse years that no shop has."""
        if field.data and not _YEARS[0] <= field.data.year < _YEARS[1]:
            raise ValidationError(gettext("Choose a day of the years %(first)s to %(last)s.", first=_YEARS[0],
                                          last=_YEARS[1] - 1))  # fmt: skip

    @property
    def summary(self) -> str:
        """What is chosen, in words."""
        if self.errors:
            return gettext("Choose weeks")
        day = format_date(self.until.data, "medium")
        return gettext("%(count)s weeks, up to the one of %(day)s", count=self.weeks.data, day=day)

    @property
    def span(self) -> Span:
        """What is asked for."""
        last: date = self.until.data
        return Span(last, self.weeks.data, bool(self.confirmed.data))


class StarsField(DecimalField):
    """An average of stars. Decimals know numbers that are none: to compare one with anything is an error."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it. Raises ValueError for what is no number."""
        super().process_formdata(valuelist)
        if self.data is not None and not self.data.is_finite():
            super().process_formdata([""])  # no number either, and refused in the same words


class RatingForm(Form):
    """An average, where it should be, and what the reviews to come will be like."""

    reviews = IntegerField(_("Reviews so far"), [InputRequired(), NumberRange(0, _MOST_REVIEWS)])
    mean = StarsField(_("Average so far"), [InputRequired(), NumberRange(LOWEST, HIGHEST)], places=None)
    target = StarsField(_("Average wanted"), [InputRequired(), NumberRange(LOWEST, HIGHEST)], places=None)
    coming = StarsField(
        _("Average of those to come"), [InputRequired(), NumberRange(LOWEST, HIGHEST)], places=None,
        description=_("5 if every buyer is content."),
    )  # fmt: skip

    @property
    def question(self) -> Question:
        """What is asked, in exact numbers."""
        mean, target, coming = (Fraction(found.data or Decimal(0)) for found in (self.mean, self.target, self.coming))
        return Question(self.reviews.data or 0, mean, target, coming)
