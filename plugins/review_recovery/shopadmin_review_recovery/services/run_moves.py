"""What a run does to its case: contacting while it goes on, then what the script says (section 2, case state).

Somebody may have moved or closed the case meanwhile. That undoes no step: what the buyer said in the call, a refusal
above all, is written down whatever the case is by then.
"""

from collections.abc import Callable, Mapping

from shopadmin.plugin_api import ObjectionsError
from shopadmin_review_recovery.domain.scripts.graph import CaseState
from shopadmin_review_recovery.domain.states import ENDED
from shopadmin_review_recovery.services import cases, compensations, follow_ups
from shopadmin_review_recovery.services.run_walk import Walk

# Outcome and reason of a case that a run closes.
_ENDS: Mapping[str, tuple[str, str]] = {
    "refused": ("refused", "said_in_a_call"),
    "unreachable": ("no_answer", "nobody_reached"),
}


def contacting(walk: Walk) -> None:
    """The gate let a call through, and it is being made. Raises ObjectionsError where the case may not go there."""
    walk.note("run.started")
    if walk.case.state != "contacting":
        cases.move(walk.actor, walk.case.id, None, "contacting")


def finish(walk: Walk, state: CaseState) -> None:
    """The run is over and leaves the case in this state."""
    case_id = walk.case.id
    # The owner may have decided while the buyer was still on the line.
    if walk.case.state == state or (state == "waiting_approval" and not compensations.undecided(case_id)):
        return
    if state in ENDED:
        outcome, reason = _ENDS[state]
        _unless_moved(lambda: cases.close(walk.actor, case_id, None, state, outcome, reason))
    else:
        _unless_moved(lambda: cases.move(walk.actor, case_id, None, state))


def wait_for_owner(walk: Walk) -> None:
    """The owner has something to decide."""
    _unless_moved(lambda: cases.move(walk.actor, walk.case.id, None, "waiting_approval"))


def book(walk: Walk) -> None:
    """The call that the buyer agreed to, in the inbox at its time."""
    agreed = walk.appointment
    assert agreed is not None  # noqa: S101 - the step was refused without it
    note, case_id = walk.typed["callback.window"], walk.case.id
    _unless_moved(lambda: follow_ups.plan(walk.actor, case_id, "call", agreed.begins, note, agreed.ends, walk.now))


def keep_appointment(walk: Walk) -> None:
    """The buyer is being rung: what was planned for by now is done."""
    for row in follow_ups.of_case(walk.case.id):
        if row.kind == "call" and row.done_at is None and row.due_at <= walk.now:
            follow_ups.finish(walk.actor, walk.case.id, row.id, walk.now)


def confirm_cause(walk: Walk, code: str) -> None:
    """Whoever listened says what the cause is; what was confirmed before stands beside it."""
    case = walk.case
    further = {*case.further_causes, *([case.cause] if case.cause_confirmed_at and case.cause else [])} - {code}
    _unless_moved(lambda: cases.confirm_cause(walk.actor, case.id, None, code, further))


def _unless_moved(act: Callable[[], object]) -> None:
    try:
        act()
    except ObjectionsError:
        return
