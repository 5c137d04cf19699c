"""The forms by which people say who is who, and what nobody is known by."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from shopadmin_buyer_labels import people_texts
from shopadmin_buyer_labels.services.merging import LONGEST_WHY


class WhyForm(FlaskForm):
    """Why two buyers are one person, or why one is not."""

    why = StringField(
        _("Why"),
        [InputRequired(), Length(max=LONGEST_WHY)],
        description=_("What tells you, such as what they wrote. Somebody may have to take it back later."),
    )


class MergeForm(WhyForm):
    """Who else the buyer is."""

    into_id = StringField(
        _("The other buyer"),
        [InputRequired(), Length(max=200)],
        description=_("A mobile number, an e-mail address, a name or the number of an order of theirs."),
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
