# mypy: disable-error-code="no-untyped-call"
"""What a form that comes back says at its fields: objections, what is stored by now, which of two times it took."""

from typing import Any

from flask_babel import gettext
from wtforms import BooleanField, DateTimeLocalField, SelectField

from shopadmin.plugin_api import RefusedError, shop_settings
from shopadmin_red_envelope.domain.times import comes_twice
from shopadmin_red_envelope.forms import AmountsField
from shopadmin_red_envelope.shop_clock import offset


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
