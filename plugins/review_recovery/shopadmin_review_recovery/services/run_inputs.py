"""What is written down at a node before a step is taken: read, and refused where a step needs it and it is not there.

Beside what a script names (``sets``) a step that gives money asks what and how much, and one that books a call asks
when: whoever writes a script need not think of either, and no script gets around them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import MissingError, Problem, RefusedError, buyer_clocks, next_call_hour
from shopadmin_review_recovery.domain import appointments, causes, templates
from shopadmin_review_recovery.domain.appointments import Appointment, AppointmentError
from shopadmin_review_recovery.domain.compensation import KINDS
from shopadmin_review_recovery.domain.scripts import walking
from shopadmin_review_recovery.domain.scripts.graph import Node, Script
from shopadmin_review_recovery.domain.scripts.walking import Position
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import remedy_words, run_values
from shopadmin_review_recovery.services.run_walk import Money, Walk

LONGEST_NOTE = 4000
KIND, AMOUNT, SUMMARY = "remedy.kind", "remedy.amount", "remedy.summary"
WINDOW, DAY, HOUR = "callback.window", "callback.day", "callback.time"
_MONEY, _BOOKING = (KIND, AMOUNT, SUMMARY), (DAY, HOUR)
_UNAGREED: Mapping[str, Any] = {
    "day": _("Write the day as 2026-10-01."),
    "time": _("Write the hour as 14:00."),
    "past": _("This is over. Choose a time that lies ahead."),
    "far": _("Choose a time within 30 days."),
    "window": _("Choose an hour between %(first)s and %(last)s."),
    "quiet": _("These are quiet hours where the buyer lives: calls from 9 to 12 and from 14 to 20:30."),
    "none": _("No hour suits every clock that may be the buyer's. Nobody can be rung."),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What was written down. ``kept``: by variable, as it is stored with the step."""

    note: str
    kept: Mapping[str, str]
    money: Money | None
    appointment: Appointment | None


def problem(code: str, message: Any, field: str = "") -> Problem:
    """An objection of a run."""
    return Problem(f"run.{code}", message, field)


def asked(script: Script, node: Node) -> tuple[str, ...]:
    """What a page asks for at a node."""
    named = [*node.sets]
    if any(walking.gives(script, edge) for edge in node.edges):
        named = [*_MONEY, *(name for name in named if name not in _MONEY)]
    if any(edge.to == "booked" for edge in node.edges):
        named = [name for name in named if name != WINDOW] + list(_BOOKING)
    return tuple(named)


def read(walk: Walk, node: Node, on: str, inputs: Mapping[str, str]) -> Given:
    """What was written down for this step. Raises RefusedError with the fields."""
    note = inputs.get("note", "").strip() if "note" in node.sets else ""
    if "\0" in note:
        raise RefusedError(problem("nul", _("Leave out the NUL character, it cannot be kept."), "note"))
    if len(note) > LONGEST_NOTE:
        raise RefusedError(problem("note", _("Use %(most)s characters at most.", most=LONGEST_NOTE), "note"))
    names = [name for name in asked(walk.script, node) if name != "note"]
    given = {name: " ".join(inputs[name].split()) for name in names if inputs.get(name, "").strip()}
    if "cause.code" in given and given["cause.code"] not in causes.CODES:
        raise RefusedError(problem("cause", _("Choose the cause."), "cause.code"))
    for name, value in given.items():
        _check_length(name, value)
    remedy_words.refuse_trade({name: given[name] for name in run_values.TYPED if name in given})
    edge = next(edge for edge in walk.script.edges_from(node) if edge.on == on)
    gives = walking.gives(walk.script, edge)
    money = _money(given, gives) if gives else None
    appointment = _appointment(walk, on, given) if edge.to == "booked" else None
    left_out = {*(() if money else (KIND, AMOUNT)), *_BOOKING, *(() if gives or SUMMARY in node.sets else (SUMMARY,))}
    kept = {name: value for name, value in given.items() if name not in left_out}
    if appointment:
        kept[WINDOW] = run_values.window_text(appointment, clock_of(walk.case), walk.run.language)
    return Given(note, kept, money, appointment)


def refuse_gaps(walk: Walk, after: Position) -> None:
    """Nobody gets to a text that needs what nobody has written down yet. Raises RefusedError with the fields."""
    if after.exit is not None:
        return
    node = walk.script.by_name[after.node]
    texts = [text[walk.run.language] for text in (node.say, node.send) if text]
    named = {name for text in texts for name in templates.read(text).names}
    missing = [name for name in run_values.TYPED if name in named and not walk.typed.get(name)]
    if {"cause.explain", "remedy.options"} & named and not (walk.typed.get("cause.code") or walk.case.cause):
        missing.append("cause.code")
    if missing:
        raise RefusedError(*(problem("missing", _("Fill this in first."), name) for name in missing))


def clock_of(case: ReviewCase) -> ZoneInfo:
    """On which clock an hour is agreed: the shop's where it may be the buyer's, else one of the buyer's."""
    assert case.buyer_id is not None  # noqa: S101 - a run begins with a call to somebody
    return buyer_clocks(case.buyer_id)[0]


def proposal(case: ReviewCase, on: str, now: datetime) -> Appointment | None:
    """What a page proposes; None where nobody can be rung, also as the buyer was forgotten."""
    try:
        return appointments.propose(on, clock_of(case), now, _next_hour(case))
    except (AppointmentError, MissingError):
        return None


def _next_hour(case: ReviewCase) -> appointments.NextHour:
    assert case.buyer_id is not None  # noqa: S101 - as above
    clocks = buyer_clocks(case.buyer_id)
    return lambda at: next_call_hour(clocks, at)


def _appointment(walk: Walk, on: str, given: Mapping[str, str]) -> Appointment:
    day, hour = given.get(DAY, ""), given.get(HOUR, "")
    try:
        return appointments.agree(on, day, hour, clock_of(walk.case), walk.now, _next_hour(walk.case))
    except AppointmentError as error:
        first, last = error.window or ("", "")
        text = _UNAGREED[error.code] % {"first": f"{first:%H:%M}", "last": f"{last:%H:%M}"} if error.window else ""
        field = DAY if error.code in ("day", "far") else HOUR
        raise RefusedError(problem("appointment", text or _UNAGREED[error.code], field)) from None


def _money(given: Mapping[str, str], gives: walking.Giving) -> Money | None:
    """What the buyer gets; None for a promise that costs nothing, which only a remedy within the limit can be."""
    if not given.get(KIND) and gives == "remedy":
        return None
    if given.get(KIND) not in KINDS:
        raise RefusedError(problem("kind", _("Choose what the buyer gets."), KIND))
    missing = [name for name in (AMOUNT, SUMMARY) if not given.get(name)]
    if missing:
        raise RefusedError(*(problem("missing", _("Fill this in first."), name) for name in missing))
    return Money(given[KIND], given[AMOUNT], given[SUMMARY])


def _check_length(name: str, value: str) -> None:
    longest = templates.REGISTRY[name].longest if name in templates.REGISTRY else 40
    if not value.isprintable():
        raise RefusedError(problem("input", _("Leave out characters that cannot be printed."), name))
    if len(value) > longest:
        raise RefusedError(problem("input", _("Use %(most)s characters at most.", most=longest), name))
