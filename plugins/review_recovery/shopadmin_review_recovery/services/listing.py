"""The list of cases, and how many there are of which kind."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, func, or_, select

from shopadmin.plugin_api import Actor, Filter, ListSpec, Sort, View, accounts_that_may, db
from shopadmin_review_recovery import labels, permissions
from shopadmin_review_recovery.domain.causes import CODES
from shopadmin_review_recovery.domain.deadlines import TARGETS
from shopadmin_review_recovery.domain.facts import FACTS
from shopadmin_review_recovery.domain.states import ENDED, OPEN, RUNNING, STATES, WAITING
from shopadmin_review_recovery.models import ReviewCase

NOBODY = "nobody"
SHOWN = 50


def _search(term: str, actor: Actor) -> Sequence[ColumnElement[bool]]:
    """The number of a case, or of its order."""
    places: list[ColumnElement[bool]] = [ReviewCase.order_no == term]
    number = term.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19:
        places.append(ReviewCase.id == int(number))
    return places


def _assigned(value: str) -> ColumnElement[bool]:
    return ReviewCase.assigned_to.is_(None) if value == NOBODY else ReviewCase.assigned_to == int(value)


def _people() -> Sequence[tuple[str, Any]]:
    found = accounts_that_may(permissions.REPLY)
    return [(NOBODY, _("Nobody")), *((str(account), name) for account, name in found.items())]


@cache
def spec() -> ListSpec:
    """The inbox of cases: what burns first stands on top."""
    return ListSpec(
        query=select(
            ReviewCase.id, ReviewCase.review_id, ReviewCase.order_no, ReviewCase.stars, ReviewCase.grade,
            ReviewCase.fact, ReviewCase.cause, ReviewCase.cause_confirmed_at, ReviewCase.state, ReviewCase.assigned_to,
            ReviewCase.urgency, ReviewCase.opened_at, ReviewCase.burns_at, ReviewCase.due_first_at,
            ReviewCase.due_resolve_at, ReviewCase.touched_at, ReviewCase.platform, ReviewCase.planned_at,
        ),
        id_column=ReviewCase.id,
        sorts=(
            Sort("burns", _("What burns first"), (ReviewCase.burns_at, ReviewCase.id), descending=False),
            Sort("newest", _("Newest first"), (ReviewCase.opened_at, ReviewCase.id)),
            Sort("oldest", _("Oldest first"), (ReviewCase.opened_at, ReviewCase.id), descending=False),
        ),
        filters=(
            Filter("person", _("Staff"), _assigned, offered=_people),
            Filter("cause", _("Cause"), lambda code: ReviewCase.cause == code, choices=_words(labels.CAUSES, CODES)),
            Filter("fact", _("What the order says"), lambda code: ReviewCase.fact == code,
                   choices=_words(labels.FACTS, FACTS)),
            Filter("urgency", _("Urgency"), lambda code: ReviewCase.urgency == code,
                   choices=_words(labels.URGENCIES, tuple(TARGETS))),
            Filter("from", _("From"), lambda instant: ReviewCase.opened_at >= instant, kind="from"),
            Filter("to", _("To"), lambda instant: ReviewCase.opened_at < instant, kind="to"),
        ),
        search=_search,
        views=(
            View("open", _("Open"), (ReviewCase.state.in_(OPEN),), "burns"),
            View("new", labels.STATES["new"], (ReviewCase.state == "new",), "burns"),
            View("working", _("Being worked on"), _each(RUNNING[1:]), "burns"),
            View("waiting", _("Waiting"), _each(WAITING), "burns"),
            View("on_hold", _("On hold"), (ReviewCase.state == "on_hold",), "newest"),
            View("ended", _("Over"), (ReviewCase.state.in_(ENDED),), "newest"),
            View("all", _("All"), (), "newest"),
        ),
    )  # fmt: skip


def _words(texts: Mapping[str, Any], codes: Sequence[str]) -> Sequence[tuple[str, Any]]:
    return tuple((code, texts[code]) for code in codes)


def _each(states: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return tuple(ReviewCase.state == state for state in states)


def counts() -> dict[str, Any]:
    """How many cases there are, by state, cause and fact; every known code, also with 0."""
    session = db.session()

    def by(column: Any, known: Sequence[str]) -> dict[str, int]:
        found = {
            value or "none": many for value, many in session.execute(select(column, func.count()).group_by(column))
        }
        return {code: found.get(code, 0) for code in known}

    by_state = by(ReviewCase.state, STATES)
    return {
        "total": sum(by_state.values()),
        "by_state": by_state,
        "by_cause": by(ReviewCase.cause, (*CODES, "none")),
        "by_fact": by(ReviewCase.fact, FACTS),
    }


def first(limit: int = SHOWN) -> Sequence[ReviewCase]:
    """The open cases that burn first, and behind them the others."""
    query = select(ReviewCase).order_by(ReviewCase.burns_at, ReviewCase.id).limit(limit)
    return db.session().scalars(query).all()


def overdue(now: datetime | None = None) -> tuple[int, int]:
    """How many cases are overdue, and how many are open."""
    moment = now or datetime.now(UTC)
    # Not by burns_at: a call that is to be made is no target that was missed.
    late = func.count().filter(or_(ReviewCase.due_first_at <= moment, ReviewCase.due_resolve_at <= moment))
    row = db.session().execute(select(late, func.count()).where(ReviewCase.state.in_(OPEN))).one()
    return row[0], row[1]


def by_review(review_ids: Sequence[int]) -> dict[int, Any]:
    """Number, state and cause of the reviews' cases; one question for a page of reviews."""
    query = select(ReviewCase.id, ReviewCase.review_id, ReviewCase.state, ReviewCase.cause, ReviewCase.burns_at).where(
        ReviewCase.review_id.in_(review_ids)
    )
    return {row.review_id: row for row in db.session().execute(query)}


def search(term: str, limit: int = 5) -> Sequence[ReviewCase]:
    """Cases by their number or their order's."""
    places = _search(term, None)  # type: ignore[arg-type]
    found = [db.session().scalars(select(ReviewCase).where(place).limit(limit)).all() for place in places]
    return [case for cases in found for case in cases][:limit]
