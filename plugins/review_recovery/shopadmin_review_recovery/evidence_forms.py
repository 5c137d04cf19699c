"""The forms about what a review may be: a picture, a text, a complaint, an incident, a suspicion."""

from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateTimeLocalField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from shopadmin.plugin_api import EVIDENCE_TIERS, EvidenceOrigin, RefusedError, complaint_grounds, shop_settings
from shopadmin_review_recovery import evidence_labels as labels
from shopadmin_review_recovery.domain.suspicion import KINDS
from shopadmin_review_recovery.messages import problem
from shopadmin_review_recovery.services.cases import LONGEST
from shopadmin_review_recovery.services.evidence import HIGHEST_TIER

_TIME = "%Y-%m-%dT%H:%M"
_TIERS = [SelectChoice(str(tier), text) for tier, text in EVIDENCE_TIERS.items()]  # type: ignore[arg-type]


def _tier() -> SelectField:
    return SelectField(_("How much it weighs"), choices=_TIERS, default="1")


def _source() -> StringField:
    return StringField(_("Where it is from"), [Optional(), Length(max=150)])


def _captured_at() -> DateTimeLocalField:
    said = _("Empty: now. By the shop's clock.")
    return DateTimeLocalField(_("When it was captured"), [Optional()], format=_TIME, description=said)


class _KeptForm(FlaskForm):
    """What is kept as evidence. ``may_name_authority``: without it nothing is offered as a court's decision."""

    tier: SelectField

    def __init__(self, may_name_authority: bool, **options: Any) -> None:
        super().__init__(**options)
        self.tier.choices = _TIERS if may_name_authority else _TIERS[:HIGHEST_TIER]


class PictureForm(_KeptForm):
    """A screenshot or a photo."""

    file = FileField(
        _("Picture"),
        [FileRequired()],
        description=_("PNG, JPEG or WebP, 10 MB at most. The original is kept encrypted as evidence."),
        render_kw={"accept": "image/png,image/jpeg,image/webp"},
    )
    tier = _tier()
    source = _source()
    captured_at = _captured_at()


class TextForm(_KeptForm):
    """A chat, a text message, a note of a call, where the parcel was."""

    what = SelectField(_("What the text is"), choices=[SelectChoice(code, text) for code, text in labels.TEXTS.items()])
    text = TextAreaField(
        _("Text"),
        [InputRequired()],
        description=_(
            "As it was written. Pages show a copy with phones, e-mail addresses and identity numbers masked."
        ),
        render_kw={"rows": 6},
    )
    tier = _tier()
    source = _source()
    captured_at = _captured_at()


class ComplaintForm(FlaskForm):
    """A complaint to the platform of the case."""

    ground = SelectField(_("What it is about"), choices=[])
    note = TextAreaField(_("In short"), [Optional(), Length(max=4000)], render_kw={"rows": 3})
    deadline_at = DateTimeLocalField(
        _("Deadline"), [Optional()], format=_TIME, description=_("Empty: what the checklist plans for.")
    )

    def __init__(self, platform: str, **options: Any) -> None:
        super().__init__(**options)
        self.ground.choices = [SelectChoice(code, text) for code, text in complaint_grounds(platform)]


class IncidentForm(FlaskForm):
    """The buyer demanded something for the review."""

    occurred_at = DateTimeLocalField(_("When it happened"), [InputRequired()], format=_TIME)
    note = TextAreaField(
        _("What was demanded"),
        [Optional(), Length(max=2000)],
        description=_("Neither phone nor address: those stand in the evidence."),
        render_kw={"rows": 3},
    )


class SuspicionForm(FlaskForm):
    """The owner's suspicion."""

    kind = SelectField(_("What is suspected"), choices=[SelectChoice(code, labels.SUSPICIONS[code]) for code in KINDS])
    note = StringField(_("Why"), [InputRequired(), Length(max=LONGEST)])


def origin(form: PictureForm | TextForm) -> EvidenceOrigin:
    """Where the form says that the evidence is from."""
    at = instant(form.captured_at) or datetime.now(UTC)
    return EvidenceOrigin(at, form.source.data or "", int(form.tier.data))


def instant(field: DateTimeLocalField) -> datetime | None:
    """The time as typed on the shop's clock, aware UTC; None for an empty field. Raises RefusedError."""
    try:
        return field.data.replace(tzinfo=shop_settings().zone).astimezone(UTC) if field.data else None
    except OverflowError:
        raise RefusedError(problem("bad_instant", field.name)) from None
