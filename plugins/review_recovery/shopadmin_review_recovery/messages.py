"""The sentences for what cannot be done with a case, or cannot be read."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Problem
from shopadmin_review_recovery.domain.hours import HoursError

_SENTENCES: Mapping[str, Callable[..., Any]] = {
    "stale": lambda: _("Somebody changed this case meanwhile. Look at it again, then decide."),
    "ended": lambda: _("The case is over. Open it again first."),
    "not_ended": lambda: _("The case is still open."),
    "on_hold": lambda: _("The case is on hold. Take it off hold first."),
    "not_next": lambda: _("The case cannot go there from where it is."),
    "not_reported": lambda: _("The review was not reported to the platform."),
    "unknown": lambda: _("There is no such state."),
    "no_outcome": lambda: _("Say what came of it."),
    "no_reason": lambda: _("Say why, in a few words."),
    "long_reason": lambda most: _("At most %(most)s characters.", most=most),
    "nul": lambda: _("Leave out the NUL character, it cannot be kept."),
    "no_note": lambda: _("The note is empty."),
    "unknown_cause": lambda: _("There is no such cause."),
    "not_assignable": lambda: _("This person may not work on cases. Choose somebody else."),
    "nothing_chosen": lambda: _("Choose at least one case that is open."),
    "too_many": lambda most: _("At most %(most)s cases at once.", most=most),
    "unknown_kind": lambda: _("There is no such follow-up."),
    "bad_time": lambda: _("Write a day and a time in the future."),
    "too_far": lambda: _("Choose a time within a year."),
    "bad_instant": lambda: _("This time is further away than a calendar goes."),
    "no_evidence": lambda: _("Keep what proves it as evidence first."),
    "too_little": lambda: _("A suspicion needs two different pieces of evidence at least. Keep them first."),
    "already": lambda: _("This review is under suspicion already."),
    "not_suspected": lambda: _("This review is not under suspicion."),
    "unknown_suspicion": lambda: _("There is no such suspicion."),
    "no_order": lambda: _("No order is known for this review."),
    "no_review": lambda: _("The review is gone: its import was undone."),
    "not_upheld": lambda: _("No complaint about this review was upheld."),
    "nobody": lambda: _("Neither a buyer nor an order is known for this review."),
    "forgotten": lambda: _(
        "The buyer asked to be forgotten: nobody is written to, rung or compensated any more, and nothing is collected."
    ),
    "learning_off": lambda: _("Learning is switched off in the settings."),
    "learning_few": lambda count, least: _(
        "Only %(count)s causes are confirmed; it takes %(least)s.", count=count, least=least
    ),
    "accuses": lambda words: _(
        "“%(words)s” tells the buyer of a suspicion. Leave it out: suspicions stay in the shop.", words=words
    ),
}
_HOURS: Mapping[str, Callable[..., Any]] = {
    "empty": lambda **_values: _("No day has any hours. Without hours nothing could ever be due."),
    "day": lambda line, text: _("Line %(line)s: “%(text)s” is no day. Write mon to sun.", line=line, text=text),
    "window": lambda line, text: _(
        "Line %(line)s: “%(text)s” is no time from and to. Write 09:00-12:00.", line=line, text=text
    ),
    "order": lambda line, text: _(
        "Line %(line)s: “%(text)s” ends before it begins, or touches what is in front of it.", line=line, text=text
    ),
    "date": lambda line, text: _("Line %(line)s: “%(text)s” is no date. Write 2026-10-01.", line=line, text=text),
    "twice": lambda line, text: _("Line %(line)s: a day of “%(text)s” has hours already.", line=line, text=text),
}


def problem(code: str, field: str = "", **values: Any) -> Problem:
    """The objection in words; its code carries the plugin's name."""
    return Problem(f"review_recovery.{code}", _SENTENCES[code](**values), field)


def hours_problem(error: HoursError) -> Any:
    """What is wrong with the business hours, in words that name the line."""
    return _HOURS[error.code](line=error.line, text=error.text)
