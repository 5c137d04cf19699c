"""The forms by which people say who is who, and what nobody is known by."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from shopadmin_buyer_labels import people_texts
from shopadmin_buyer_labels.services.merging import LONGEST_WHY

_LARGEST_ID = 2**63 - 1


class WhyForm(FlaskForm):
    """Why two buyers are one person, or why one is not."""

    why = StringField(
        _("Why"),
        [InputRequired(), Length(max=LONGEST_WHY)],
        description=_("What tells you, such as what they wrote. Somebody may have to take it back later."),
    )


class MergeForm(WhyForm):
    """Who else the buyer is."""

    into_id = IntegerField(
        _("Number of the other buyer"),
        [InputRequired(_("Give the buyer's number, such as 17.")), NumberRange(1, _LARGEST_ID)],
        description=_("It stands in the address of the buyer's page, and on the pages of labels."),
        render_kw={"inputmode": "numeric"},
    )

    def __iter__(self) -> Any:
        """The other buyer stands first."""
        return iter([self._fields["into_id"], *(each for name, each in self._fields.items() if name != "into_id")])


def _choices(texts: Any) -> list[Any]:
    return [SelectChoice(str(code), text) for code, text in texts.items()]


class NeverMatchForm(FlaskForm):
    """What nobody is known by: one identifier a line."""

    kind = SelectField(
        _("What it is"),
        choices=_choices({kind: people_texts.LISTED_KINDS[kind] for kind in ("address", "phone", "email")}),
    )
    value = TextAreaField(
        _("One a line"), [InputRequired(), Length(max=50_000)], description=_("As it is written on orders."),
        render_kw={"rows": 6},
    )  # fmt: skip
    cause = SelectField(_("Why nobody is known by it"), choices=_choices(people_texts.CAUSES))
