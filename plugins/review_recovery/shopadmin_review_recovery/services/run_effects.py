"""What a step does besides being taken, in the step's own transaction: do-not-contact, messages, lines of the timeline.

A refusal and its do-not-contact stand or fall together. A message that cannot go out (no address, a missing value,
the gate's no) undoes no step: what became of it is in the step's remarks.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from shopadmin.plugin_api import (
    BuyerId,
    MessageRequest,
    MissingError,
    RefusedError,
    block_buyer,
    call_answered,
    invite_in_call,
    is_contact_blocked,
    send_message,
    spoken_facts,
)
from shopadmin_review_recovery.domain import templates
from shopadmin_review_recovery.domain.scripts import graph, inviting
from shopadmin_review_recovery.domain.scripts.graph import Message, Node
from shopadmin_review_recovery.models import (
    ReviewCase,
    ReviewInvitation,
    ReviewScriptRun,
    ReviewScriptStep,
)
from shopadmin_review_recovery.services import compensations, remedies, run_values, setup, suspicions, timing
from shopadmin_review_recovery.services.run_walk import Walk

# Channel, basis and blocks of each message (G6, G13); a person copies it into the platform's chat and says so.
_SENDING: Mapping[Message, Mapping[str, Any]] = {
    "steps": {"channel": "chat", "basis": "request", "blocks": ("steps",)},
    "steps_chat": {"channel": "chat", "basis": "request", "blocks": ("steps",)},
    "contact": {"channel": "chat", "basis": "order", "blocks": ("notice",)},
    "farewell": {"channel": "chat", "basis": "farewell", "blocks": ("farewell",)},
    "complaint": {"channel": "chat", "basis": "complaint", "blocks": ("notice",)},
}
_BLOCKS = {"block_stop": "stop", "block_refused": "refused", "block_wrong_person": "wrong_person"}
_EVENTS = {"evidence": "evidence.wanted", "alert_owner": "owner.alerted"}
_UNDER_SUSPICION = ("malicious", "professional")
# Of a parcel that nobody waits for any more.
_AT_REST = ("delivered", "completed", "cancelled", "refunded", "unavailable")


def enter(walk: Walk, node: Node) -> dict[str, Any]:
    """Do what the node does; returns the remarks that are kept with the step."""
    remarks: dict[str, Any] = {}
    for effect in node.effects:
        if effect in _BLOCKS:
            remarks |= _block(walk, _BLOCKS[effect])
        elif effect in graph.MONEY:
            remarks |= remedies.give(walk, effect)
        elif effect in _EVENTS:
            walk.note(_EVENTS[effect])
    if node.role == "invitation":
        walk.session.add(
            ReviewInvitation(case_id=walk.case.id, run_id=walk.run.id, at=walk.now, by=walk.actor.account_id)
        )
        walk.session.flush()
    return remarks | (_send(walk, node, node.message) if node.message else {})


def note_answered(walk: Walk) -> None:
    """Somebody took the call: none after it (G3), and the buyer has heard from the shop."""
    call_answered(walk.call_key)
    timing.touch(walk.case, setup.load().calendar, walk.now)


def attempt(walk: Walk) -> str:
    """Which unanswered call of the case this is."""
    earlier = (
        select(ReviewScriptStep.run_id)
        .join(ReviewScriptRun, ReviewScriptRun.id == ReviewScriptStep.run_id)
        .where(
            ReviewScriptRun.case_id == walk.case.id, ReviewScriptRun.id != walk.run.id,
            ReviewScriptStep.outcome.in_(("first", "second")),
        )
    )  # fmt: skip
    return "second" if walk.session.execute(earlier.limit(1)).first() else "first"


def may_invite(walk: Walk) -> inviting.Decision:
    """The guard before the invitation, on the case's facts now; the core's gate has the last word and counts it."""
    facts = invitation_facts(walk)
    decision = inviting.decide(facts)
    if decision.outcome == "pass" and invite_in_call(walk.call_key, walk.now).verdict == "deny":
        return inviting.Decision("fail", ("gate",))
    return decision


def invitation_facts(walk: Walk) -> inviting.Facts:
    """What the guard must know; nothing is asked of the core's gate."""
    session, case = walk.session, walk.case
    demands = (
        select(ReviewScriptStep.run_id)
        .join(ReviewScriptRun, ReviewScriptRun.id == ReviewScriptStep.run_id)
        .where(ReviewScriptRun.case_id == case.id, ReviewScriptStep.outcome.in_(("demand", "threat")))
    )
    order = spoken_facts(walk.actor, case.order_id) if case.order_id is not None else None
    causes = {walk.typed.get("cause.code"), case.cause if case.cause_confirmed_at else None, *case.further_causes}
    return inviting.Facts(
        invitations=int(session.get(ReviewInvitation, case.id) is not None),
        is_blocked=case.buyer_id is not None and is_contact_blocked(case.buyer_id),
        is_closed=session.execute(demands.limit(1)).first() is not None,
        is_suspected=bool(causes & set(_UNDER_SUSPICION)) or suspicions.current(case.id, walk.now) is not None,
        may_ask=run_values.profile(case.platform, walk.now).may_ask,
        open_remedies=remedies.open_count(session, case.id) + compensations.open_count(case.id),
        is_parcel_settled=order is None or order.status in _AT_REST or order.delivered_at is not None,
    )


def _block(walk: Walk, why: str) -> dict[str, Any]:
    assert walk.case.buyer_id is not None  # noqa: S101 - a run begins with a call to somebody
    try:
        is_new = block_buyer(walk.actor, walk.case.buyer_id, why)
    except RefusedError as refused:
        return {"block": refused.problems[0].code}
    # Two nodes on a path may both write the refusal down; the timeline has it once.
    if is_new:
        walk.note(f"contact.{why}")
    return {}


def _send(walk: Walk, node: Node, message: Message) -> dict[str, Any]:
    """Ask the core for the node's message; what became of it, by name of the node."""
    assert walk.case.buyer_id is not None  # noqa: S101 - as above
    known = run_values.values(walk.actor, walk.case, walk.run.language, walk.typed, walk.now)
    rendered = templates.render(node.send[walk.run.language], known)
    if not rendered.may_be_sent:
        return {"message": "incomplete", "missing": [*rendered.missing, *rendered.open]}
    request = MessageRequest(
        key=f"review_recovery.run.{walk.run.id}.{node.name}", buyer_id=BuyerId(walk.case.buyer_id),
        text=rendered.text, case=case_ref(walk.case), review=review_ref(walk.case), **_SENDING[message],
    )  # fmt: skip
    try:
        result = send_message(walk.actor, request, walk.now)
    except (RefusedError, MissingError) as refused:
        problems = getattr(refused, "problems", ())
        return {"message": "refused", "missing": [problem.code for problem in problems]}
    return {"message": result.state, "reasons": list(result.reasons), "message_id": result.message_id}


def case_ref(case: ReviewCase) -> str:
    """The case as the core's gate counts contacts by."""
    return f"review_recovery.case.{case.id}"


def review_ref(case: ReviewCase) -> str:
    """The review as the core's gate counts invitations by."""
    return str(case.review_id or "")
