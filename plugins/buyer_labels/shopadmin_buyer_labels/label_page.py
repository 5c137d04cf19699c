"""What the page of one label shows: what happened, why, since when, until when, on what, and what may be done."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import format_date, gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import select

from shopadmin.plugin_api import (
    EVIDENCE_TIERS,
    Actor,
    BuyerId,
    account_names,
    buyer_snapshots,
    db,
    incident_names,
    is_run_by_one,
    order_snapshots,
    platform_name,
    refund_counts,
    shop_settings,
)
from shopadmin_buyer_labels import evidence_panel, forms, label_panels, labels, permissions
from shopadmin_buyer_labels.domain import moves
from shopadmin_buyer_labels.domain.moves import Move
from shopadmin_buyer_labels.domain.status import Effect, Status, effect, status
from shopadmin_buyer_labels.models import Label, LabelEvent
from shopadmin_buyer_labels.services import appeal_records, incidents, reading, records, reviewing

VIEW = "buyer_labels_labels"
# Ways to change a label, in the order of their buttons: the move, its text, how the button looks, whether it only asks
# for a word on a page of its own.
_BUTTONS: tuple[tuple[Move, Any, str], ...] = (
    ("submit", _("Put to review"), "primary"),
    ("approve", _("Approve this label"), "primary"),
    ("return", _("Back to the draft"), "secondary"),
    ("edit", _("Change"), "secondary"),
    ("renew", _("Renew"), "secondary"),
    ("resume", _("Let it count again"), "primary"),
    ("suspend", _("Suspend"), "secondary"),
    ("correct", _("It was wrong"), "secondary"),
    ("withdraw", _("Withdraw"), "link-danger"),
    ("revoke", _("Take it back"), "link-danger"),
)
_EFFECTS: Mapping[Effect, tuple[Any, str]] = {
    Effect.NONE: (_("It leads to nothing now."), "neutral"),
    Effect.NOTE: (_("It is a note on the buyer's orders at the most."), "info"),
    Effect.FLAG: (_("It marks the buyer's orders at the most; nothing is held for it."), "info"),
    Effect.HOLD: (_("An order of the buyer may be held for a look, a day at the most."), "warn"),
    Effect.REQUIREMENT: (_("It may ask for prepayment or a signature, where the shop's rules say so."), "warn"),
}
_ICONS: Mapping[str, tuple[str, str]] = {
    "proposed": ("tag", "info"), "edit": ("pencil", "neutral"), "attach": ("paperclip", "neutral"),
    "own_fault": ("search", "info"), "contacted": ("chat-left-text", "info"), "submit": ("hourglass-split", "warn"),
    "return": ("arrow-counterclockwise", "warn"), "approve": ("check-lg", "ok"), "notice_asked": ("send", "neutral"),
    "notice_sent": ("envelope-check", "ok"), "notice_impossible": ("envelope-x", "warn"),
    "renew": ("arrow-repeat", "info"),
    "suspend": ("pause-circle", "warn"), "resume": ("play-circle", "ok"), "correct": ("pencil-square", "info"),
    "withdraw": ("x-circle", "neutral"), "revoke": ("x-circle", "neutral"),
    "appeal_opened": ("chat-square-dots", "warn"), "appeal_upheld": ("check-circle", "ok"),
    "appeal_rejected": ("x-circle", "neutral"), "appeal_overdue": ("alarm", "warn"),
    "complaint_opened": ("shield-exclamation", "info"), "complaint_upheld": ("check-circle", "ok"),
    "complaint_partly": ("circle-half", "warn"), "complaint_rejected": ("x-circle", "warn"),
    "complaint_settled": ("chat-left-text", "neutral"), "complaint_withdrawn": ("x-circle", "neutral"),
}  # fmt: skip


def context(label: Label, actor: Actor, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the template asks for. ``posted``: forms that were refused, by name."""
    now = datetime.now(UTC)
    facts = reading.facts(label)
    known, most = status(facts, now), effect(facts, now)
    may_prepare = known == "draft" and actor.can(permissions.PROPOSE)
    return {
        "label": label,
        "status": known,
        "mark": labels.status_badge(known, label.code),
        "code": labels.CODES[label.code],
        "effect": dict(zip(("text", "tone"), _EFFECTS[most], strict=True)),
        "facts": [*_facts(label), *_origin(label, actor)],
        "times": _times(label, known),
        "buyer": _buyer(label, actor, now),
        "cooling": _cooling(label, known, now),
        "own_fault_form": (posted.get("own_fault") or forms.OwnFaultForm(formdata=None)) if may_prepare else None,
        "contact_form": (posted.get("contact") or forms.ContactForm(formdata=None)) if may_prepare else None,
        "notice": _notice(label, known, actor, posted) if label.noticed_at else None,
        **_ways(label, actor, now),
        "panels": label_panels.shown(label, actor),
        "events": _events(label),
    }


