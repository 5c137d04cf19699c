"""The forms of labels."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    DateField,
    DateTimeLocalField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from shopadmin.plugin_api import (
    EVIDENCE_TIERS,
    EvidenceOrigin,
    RefusedError,
    message_channels,
    platforms,
    reachable_buyers,
    shop_settings,
)
from shopadmin_buyer_labels import labels
from shopadmin_buyer_labels.domain.drafts import LONGEST_NOTE, Draft
from shopadmin_buyer_labels.messages import problem
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services.attaching import Piece
from shopadmin_buyer_labels.services.proposing import LONGEST_WHY


def _choices(texts: Any) -> list[Any]:
    return [SelectChoice(str(code), text) for code, text in texts.items()]


class DraftForm(FlaskForm):
    """What a label says."""

    # Nothing is chosen beforehand: no label comes of a click too few.
    code = SelectField(
        _("What happened"), [InputRequired(_("Say what happened."))], choices=_choices({"": "–", **labels.CODES})
    )
    happened_on = DateField(_("On which day"), [InputRequired()])
    severity = SelectField(_("How grave it was"), choices=_choices(labels.SEVERITIES), default="1")
    tier = SelectField(_("What it rests on"), choices=_choices(EVIDENCE_TIERS), default="0")
    note = TextAreaField(
        _("In short"),
        [Optional(), Length(max=LONGEST_NOTE)],
        description=_("What happened and what came of it: nothing about what somebody is, no phone, no address."),
        render_kw={"rows": 3},
    )
    ends_on = DateField(_("Last day"), [Optional()], description=_("Empty: as long as labels of this code last."))

    @property
    def draft(self) -> Draft:
        """What was typed."""
        return Draft(
            self.code.data, int(self.severity.data), self.happened_on.data, self.note.data or "",
            int(self.tier.data), self.ends_on.data,
        )  # fmt: skip


class PieceForm(FlaskForm):
    """A piece of evidence: a picture, or a text.

    ``may_name_authority``: without it nothing is offered as a decision of a court or authority.
    """

    file = FileField(
        _("Picture"),
        description=_("PNG, JPEG or WebP, 10 MB at most. The original is kept encrypted as evidence."),
        render_kw={"accept": "image/png,image/jpeg,image/webp"},
    )
    kind = SelectField(_("Or a text: what it is"), choices=_choices(labels.TEXTS))
    text = TextAreaField(
        _("Text"),
        description=_("As it was written. Pages show a copy with phones and e-mail addresses masked."),
        render_kw={"rows": 5},
    )
    weight = SelectField(_("How much it weighs"), choices=_choices(EVIDENCE_TIERS), default="1")
    source = StringField(_("Where it is from"), [Optional(), Length(max=150)])
    captured_at = DateTimeLocalField(
        _("When it was captured"), [Optional()], format="%Y-%m-%dT%H:%M",
        description=_("Empty: now. By the shop's clock."),
    )  # fmt: skip

    def __init__(self, may_name_authority: bool, **options: Any) -> None:
        super().__init__(**options)
        if not may_name_authority:
            self.weight.choices = self.weight.choices[:-1]

    def pieces(self, name: str, content: bytes) -> tuple[Piece, ...]:
        """What was given: a picture, a text, both or nothing."""
        origin = EvidenceOrigin(self._at(), self.source.data or "", int(self.weight.data))
        found = [Piece("picture", content, origin, name)] if content else []
        if (self.text.data or "").strip():
            found.append(Piece(self.kind.data, self.text.data, origin))
        return tuple(found)

    def _at(self) -> datetime:
        try:
            at = self.captured_at.data
            return at.replace(tzinfo=shop_settings().zone).astimezone(UTC) if at else datetime.now(UTC)
        except OverflowError:
            raise RefusedError(problem("time", "captured_at")) from None


class NewForm(DraftForm, PieceForm):
    """A label for a buyer whom the shop knows already: it rests on what is given with it."""

    tier = None  # type: ignore[assignment]

    @property
    def draft(self) -> Draft:
        """What was typed."""
        return Draft(
            self.code.data, int(self.severity.data), self.happened_on.data, self.note.data or "",
            ends_on=self.ends_on.data,
        )  # fmt: skip


class NewForSomebodyForm(NewForm):
    """A label for somebody by phone, e-mail or account."""

    kind_of_identifier = SelectField(_("Known by"), choices=_choices(labels.IDENTIFIERS))
    identifiers = StringField(_("Phone, e-mail or account"), [InputRequired(), Length(max=200)])
    platform = SelectField(
        _("Platform of the account"), choices=_choices({"": "–", **platforms()}), default="",
        description=_("Of an account name or an id."),
    )  # fmt: skip
    name = StringField(_("Name of the buyer"), [Optional(), Length(max=200)])

    field_order = ("kind_of_identifier", "identifiers", "platform", "name")

    def __iter__(self) -> Any:
        """Who it is about stands first."""
        first = [self._fields[name] for name in self.field_order]
        return iter([*first, *(found for name, found in self._fields.items() if name not in self.field_order)])


class OwnFaultForm(FlaskForm):
    """Whether it was the shop's own fault (S10)."""

    looked_at = SelectMultipleField(
        _("Looked at"), choices=_choices(labels.LOOKED_AT), option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )  # fmt: skip
    own_fault = RadioField(
        _("Was it the shop's own fault?"), [InputRequired(_("Say whether it was the shop's own fault."))],
        choices=_choices({"no": _("No"), "yes": _("Yes")}),
    )  # fmt: skip
    text = StringField(_("What was found"), [Optional(), Length(max=LONGEST_WHY)], id="own-fault-text")


class ContactForm(FlaskForm):
    """When the buyer was talked to (S11)."""

    contacted_on = DateField(_("Talked to the buyer on"), [InputRequired()])
    text = StringField(_("What came of it"), [Optional(), Length(max=LONGEST_WHY)], id="contact-text")


class WordsForm(FlaskForm):
    """Why, or how."""

    text = StringField(_("Why"), [InputRequired(), Length(max=LONGEST_WHY)])


class ToldForm(FlaskForm):
    """How the notice reached the buyer."""

    text = StringField(_("How they were told"), [InputRequired(), Length(max=LONGEST_WHY)])


class ApproveForm(FlaskForm):
    """A word beside the approval."""

    text = StringField(_("A word for the record"), [Optional(), Length(max=LONGEST_WHY)])


class SendForm(FlaskForm):
    """Which way the notice goes."""

    channel = SelectField(_("How"), choices=[])

    def __init__(self, buyer_id: int, **options: Any) -> None:
        super().__init__(**options)
        ways = {name: way for name, way in message_channels().items() if way.medium != "call"}
        # Those by which the buyer can be reached come first, so that one of them is chosen beforehand.
        reached = {name: buyer_id in reachable_buyers([buyer_id], way.address) for name, way in ways.items()}
        self.channel.choices = _choices(
            {name: ways[name].title for name in sorted(ways, key=lambda name: not reached[name])}
        )


def draft_form(label: Label) -> DraftForm:
    """The form with what the label says."""
    zone = shop_settings().zone
    return DraftForm(
        data={
            "code": label.code, "happened_on": label.happened_on, "severity": str(label.severity),
            "tier": str(label.tier), "note": label.note, "ends_on": last_day(label, zone),
        }
    )  # fmt: skip


def last_day(label: Label, zone: Any) -> Any:
    """The label's last day by the shop's clock."""
    return (label.expires_at - timedelta(microseconds=1)).astimezone(zone).date()
