"""The form of the reports: in the address, so that a question can be kept as a link."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask_babel import format_date, gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form, ValidationError
from wtforms.validators import InputRequired

from shopadmin.plugin_api import shop_settings
from shopadmin_buyer_labels.services.reports import Span

_YEARS = (2000, 2100)
_MOST_YEARS = 5
# A year, from the first of its first month on.
_USUAL = timedelta(days=334)


class SpanForm(Form):
    """From which day to which, both within, on the shop's own clock."""

    since = DateField(_("From"), [InputRequired()])
    until = DateField(_("Until"), [InputRequired()])

    def __init__(self, arguments: Any) -> None:
        today = datetime.now(UTC).astimezone(shop_settings().zone).date()
        usual = MultiDict({"since": (today - _USUAL).replace(day=1).isoformat(), "until": today.isoformat()})
        super().__init__(arguments if "since" in arguments or "until" in arguments else usual)

    def validate_since(self, field: DateField) -> None:
        """Refuse years that no shop has."""
        if field.data and not _YEARS[0] <= field.data.year < _YEARS[1]:
            raise ValidationError(_years())

    def validate_until(self, field: DateField) -> None:
        """Refuse a range that is none, and one that nobody can read month by month."""
        first: date | None = self.since.data
        if field.data is None or first is None:
            return
        if not _YEARS[0] <= field.data.year < _YEARS[1]:
            raise ValidationError(_years())
        if field.data < first:
            raise ValidationError(gettext("It ends before it begins."))
        if field.data.year - first.year > _MOST_YEARS:
            raise ValidationError(gettext("Choose %(years)s years at most.", years=_MOST_YEARS))

    @property
    def summary(self) -> str:
        """What is chosen, in words."""
        if self.errors:
            return gettext("Choose days")
        first, last = (format_date(field.data, "medium") for field in (self.since, self.until))
        return gettext("%(first)s to %(last)s", first=first, last=last)

    @property
    def span(self) -> Span:
        """What is asked for."""
        return Span(self.since.data, self.until.data)


def _years() -> str:
    return gettext("Choose a day of the years %(first)s to %(last)s.", first=_YEARS[0], last=_YEARS[1] - 1)
