"""What the page of what the shop learnt shows: whether it speaks, how good it is, on what it was trained, and next."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, Badge, JobState, Share
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain import corrections
from shopadmin_review_recovery.domain.corrections import LEAST_CASES, LEAST_OF_A_CAUSE, Lesson
from shopadmin_review_recovery.learning_labels import cause_text, interval, number, percent
from shopadmin_review_recovery.services import learning
from shopadmin_review_recovery.services.learning import Record

_MARKS: Mapping[corrections.Standing, Badge] = {
    "on": Badge(_("It speaks"), "ok", "check-circle-fill"),
    "silent": Badge(_("It keeps silent"), "warn", "dash-lg"),
    "narrow": Badge(_("Too few to learn from"), "neutral", "hourglass-split"),
    "few": Badge(_("Nothing learnt yet"), "neutral", "hourglass-split"),
    "off": Badge(_("Switched off"), "neutral", "slash-circle"),
}
_WHYS: Mapping[corrections.Standing, Any] = {
    "on": _("It did at least as well as the word rules on cases that it had not seen, so its proposals stand beside "
            "theirs on every new case, with the words that counted."),
    "silent": _("On cases that it had not seen it did worse than the word rules. It proposes nothing until it is "
                "better; the word rules go on."),
    "narrow": _("Of the confirmed cases too few have words, or only one cause has enough of them. The word rules "
                "go on."),
    "few": _("It begins when enough causes are confirmed; until then the facts of the order and the word rules "
             "propose."),
    "off": _("Nobody is proposed what the shop learnt, and nothing is trained. What was learnt is kept."),
}  # fmt: skip


def context(actor: Actor) -> dict[str, Any]:
    """Everything the template asks for."""
    found = learning.record()
    may_train = actor.can(permissions.TRAIN)
    is_busy = found.job is not None and not found.job.is_finished
    return {
        "mark": _MARKS[found.standing],
        "why": _WHYS[found.standing],
        "facts": _facts(found),
        "scores": _scores(found.lesson),
        "least": LEAST_CASES,
        "least_of_a_cause": LEAST_OF_A_CAUSE,
        "cases": found.cases,
        "causes": _causes(found),
        "job": progress(found.job) if is_busy and found.job else None,
        "job_note": "" if is_busy else _job_note(found.job),
        "poll_url": url_for(".learning_progress_view"),
        "self_url": url_for(".learning_view"),
        "train_url": url_for(".train_view") if may_train and not is_busy and _is_possible(found) else "",
        "cancel_url": url_for(".stop_training_view") if may_train and is_busy else "",
        "settings_url": url_for("plugins.details_view", plugin="review_recovery", _anchor="settings")
        if actor.can("core.plugins:manage")
        else "",
    }


def progress(job: JobState) -> dict[str, Any]:
    """The training as ui.progress() takes it."""
    title = gettext("Waiting for the worker") if job.state == "queued" else gettext("Training")
    return {
        "title": title, "done": job.done, "total": job.total, "finished": job.is_finished, "failed": _failed(job),
    }  # fmt: skip


def _is_possible(found: Record) -> bool:
    return found.is_wanted and found.cases >= LEAST_CASES


def _facts(found: Record) -> list[tuple[Any, Any]]:
    lesson = found.lesson
    return [
        (_("Last trained"), {"at": lesson.at} if lesson else gettext("not yet")),
        (_("Trained on"), _trained_on(lesson)),
        (_("Trains next"), _next(found)),
    ]


def _trained_on(lesson: Lesson | None) -> str:
    if lesson is None:
        return "–"
    if lesson.model is None:
        return gettext("nothing: too few cases with words")
    used, had = sum(lesson.model.texts.values()), lesson.cases
    return gettext("%(used)s of %(cases)s confirmed cases", used=number(used), cases=number(had))


def _next(found: Record) -> str:
    if not found.is_wanted:
        return gettext("not while it is switched off")
    if not found.missing:
        return gettext("within five minutes")
    return ngettext("after %(num)s more confirmed cause", "after %(num)s more confirmed causes", found.missing)


def _scores(lesson: Lesson | None) -> list[dict[str, Any]]:
    """Both on the same cases; none before the first lesson."""
    model = lesson.model if lesson else None
    if model is None or not model.tested:
        return []
    rows = {_("What the shop learnt"): model.own_hits, _("Word rules alone"): model.rule_hits}
    shares = {name: Share(hits, model.tested) for name, hits in rows.items()}
    return [
        {"name": name, "percent": percent(share), "of": f"{share.hits} / {share.of}", "interval": interval(share)}
        for name, share in shares.items()
    ]


def _causes(found: Record) -> list[dict[str, Any]]:
    """Those with a confirmed case, the commonest first."""
    texts = found.lesson.texts if found.lesson else {}
    learnt = found.lesson.model.texts if found.lesson and found.lesson.model else {}
    ranked = sorted(found.confirmed.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        {
            "name": cause_text(cause), "cases": number(count),
            "texts": number(texts.get(cause, 0)) if found.lesson else "–", "is_learnt": cause in learnt,
        }
        for cause, count in ranked
    ]  # fmt: skip


def _job_note(job: JobState | None) -> Any:
    """What is to be said of the last training that somebody started."""
    if job is None:
        return ""
    if job.state == "cancelled":
        return _("The last training was stopped. What was learnt before stays.")
    return _failed(job)


def _failed(job: JobState) -> str:
    if job.state != "failed":
        return ""
    return gettext("The training stopped because of a fault: %(error)s", error=job.error)
