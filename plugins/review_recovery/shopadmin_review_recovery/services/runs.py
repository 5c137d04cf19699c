"""Runs: begin a conversation, take a step, see where it stands. Each act: lock the case, ask the rule, write."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    BuyerId,
    MessageRequest,
    ObjectionsError,
    RefusedError,
    begin_call,
    record_audit,
    shop_settings,
    writing,
)
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain.scripts import graph, shape, walking
from shopadmin_review_recovery.domain.scripts.graph import Node
from shopadmin_review_recovery.domain.scripts.walking import Position
from shopadmin_review_recovery.domain.states import ENDED
from shopadmin_review_recovery.models import ReviewCase, ReviewScriptNote, ReviewScriptRun, ReviewScriptStep
from shopadmin_review_recovery.services import (
    follow_ups,
    forgotten,
    locking,
    remedies,
    run_effects,
    run_inputs,
    run_moves,
    run_records,
    run_values,
    scripts,
)
from shopadmin_review_recovery.services.run_inputs import problem
from shopadmin_review_recovery.services.run_walk import Walk


def start(actor: Actor, case_id: int, language: str, now: datetime | None = None) -> int:
    """Begin a conversation by the newest script, and ask the contact gate for the call (G1); returns the run's id.

    A call that was booked in the last run goes on where the script lets it. Raises ForbiddenError, MissingError;
    ObjectionsError where no call may begin: the case is over or on hold, a run goes on, the platform allows no calls;
    RefusedError where nobody can be rung. ``now``: aware UTC.
    """
    permissions.require(actor, permissions.REPLY)
    now = now or datetime.now(UTC)
    if language not in graph.LANGUAGES:
        raise RefusedError(problem("language", _("Choose the language of the call."), "language"))
    with writing() as session:
        case = locking.lock_case(session, case_id)
        forgotten.refuse(case)
        _may_begin(session, case, now)
        booked_at = _booked_at(session, case)
        if booked_at:
            _not_before(case.id, now)
        version = scripts.newest(session)
        script = scripts.script_of(version)
        run = ReviewScriptRun(
            case_id=case.id, script_version_id=version.id, language=language, started_at=now,
            booked_at=booked_at, started_by=actor.account_id,
        )  # fmt: skip
        session.add(run)
        session.flush()
        walk = Walk(session, actor, case, run, script, now)
        at = walking.start(script, run.booked_at)
        _write(walk, 0, node=at.node)
        if _go_on(walk, at, 1).exit != "queue":
            run_moves.keep_appointment(walk)
        record_audit(actor, "review_recovery.run.started", "review_recovery.case", case.id, after={"run": run.id})
        return run.id


def step(
    actor: Actor, run_id: int, at_position: int, on: str, inputs: Mapping[str, str], now: datetime | None = None
) -> Position:
    """Take one step; what it does happens in the same transaction.

    ``at_position``: of the step that the person was looking at. ``inputs``: what was written down at its node.
    Raises ForbiddenError, MissingError; ObjectionsError when somebody was faster or the node has no such edge;
    RefusedError for inputs that are wrong or missing. ``now``: aware UTC.
    """
    permissions.require(actor, permissions.REPLY)
    now = now or datetime.now(UTC)
    with writing() as session:
        run = run_records.find(run_id)
        case = locking.lock_case(session, run.case_id)
        forgotten.refuse(case)
        taken = run_records.steps(run.id, session)
        at = run_records.position(run, taken)
        if len(taken) - 1 != at_position:
            raise ObjectionsError(problem("stale", _("The conversation has gone on meanwhile. Look at it again.")))
        last = run_records.last_of(session, case.id)
        if last is not None and last.id != run.id:
            raise ObjectionsError(problem("left", _("A newer conversation about this case has begun.")))
        script = scripts.script_of(scripts.version(run.script_version_id))
        node = script.by_name[at.node]
        if at.exit is not None or on not in {edge.on for edge in walking.choices(script, node)}:
            raise ObjectionsError(problem("no_step", _("The script has no such step here.")))
        walk = Walk(session, actor, case, run, script, now, run_records.typed(taken))
        given = run_inputs.read(walk, node, on, inputs)
        walk.typed |= given.kept
        walk.money, walk.appointment = given.money, given.appointment
        after = walking.step(script, at, on)
        run_inputs.refuse_gaps(walk, after)
        if given.note:
            session.add(ReviewScriptNote(run_id=run.id, position=len(taken), text=given.note))
        cause = given.kept.get("cause.code")
        if cause and cause != (case.cause if case.cause_confirmed_at else None):
            run_moves.confirm_cause(walk, cause)
        _note_the_answer(walk, at, after, on)
        return _arrive(walk, after, len(taken), on, given.kept)


def _go_on(walk: Walk, at: Position, count: int) -> Position:
    """Take the steps that nobody chooses, until a person is asked or the run is over."""
    node = walk.script.by_name[at.node]
    if at.exit is not None or not shape.outcomes(node):
        return at
    on, remarks = _decide(walk, node)
    return _arrive(walk, walking.step(walk.script, at, on), count, on, {}, remarks)


def _arrive(
    walk: Walk, at: Position, count: int, on: str, inputs: Mapping[str, str], remarks: Mapping[str, Any] | None = None
) -> Position:
    """Write the step down, with what entering its node does; then go on."""
    if at.exit is not None:
        done = remedies.ask_owner(walk) if at.exit == "new_request" else {}
        _write(walk, count, outcome=on, ended=at.exit, inputs_text=_kept(inputs), remarks={**(remarks or {}), **done})
        # A call that the gate held was none: nobody was contacted, and the time for an answer runs on.
        if at.exit != "queue":
            run_moves.finish(walk, walking.case_state(walk.script, at.path, at.exit))
        if at.exit == "booked":
            run_moves.book(walk)
        walk.note("run.ended", exit=at.exit)
        return at
    done = run_effects.enter(walk, walk.script.by_name[at.node])
    _write(walk, count, node=at.node, outcome=on, inputs_text=_kept(inputs), remarks={**(remarks or {}), **done})
    return _go_on(walk, at, count + 1)


def _decide(walk: Walk, node: Node) -> tuple[str, dict[str, Any]]:
    """What the program answers at a node that asks nobody."""
    if "contact_gate" in node.checks:
        return _ask_gate(walk)
    if node.kind == "guard":
        decision = run_effects.may_invite(walk)
        return decision.outcome, {"reasons": list(decision.reasons)}
    return run_effects.attempt(walk), {}


def _ask_gate(walk: Walk) -> tuple[str, dict[str, Any]]:
    """G1: may this call be made now? An appointment is the buyer's own wish (G3)."""
    assert walk.case.buyer_id is not None  # noqa: S101 - _may_begin has asked
    request = MessageRequest(
        key=walk.call_key, buyer_id=BuyerId(walk.case.buyer_id), channel="call",
        text=walk.script.title[walk.run.language], basis="request" if walk.run.booked_at else "order",
        blocks=("apology",), case=run_effects.case_ref(walk.case), review=run_effects.review_ref(walk.case),
    )  # fmt: skip
    result = begin_call(walk.actor, request, walk.now)
    if result.verdict == "allow":
        run_moves.contacting(walk)
    until = result.send_at.isoformat() if result.verdict == "hold" and result.send_at else ""
    return result.verdict, {"reasons": list(result.reasons), **({"until": until} if until else {})}