def review_context(label: Label, actor: Actor) -> dict[str, Any]:
    """What somebody decides by who approves, returns or resumes a label: all that it says, and its evidence to read."""
    now = datetime.now(UTC)
    known = status(reading.facts(label), now)
    return {
        "label": label,
        "mark": labels.status_badge(known, label.code),
        "facts": [*_facts(label), *_origin(label, actor)],
        "times": _times(label, known),
        "buyer": _buyer(label, actor, now),
        "panels": label_panels.drawn([evidence_panel.make_whole(label)], actor),
        "rebuttals": appeal_records.rebuttals_of([label.id]).get(label.id, []),
        "events": _events(label),
    }


def _facts(label: Label) -> list[tuple[Any, Any]]:
    return [
        (_("What"), labels.CODES[label.code]),
        (_("On which day"), format_date(label.happened_on, "medium")),
        (_("How grave it was"), labels.SEVERITIES[label.severity]),
        (_("What it rests on"), EVIDENCE_TIERS[label.tier]),
        (_("Attached at best"), EVIDENCE_TIERS[label.evidence_tier] if label.evidence_tier != label.tier else ""),
        (_("Where it is from"), labels.ORIGINS[label.origin]),
    ]


def _origin(label: Label, actor: Actor) -> list[tuple[Any, Any]]:
    """The incident that it was made from and its order, as links for those who may open them."""
    event = incidents.of_label(label)
    if event is None:
        return []
    name = incident_names(actor, [event.incident_id])[event.incident_id]
    shown = [(_("Incident"), _link("incidents", event.incident_id, name, "core.incidents:read", actor))]
    order = next(iter(order_snapshots([event.order_id])), None) if event.order_id else None
    if order is not None:
        shown.append((_("Order"), _link("orders", order.id, order.order_no, "core.orders:read", actor)))
    return shown


def _link(view: str, row_id: int, text: str, point: str, actor: Actor) -> str | Markup:
    if not actor.can(point):
        return text
    return Markup('<a href="{}">{}</a>').format(url_for(f"{view}.details_view", row_id=row_id), text)


def _times(label: Label, known: Status) -> list[tuple[Any, Any]]:
    names = account_names([label.created_by, label.submitted_by, label.reviewed_by])

    def who(account: int | None) -> Any:
        return names.get(account, "") if account else _("the program")  # type: ignore[call-overload]

    shown: list[tuple[Any, Any]] = [
        (_("Labelled since"), _moment(label.created_at)),
        (_("Proposed by"), who(label.created_by)),
    ]
    if label.submitted_at:
        shown += [(_("Put to review by"), who(label.submitted_by))]
    if label.reviewed_at:
        shown += [(_("Approved"), _moment(label.reviewed_at)), (_("Approved by"), who(label.reviewed_by))]
    shown += [(_("Until"), _moment(label.expires_at))]
    if known == "suspended":
        shown += [(_("Suspended because"), labels.SUSPENDED[label.suspended_why])]
    if known == "revoked":
        shown += [(_("Taken back because"), labels.REVOKED[label.revoked_why])]
    return shown


def _moment(at: datetime) -> str:
    """By the shop's clock, written as lists write it."""
    return f"{at.astimezone(shop_settings().zone):%Y-%m-%d %H:%M}"


