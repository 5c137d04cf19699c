"""What people do with cases: assign and hand over, confirm causes, move on, close, open again, note.

Every act names the version of the case that the person saw, writes a line in its timeline and one in the activity
log, and keeps the clock. ``actor`` None is the program.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    ObjectionsError,
    RefusedError,
    accounts_that_may,
    lock_row,
    record_audit,
    writing,
)
from shopadmin_review_recovery import messages, permissions
from shopadmin_review_recovery.domain import states
from shopadmin_review_recovery.domain.calendars import Calendar
from shopadmin_review_recovery.domain.causes import CAUSES
from shopadmin_review_recovery.domain.states import OPEN, Standing, State, StateError
from shopadmin_review_recovery.labels import REASONS
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import forgotten, opening, prevention_opening, setup, timing

OBJECT = "review_recovery.case"
LONGEST = 500
MOST_AT_ONCE = 500
# The reason of a case that a person closed: the words are sealed, with the line of the timeline that closed it.
WRITTEN = "written"
# The state in which the buyer has heard from the shop. To begin (``contacting``) is no answer: a message that went out
# or somebody who took a call is.
_ANSWERS = ("waiting_buyer",)


def assign(actor: Actor, case_ids: Collection[int], account_id: int | None, note: str = "") -> int:
    """Give open cases to somebody, or to nobody; returns how many changed hands. ``note``: for whoever takes over.

    Raises ForbiddenError, RefusedError for a person who may not work on cases, ObjectionsError when nothing is open.
    """
    permissions.require(actor, permissions.REPLY)
    check_length(note, "note")
    if account_id is not None and account_id not in accounts_that_may(permissions.REPLY):
        raise RefusedError(messages.problem("not_assignable", "account_id"))
    if len(case_ids) > MOST_AT_ONCE:
        raise RefusedError(messages.problem("too_many", "case_ids", most=MOST_AT_ONCE))
    now = datetime.now(UTC)
    with writing() as session:
        chosen = select(ReviewCase).where(ReviewCase.id.in_(case_ids), ReviewCase.state.in_(OPEN))
        found = session.scalars(chosen.order_by(ReviewCase.id).with_for_update()).all()
        if not found:
            raise ObjectionsError(messages.problem("nothing_chosen", "case_ids"))
        changed = [case for case in found if case.assigned_to != account_id]
        for case in changed:
            before, case.assigned_to = case.assigned_to, account_id
            data = {"from": before, "to": account_id}
            opening.record(session, case, "assigned", now, actor.account_id, note.strip(), **data)
            _log(actor, "assigned", case, {"assigned_to": before}, {"assigned_to": account_id})
        return len(changed)


def confirm_cause(actor: Actor, case_id: int, version: int | None, cause: str, further: Collection[str] = ()) -> None:
    """Say what it was: the primary cause and those beside it. A new case counts as looked at then.

    Raises ForbiddenError, MissingError, RefusedError, ObjectionsError.
    """
    permissions.require(actor, permissions.REPLY)
    if cause not in CAUSES or not {*further} <= CAUSES.keys():
        raise RefusedError(messages.problem("unknown_cause", "cause"))
    now = datetime.now(UTC)
    with writing() as session:
        case = load(session, case_id, version)
        _need_open(case)
        before = {"cause": case.cause, "confirmed": case.cause_confirmed_at is not None}
        case.cause, case.further_causes = cause, [code for code in CAUSES if code in further and code != cause]
        case.cause_confirmed_by, case.cause_confirmed_at = actor.account_id, now
        data: dict[str, Any] = {
            "cause": cause,
            "further": case.further_causes,
            "proposed": [one["code"] for one in case.proposals],
        }
        opening.record(session, case, "cause_confirmed", now, actor.account_id, **data)
        _log(actor, "cause_confirmed", case, before, {"cause": cause, "further": case.further_causes})
        if case.state == "new":
            _enter(session, case, states.move(Standing("new"), "triaged"), now, actor, setup.load().calendar)
        prevention_opening.open_for_case(session, case.id, actor, now)


def move(actor: Actor | None, case_id: int, version: int | None, state: State, why: str = "") -> None:
    """Move an open case on, put it on hold or take it off. Joins a transaction around.

    Raises ForbiddenError, MissingError, ObjectionsError. ``version`` None: whatever it is now.
    """
    permissions.require(actor, permissions.REPLY)
    check_length(why, "why")
    with writing() as session:
        case = load(session, case_id, version)
        if state in forgotten.OF_THE_BUYER:
            forgotten.refuse(case)
        after = _asked(lambda: states.move(_standing(case), state))
        _enter(session, case, after, datetime.now(UTC), actor, setup.load().calendar, why.strip())


def close(actor: Actor | None, case_id: int, version: int | None, end: State, outcome: str, reason: str) -> None:
    """Close an open case with what came of it and why. Joins a transaction around.

    Raises ForbiddenError, MissingError, RefusedError without outcome or reason, ObjectionsError.
    """
    permissions.require(actor, permissions.REPLY)
    check_length(reason, "reason")
    now = datetime.now(UTC)
    with writing() as session:
        case = load(session, case_id, version)
        after = _asked(lambda: states.close(_standing(case), end, outcome, reason))
        calendar = setup.load().calendar  # before anything changes: a question would write down half of it
        why = reason.strip()
        case.outcome, case.reason, case.closed_at = outcome.strip()[:40], why if why in REASONS else WRITTEN, now
        _enter(session, case, after, now, actor, calendar, why, outcome=case.outcome)


def platform_removed(actor: Actor | None, case_id: int, version: int | None) -> None:
    """The platform took the review of a reported case down. Joins a transaction around. Raises as ``close`` does."""
    permissions.require(actor, permissions.REPLY)
    with writing() as session:
        case = load(session, case_id, version)
        after = _asked(lambda: states.removed(_standing(case)))
        _enter(session, case, after, datetime.now(UTC), actor, setup.load().calendar)


def reopen(actor: Actor | None, case_id: int, version: int | None, reason: str) -> None:
    """Open a case that was over, with the whole of its time anew. Raises as ``close`` does."""
    permissions.require(actor, permissions.REPLY)
    check_length(reason, "reason")
    if not reason.strip():
        raise RefusedError(messages.problem("no_reason", "reason"))
    now = datetime.now(UTC)
    with writing() as session:
        case = load(session, case_id, version)
        before, calendar = case.state, setup.load().calendar
        after = _asked(lambda: states.reopen(_standing(case)))
        case.outcome, case.reason, case.closed_at, case.held_from = "", "", None, None
        case.touched_at = None
        timing.restart(case, after.state, calendar, now)
        # A reason of the program's own has a name; a person's words are sealed, and the activity log has none of them.
        why = reason.strip()
        named = {"reason": why} if why in REASONS else {}
        by = actor.account_id if actor else None
        opening.record(session, case, "reopened", now, by, "" if named else why, **named)
        _log(actor, "reopened", case, {"state": before}, {"state": case.state})


def add_note(actor: Actor, case_id: int, text: str) -> None:
    """Write an internal note. Raises ForbiddenError, MissingError, RefusedError."""
    permissions.require(actor, permissions.REPLY)
    check_length(text, "text")
    if not text.strip():
        raise RefusedError(messages.problem("no_note", "text"))
    with writing() as session:
        case = load(session, case_id, None)
        opening.record(session, case, "note", datetime.now(UTC), actor.account_id, text.strip())


def answered(review_id: int, at: datetime) -> None:
    """The shop's reply to the review is out: the first target of its case is met."""
    with writing() as session:
        case = session.scalars(
            select(ReviewCase).where(ReviewCase.review_id == review_id).with_for_update()
        ).one_or_none()
        if case is not None and case.state in OPEN and case.touched_at is None:
            timing.touch(case, setup.load().calendar, at)
            opening.record(session, case, "answered", at)


