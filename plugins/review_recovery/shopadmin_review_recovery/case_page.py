"""What the page of one case shows: the review, the order, causes with their why, clocks, the timeline."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, ReviewDossier, account_names, review_dossiers
from shopadmin_review_recovery import case_panels, evidence_labels, forms, labels, reply_labels, script_labels
from shopadmin_review_recovery.domain.causes import CAUSES
from shopadmin_review_recovery.domain.states import ENDED, Standing, next_states
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent
from shopadmin_review_recovery.services import case_records, follow_ups, forgotten, setup, timing

_ICONS = {
    "opened": ("inbox", "danger"),
    "assigned": ("person", "neutral"),
    "cause_confirmed": ("search", "info"),
    "moved": ("arrow-right", "info"),
    "reopened": ("arrow-counterclockwise", "warn"),
    "review_changed": ("pencil", "warn"),
    "warned": ("clock", "warn"),
    "answered": ("send", "ok"),
    "planned": ("calendar-event", "neutral"),
    "follow_up_done": ("check-lg", "ok"),
    "note": ("sticky", "neutral"),
    "review_gone": ("x-circle", "neutral"),
    "answer.sent": ("send", "ok"),
    "answer.denied": ("shield-lock", "warn"),
    **evidence_labels.ICONS,
    **{f"compensation.{act}": ("cash-coin", "info") for act in reply_labels.EVENTS},
    "contact.stop": ("person-slash", "danger"),
    "contact.refused": ("person-slash", "danger"),
    "contact.wrong_person": ("person-slash", "danger"),
    "owner.alerted": ("bell", "danger"),
    "evidence.wanted": ("folder-plus", "warn"),
    "remedy.promised": ("hand-thumbs-up", "info"),
    "remedy.settled": ("check-lg", "ok"),
    "run.started": ("telephone", "info"),
    "run.ended": ("telephone-x", "neutral"),
}


def context(case: ReviewCase, actor: Actor, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the template asks for. ``posted``: forms that were refused, by name."""
    now = datetime.now(UTC)
    dossier = review_dossiers([case.review_id]).get(case.review_id) if case.review_id else None  # type: ignore[call-overload]
    rows, written = case_records.timeline(case.id), case_records.written(case.id)
    return {
        "case": case,
        "mark": labels.state_badge(case.state),
        "urgency": labels.urgency_badge(case.urgency),
        "is_open": case.state not in ENDED,
        "is_forgotten": forgotten.is_forgotten(case),
        "dossier": dossier,
        "order": _order(case, dossier, actor),
        "review_url": _address("reviews", case.review_id, actor, "core.reviews:read"),
        "fact": labels.FACTS[case.fact],
        "proposals": [_proposal(one) for one in case.proposals],
        "confirmed": _confirmed(case),
        "clocks": _clocks(case, now),
        "is_running": case.clock_since is not None,
        "moves": [(state, labels.STATES[state]) for state in _moves(case)],
        "panels": case_panels.shown(case, actor),
        "follow_ups": [_follow_up(row, now) for row in follow_ups.of_case(case.id)],
        "person": account_names([case.assigned_to]).get(case.assigned_to, "") if case.assigned_to else "",  # type: ignore[call-overload]
        "outcome": labels.OUTCOMES.get(case.outcome, case.outcome),
        "reason": labels.REASONS.get(case.reason) or _closing_words(rows, written),
        "events": _events(rows, written),
        "cause_form": posted.get("cause") or forms.cause_form(case),
        "assign_form": posted.get("assign") or forms.assign_form(case),
        "close_form": posted.get("close") or forms.CloseForm(),
        "reopen_form": posted.get("reopen") or forms.ReopenForm(),
        "note_form": posted.get("note") or forms.NoteForm(),
        "plan_form": posted.get("plan") or forms.PlanForm(),
    }