def _note_the_answer(walk: Walk, before: Position, after: Position, on: str) -> None:
    """The first thing that is known after the gate: whether somebody took the call."""
    is_first = len(before.path) == 2 and walk.script.by_name[before.path[0]].kind == "guard"
    target = walk.script.by_name.get(after.node)
    is_silent = after.exit is None and target is not None and "count_attempt" in target.effects
    # Of a complaint the shop may hear from the platform, before anybody rang.
    if is_first and not is_silent and on != "complaint":
        run_effects.note_answered(walk)


def _write(walk: Walk, count: int, **values: Any) -> None:
    values = {"node": "", "outcome": "", "inputs_text": "", "remarks": {}, "ended": ""} | values
    walk.session.add(
        ReviewScriptStep(run_id=walk.run.id, position=count, at=walk.now, by=walk.actor.account_id, **values)
    )
    walk.session.flush()


def _kept(inputs: Mapping[str, str]) -> str:
    return json.dumps(dict(inputs), ensure_ascii=False) if inputs else ""


def _may_begin(session: Session, case: ReviewCase, now: datetime) -> None:
    if case.state in ENDED or case.state == "on_hold":
        raise ObjectionsError(problem("closed", _("The case is over or on hold. Nobody is rung for it.")))
    if case.buyer_id is None:
        raise RefusedError(problem("no_buyer", _("Nobody knows who the buyer is, so nobody can be rung.")))
    if not run_values.profile(case.platform, now).is_phone_allowed:
        raise ObjectionsError(problem("no_calls", _("This platform allows shops no calls to buyers.")))
    last = run_records.last_of(session, case.id)
    if last is not None:
        taken = run_records.steps(last.id, session)
        if run_records.goes_on(taken, now):
            raise ObjectionsError(problem("goes_on", _("A conversation about this case goes on. End it first.")))


def _not_before(case_id: int, now: datetime) -> None:
    """A booked call is the buyer's own wish, so it is made when the buyer wants it, and not before."""
    planned = [row.due_at for row in follow_ups.of_case(case_id) if row.kind == "call" and row.done_at is None]
    if planned and now < planned[0]:
        when = f"{planned[0].astimezone(shop_settings().zone):%Y-%m-%d %H:%M}"
        raise ObjectionsError(problem("too_early", _("The buyer wants to be rung from %(when)s on.", when=when)))


def _booked_at(session: Session, case: ReviewCase) -> str:
    """The node at which the buyer asked for this call, empty for none; a call that the gate held is still that one."""
    last = run_records.last_of(session, case.id)
    if last is None:
        return ""
    at = run_records.position(last, run_records.steps(last.id, session))
    return at.node if at.exit == "booked" else last.booked_at if at.exit == "queue" else ""
