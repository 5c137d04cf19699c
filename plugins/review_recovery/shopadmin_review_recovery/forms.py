"""The forms of a case's page."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateTimeLocalField, Form, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from shopadmin.plugin_api import accounts_that_may
from shopadmin_review_recovery import labels, permissions
from shopadmin_review_recovery.domain.causes import CODES
from shopadmin_review_recovery.domain.states import ENDED
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services.cases import LONGEST
from shopadmin_review_recovery.services.follow_ups import KINDS as FOLLOW_UPS

_CAUSES = [SelectChoice(code, labels.CAUSES[code]) for code in CODES]  # type: ignore[arg-type]
# What a person may say came of it; the rest is the program's.
_OUTCOMES = [
    SelectChoice(code, text)  # type: ignore[arg-type]
    for code, text in labels.OUTCOMES.items()
    if code not in ("review_gone", "no_answer")
]
# That the platform took the review down is said behind a complaint that was upheld, by a button of its own.
_ENDS = [SelectChoice(code, labels.STATES[code]) for code in ENDED if code != "platform_removed"]  # type: ignore[arg-type]


class CauseForm(Form):
    """What it was."""

    cause = SelectField(_("Main cause"), choices=_CAUSES)
    further = SelectMultipleField(
        _("Also"), choices=_CAUSES, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )


class AssignForm(Form):
    """In whose hands it is, and what the next one should know."""

    account_id = SelectField(_("In whose hands"), choices=[])
    note = StringField(_("For whoever takes over"), [Optional(), Length(max=LONGEST)])

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        people = accounts_that_may(permissions.REPLY)
        self.account_id.choices = [
            SelectChoice("", _("Nobody")),  # type: ignore[arg-type]
            *(SelectChoice(str(account), name) for account, name in people.items()),
        ]

    @property
    def account(self) -> int | None:
        """The chosen account, None for nobody."""
        text = self.account_id.data or ""
        return int(text) if text.isascii() and text.isdigit() else None


class CloseForm(Form):
    """How it ended."""

    end = SelectField(_("How it ended"), choices=_ENDS)
    outcome = SelectField(_("What came of it"), choices=_OUTCOMES)
    reason = StringField(_("Why"), [InputRequired(), Length(max=LONGEST)])


class ReopenForm(Form):
    """Why it is opened again."""

    reason = StringField(_("Why"), [InputRequired(), Length(max=LONGEST)], id="reopen-reason")


class NoteForm(Form):
    """A note for the team."""

    text = TextAreaField(_("Add a note"), [InputRequired(), Length(max=LONGEST)], render_kw={"rows": 2})


class PlanForm(Form):
    """Something for later."""

    kind = SelectField(_("What"), choices=[SelectChoice(code, labels.FOLLOW_UPS[code]) for code in FOLLOW_UPS])  # type: ignore[arg-type]
    due_at = DateTimeLocalField(_("At what time"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    note = StringField(_("Note"), [Optional(), Length(max=LONGEST)], id="plan-note")

    @property
    def instant(self) -> datetime:
        """The time as typed, on the shop's clock, without a zone; the last years of the calendar have none in UTC."""
        found: datetime = self.due_at.data
        return min(found, datetime(9998, 12, 31))  # noqa: DTZ001


def cause_form(case: ReviewCase, posted: Any = None) -> CauseForm:
    """The form with what is confirmed or proposed."""
    return CauseForm(posted, data={"cause": case.cause or CODES[0], "further": case.further_causes})


def assign_form(case: ReviewCase, posted: Any = None) -> AssignForm:
    """The form with whoever has it."""
    return AssignForm(posted, data={"account_id": str(case.assigned_to or "")})