def hours_text(seconds: int) -> str:
    """Business time in words: hours and minutes, as a day of business hours is no day."""
    minutes = abs(seconds) // 60
    return gettext("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)


def _address(endpoint: str, row_id: int | None, actor: Actor, permission: str) -> str:
    if row_id is None or not actor.can(permission):
        return ""
    return url_for(f"{endpoint}.details_view", row_id=row_id)


def _order(case: ReviewCase, dossier: ReviewDossier | None, actor: Actor) -> dict[str, Any] | None:
    if dossier is None or dossier.order is None:
        return None
    order = dossier.order
    names = ("order_no", "status", "created_at", "promised_at", "shipped_at", "delivered_at", "refunds")
    return {name: getattr(order, name) for name in names} | {
        "url": _address("orders", case.order_id, actor, "core.orders:read"),
        "ordered": sum(order.ordered.values()),
        "shipped": sum(order.shipped.values()) if order.shipped else None,
    }


def _proposal(one: Mapping[str, Any]) -> dict[str, Any]:
    cause = CAUSES[one["code"]]
    return {
        "label": labels.CAUSES[cause.code],
        "group": labels.GROUPS[cause.group],
        "faults": [labels.FAULTS[fault] for fault in cause.faults],
        "percent": round(one["confidence"] * 100),
        "because": list(dict.fromkeys(_because(because) for because in one["because"])),
    }


def _because(because: Mapping[str, Any]) -> str:
    what = str(because["what"])
    if because["kind"] == "fact":
        return gettext("the order: %(fact)s", fact=labels.FACTS.get(what, what))
    if because["kind"] == "own":
        return gettext("cases of this shop: %(words)s", words=what)
    return gettext("the words “%(words)s”", words=what)


def _confirmed(case: ReviewCase) -> dict[str, Any] | None:
    """The confirmed causes with advice and what keeps it from coming again."""
    if case.cause_confirmed_at is None or case.cause is None:
        return None
    cause = CAUSES[case.cause]
    advice, prevention = labels.ADVICE[case.cause]
    return {
        "label": labels.CAUSES[case.cause],
        "further": [labels.CAUSES[code] for code in case.further_causes],
        "advice": advice,
        "prevention": prevention,
        "remedies": [labels.REMEDIES[remedy] for remedy in cause.remedies],
        "at": case.cause_confirmed_at,
    }


def _clocks(case: ReviewCase, now: datetime) -> list[dict[str, Any]]:
    """Both targets: due, used and left, in business time."""
    dues = {"first": case.due_first_at, "resolve": case.due_resolve_at}
    words = {"first": _("First answer"), "resolve": _("Solved")}
    found = timing.uses(case, setup.load().calendar, now)
    return [
        {
            "label": words[name],
            "due": dues[name],
            "used": hours_text(found[name].used),
            "left": hours_text(found[name].left),
            "level": found[name].level,
        }
        for name in ("first", "resolve")
        if name in found
    ]


def _moves(case: ReviewCase) -> Sequence[str]:
    found = next_states(Standing(case.state, case.held_from))  # type: ignore[arg-type]
    return [state for state in found if state not in forgotten.OF_THE_BUYER or not forgotten.is_forgotten(case)]


def _follow_up(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "label": labels.FOLLOW_UPS[row.kind],
        "due_at": row.due_at,
        "until": row.until,
        "note": row.note,
        "done_at": row.done_at,
        "is_late": row.done_at is None and row.due_at <= now,
    }


def _events(rows: Sequence[ReviewCaseEvent], written: Mapping[int, str]) -> list[dict[str, Any]]:
    people = [row.by for row in rows] + [
        row.data.get(end) for row in rows if row.code == "assigned" for end in ("from", "to")
    ]
    names = account_names(people)
    return [
        {
            "at": row.at,
            "who": names.get(row.by, "") if row.by else "",  # type: ignore[call-overload]
            "text": _sentence(row, names),
            "body": written.get(row.id) or _body(row),
            "note": row.code == "note",
            "icon": _ICONS.get(row.code, ("dot", ""))[0],
            "tone": _ICONS.get(row.code, ("", "neutral"))[1],
        }
        for row in rows
    ]


def _closing_words(rows: Sequence[ReviewCaseEvent], written: Mapping[int, str]) -> str:
    """What the person wrote who closed the case last. ``rows``: newest first."""
    return next((written.get(row.id, "") for row in rows if row.code == "moved" and "outcome" in row.data), "")


def _body(row: ReviewCaseEvent) -> str:
    for name in ("why", "reason"):
        if row.data.get(name):
            return str(labels.REASONS.get(row.data[name], row.data[name]))
    return ""


def _sentence(row: ReviewCaseEvent, names: Mapping[Any, str]) -> Any:
    data = row.data
    if row.code == "moved":
        return _("%(before)s → %(after)s", before=labels.STATES[data["from"]], after=labels.STATES[data["to"]])
    if row.code == "assigned":
        return _("given to %(name)s", name=names[data["to"]]) if data["to"] else _("given back")
    if row.code == "cause_confirmed":
        return _("confirmed the cause: %(cause)s", cause=labels.CAUSES[data["cause"]])
    if row.code == "opened":
        return _("The case opened: %(fact)s", fact=labels.FACTS[data["fact"]])
    if row.code == "review_changed":
        return _("The buyer changed the review for the worse") if data["worse"] else _("The buyer changed the review")
    if row.code == "warned":
        return _("The time is used up") if data["level"] == 2 else _("Four fifths of the time are used up")
    if row.code in ("planned", "follow_up_done"):
        what = labels.FOLLOW_UPS[data["kind"]]
        return _("planned: %(what)s", what=what) if row.code == "planned" else _("done: %(what)s", what=what)
    if row.code == "run.ended":
        return _("The call is over: %(how)s", how=script_labels.EXITS[data["exit"]])
    if row.code.startswith("compensation."):
        return reply_labels.compensation_sentence(row.code.removeprefix("compensation."), data)
    if (said := evidence_labels.sentence(row.code, data)) is not None:
        return said
    return _PLAIN.get(row.code) or script_labels.EVENTS.get(row.code, row.code)


_PLAIN = {
    "reopened": _("The case is open again"),
    "answered": _("The reply to the review is out"),
    "answer.sent": _("wrote to the buyer"),
    "answer.denied": _("wanted to write to the buyer; the contact gate said no"),
    "note": _("wrote a note"),
    "review_gone": _("The review is gone"),
}