def check_length(text: str, field: str) -> None:
    """Raise RefusedError for a text that is too long to be kept, or holds what cannot be."""
    if "\0" in text:
        raise RefusedError(messages.problem("nul", field))
    if len(text) > LONGEST:
        raise RefusedError(messages.problem("long_reason", field, most=LONGEST))


def load(session: Session, case_id: int, version: int | None) -> ReviewCase:
    """The case, locked, as the person saw it. Raises MissingError, ObjectionsError when it was changed since."""
    case = lock_row(session, ReviewCase, case_id)
    if version is not None and case.version != version:
        raise ObjectionsError(messages.problem("stale"))
    return case


def _standing(case: ReviewCase) -> Standing:
    return Standing(case.state, case.held_from)  # type: ignore[arg-type]


def _enter(
    session: Session,
    case: ReviewCase,
    after: Standing,
    now: datetime,
    actor: Actor | None,
    calendar: Calendar,
    why: str = "",
    **more: Any,
) -> None:
    before = case.state
    case.held_from = after.held_from
    timing.enter(case, after.state, calendar, now)
    if after.state in _ANSWERS:
        timing.touch(case, calendar, now)
    # A reason of the program's own has a name; a person's words are sealed, and the activity log has none of them.
    named = {"why": why} if why in REASONS else {}
    data = {"from": before, "to": after.state, **named, **more}
    opening.record(session, case, "moved", now, actor.account_id if actor else None, "" if named else why, **data)
    _log(actor, "moved", case, {"state": before}, {"state": after.state, **more})


def _need_open(case: ReviewCase) -> None:
    if case.state not in OPEN:
        raise ObjectionsError(messages.problem("ended"))


def _asked(rule: Any) -> Standing:
    """What the rule allows. Raises RefusedError for what is missing in a form, ObjectionsError for the rest."""
    try:
        found: Standing = rule()
    except StateError as error:
        if error.code in ("no_outcome", "no_reason"):
            raise RefusedError(messages.problem(error.code, error.code.removeprefix("no_"))) from None
        raise ObjectionsError(messages.problem(error.code, "state")) from None
    return found


def _log(actor: Actor | None, act: str, case: ReviewCase, before: dict[str, Any], after: dict[str, Any]) -> None:
    record_audit(actor, f"{OBJECT}.{act}", OBJECT, case.id, before=before, after=after)
