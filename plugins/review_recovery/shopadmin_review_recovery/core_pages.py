"""What the plugin adds to the core's pages: a tile, hits of the search, marks and a card on reviews, its settings."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import url_for
from flask_babel import format_timedelta, gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from shopadmin.plugin_api import (
    Action,
    Actor,
    Badge,
    Panel,
    ReviewId,
    ReviewSnapshot,
    SearchHit,
    Tile,
    shop_settings,
)
from shopadmin_review_recovery import labels, messages, permissions
from shopadmin_review_recovery.alert_settings import AlertSettings
from shopadmin_review_recovery.compensation_settings import CompensationSettings
from shopadmin_review_recovery.domain import hours
from shopadmin_review_recovery.domain.states import OPEN
from shopadmin_review_recovery.learning_settings import LearningSettings
from shopadmin_review_recovery.notice_settings import NoticeSettings
from shopadmin_review_recovery.privacy_settings import PrivacySettings
from shopadmin_review_recovery.script_settings import CallSettingsForm
from shopadmin_review_recovery.services import alerts, compensations, follow_ups, listing, prevention

LIST = "review_recovery_cases.index_view"
DETAILS = "review_recovery_cases.details_view"


class SettingsForm(
    CallSettingsForm, CompensationSettings, NoticeSettings, AlertSettings, LearningSettings, PrivacySettings
):
    """What the owner sets on the plugin's page, in the order of a case's life."""

    groups: ClassVar[Mapping[Any, Sequence[str]]] = {
        _("When a case opens"): ("threshold",),
        _("Response times"): ("week", "holidays", "extra"),
        _("Who hears of new bad reviews"): ("alert_phones", "alert_language"),
        _("Calls and the invitation to update a review"): (
            "contact", "rules_read_on", "confirmed_platforms", "review_link", "review_steps",
        ),
        _("Compensation"): ("compensation_limit",),
        _("Messages about parcels"): ("notices_on", "notices_channel", "notices_language"),
        _("Learning"): ("learning",),
        _("Personal data"): ("keep_phones", "keep_texts"),
    }  # fmt: skip

    threshold = SelectField(
        _("A case opens for reviews of at most"),
        choices=[
            SelectChoice("3", _("3★, neutral and bad")),  # type: ignore[arg-type]
            SelectChoice("2", _("2★, and bad")),  # type: ignore[arg-type]
            SelectChoice("1", _("1★, and bad")),  # type: ignore[arg-type]
        ],
        default="3",
        description=_("Of reviews that are here already as well."),
    )
    week = TextAreaField(
        _("Business hours"),
        [InputRequired(), Length(max=1000)],
        default=hours.DEFAULT_WEEK,
        description=_("A line for each kind of day: mon-fri 09:00-12:00 13:30-18:00. The gap is the lunch break."),
    )
    holidays = TextAreaField(
        _("Holidays"),
        [Optional(), Length(max=4000)],
        default="",
        description=_("A line for each: 2026-10-01, or 2026-10-01..2026-10-07."),
    )
    extra = TextAreaField(
        _("Extra working days"),
        [Optional(), Length(max=4000)],
        default="",
        description=_("A day and its hours, also on a holiday: 2026-10-10 09:00-18:00."),
    )

    def validate_week(self, field: TextAreaField) -> None:
        """Refuse hours that cannot be read, and a week without any."""
        _check(lambda: hours.read_calendar(shop_settings().zone, field.data or ""))

    def validate_holidays(self, field: TextAreaField) -> None:
        """Refuse what is no date."""
        _check(lambda: list(hours.read_dates(field.data or "")))

    def validate_extra(self, field: TextAreaField) -> None:
        """Refuse what is no day with hours."""
        _check(lambda: list(hours.read_extra(field.data or "")))


def _check(read: object) -> None:
    try:
        read()  # type: ignore[operator]
    except hours.HoursError as error:
        raise ValidationError(str(messages.hours_problem(error))) from None


def tiles() -> list[Tile]:
    """How many cases are overdue; nothing in a shop without open cases."""
    late, still_open = listing.overdue()
    planned = follow_ups.due()
    if not (still_open or planned):
        return []
    notes = [ngettext("%(num)s case is open", "%(num)s cases are open", still_open)]
    if planned:
        notes.append(ngettext("%(num)s follow-up is due", "%(num)s follow-ups are due", planned))
    tone = "danger" if late else "ok"
    note = " · ".join(notes)
    return [Tile(_("Cases overdue"), f"{late:,}", url_for(LIST), permissions.READ, note, tone, "life-preserver", 30)]  # type: ignore[arg-type]


def alert_tiles(actor: Actor) -> list[Tile]:
    """For the owner: the low reviews that nobody has looked at; nothing where there are none."""
    count, newest = alerts.unseen()
    if not (actor.is_owner and count and newest):
        return []
    ago = format_timedelta(newest - datetime.now(UTC), granularity="minute", add_direction=True)
    note = gettext("the newest %(ago)s", ago=ago)
    return [
        Tile(
            _("New bad reviews"), f"{count:,}", url_for(LIST, view="new"), permissions.READ, note, "danger", "bell", 29
        )
    ]


def prevention_tiles() -> list[Tile]:
    """How many prevention tasks are open; nothing where none is."""
    late, still_open = prevention.overdue()
    if not still_open:
        return []
    note = ngettext("%(num)s is overdue", "%(num)s are overdue", late) if late else ""
    url = url_for("review_recovery_prevention.index_view")
    return [Tile(_("Prevention tasks"), f"{still_open:,}", url, permissions.READ, note, "warn" if late else "neutral",
                 "clipboard-check", 32)]  # fmt: skip


def decision_tiles(actor: Actor) -> list[Tile]:
    """How much compensation waits for this person's decision; nothing where none does."""
    count = compensations.waiting(actor)
    if not count:
        return []
    url = url_for("review_recovery_compensations.index_view", view="requested")
    return [Tile(_("Compensation to decide"), f"{count:,}", url, permissions.APPROVE, "", "warn", "bell", 31)]