def _buyer(label: Label, actor: Actor, now: datetime) -> dict[str, Any]:
    found = buyer_snapshots(actor, [label.buyer_id]).get(BuyerId(label.buyer_id))
    others = reading.labels_of([label.buyer_id], now).get(label.buyer_id, ())
    leads = found is not None and actor.can("core.buyers:read")
    return {
        "name": (found.name if found else "") or gettext("Buyer %(number)s", number=label.buyer_id),
        "platform": platform_name(found.platform) if found else "",
        "url": url_for("buyers.details_view", row_id=label.buyer_id) if leads else "",
        "refunds": refund_counts([label.buyer_id]).get(BuyerId(label.buyer_id), 0),
        "others": [
            {
                "id": other.id, "url": url_for(f"{VIEW}.details_view", row_id=other.id),
                "text": labels.CODES[other.code], "mark": labels.status_badge(other.status, other.code),
            }
            for other in others
            if other.id != label.id
        ],
    }  # fmt: skip


def _cooling(label: Label, known: Status, now: datetime) -> Any:
    if known != "pending_review" or label.cooling_until is None or not is_run_by_one():
        return ""
    if now >= label.cooling_until:
        return _("You slept on it. Look again, then decide.")
    return _("Sleep on it: you can approve it yourself from %(at)s on.", at=_moment(label.cooling_until))


def _notice(label: Label, known: Status, actor: Actor, posted: Mapping[str, Any]) -> dict[str, Any]:
    may_send = known == "noticed" and actor.can(permissions.REVIEW)
    result = reviewing.notice_result(label.id)
    if label.notice_sent_at:
        state: Any = _("The buyer has it since %(at)s.", at=_moment(label.notice_sent_at))
    elif label.notice_impossible_at:
        state = _("Not possible: %(why)s", why=label.notice_impossible)
    elif result is not None:
        state = _("It waits in the outbox. The label counts in full once it is sent.")
    else:
        state = _("Not sent yet. Until then the label is a note at the most.")
    form = (
        (posted.get("send") or forms.SendForm(label.buyer_id, formdata=None)) if may_send and result is None else None
    )
    return {"state": state, "form": form}


def _ways(label: Label, actor: Actor, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """``buttons``: the moves that the person can make; ``lacking``: those that the state is right for, with what else
    stands in the way.
    """
    facts, session = reading.facts(label), db.session()
    proof = records.proof_of(session, label)
    shown, lacking = list[dict[str, Any]](), list[dict[str, Any]]()
    for move, text, tone in _BUTTONS:
        refused = moves.refusal(move, facts, records.who_is(session, actor, label, move), now, proof)
        if refused in ("forbidden", "not_now"):
            continue
        if refused is not None:
            why = records.in_the_way(actor, label, move, now)
            lacking.append({"move": move, "text": text, "why": why.message if why else ""})
            continue
        if move == "revoke" and shown and shown[-1]["move"] == "withdraw":  # one way out is enough
            continue
        if move == "submit":
            url = url_for(f"{VIEW}.submit_view", row_id=label.id, revision=label.revision)
        elif move in ("edit", "renew"):
            url = url_for(f"{VIEW}.{move}_view", row_id=label.id)
        else:
            url = url_for(f"{VIEW}.act_view", row_id=label.id, act=move)
        shown.append({"move": move, "url": url, "text": text, "tone": tone, "posts": move == "submit"})
    return {"buttons": shown, "lacking": lacking}


def _events(label: Label) -> list[dict[str, Any]]:
    query = select(LabelEvent).where(LabelEvent.label_id == label.id).order_by(LabelEvent.id.desc())
    rows = db.session().scalars(query).all()
    names = account_names([row.by for row in rows])
    return [
        {
            "at": row.at,
            "who": names.get(row.by, "") if row.by else "",  # type: ignore[call-overload]
            "text": labels.EVENTS.get(row.code, row.code),
            "body": row.text,
            "icon": _ICONS.get(row.code, ("dot", "neutral"))[0],
            "tone": _ICONS.get(row.code, ("dot", "neutral"))[1],
        }
        for row in rows
    ]