def hits(term: str) -> Sequence[SearchHit]:
    """Cases by their number or their order's."""
    return [
        SearchHit(
            gettext("Case %(number)s", number=case.id),
            url_for(DETAILS, row_id=case.id),
            permissions.READ,
            f"{labels.STATES[case.state]} · {case.order_no}" if case.order_no else str(labels.STATES[case.state]),
            _("Review recovery"),
        )
        for case in listing.search(term)
    ]


def review_badges(reviews: Sequence[ReviewSnapshot]) -> Mapping[ReviewId, Sequence[Badge]]:
    """The state of each review's case."""
    found = listing.by_review([review.id for review in reviews])
    return {ReviewId(review_id): [labels.state_badge(row.state)] for review_id, row in found.items()}


def review_actions(review: ReviewSnapshot) -> list[Action]:
    """The way to the composer of an open case; nothing without one, or where nobody knows the buyer."""
    row = listing.by_review([review.id]).get(review.id)
    if row is None or row.state not in OPEN or review.buyer_id is None:
        return []
    url = url_for("review_recovery_answers.case_view", row_id=row.id)
    return [Action(_("Answer the buyer"), url, permissions.REPLY, method="GET", icon="send")]


def review_panels(review: ReviewSnapshot) -> list[Panel]:
    """The card with the review's case, nothing without one."""
    row = listing.by_review([review.id]).get(review.id)
    if row is None:
        return []
    context = {
        "number": row.id,
        "url": url_for(DETAILS, row_id=row.id),
        "mark": labels.state_badge(row.state),
        "cause": labels.CAUSES[row.cause] if row.cause else "",
        "due": row.burns_at if row.state in OPEN and row.burns_at.year < 9999 else None,
        "is_late": row.burns_at <= datetime.now(UTC),
    }
    return [Panel(_("Case"), "shopadmin_review_recovery/review_panel.html", permissions.READ, context)]
