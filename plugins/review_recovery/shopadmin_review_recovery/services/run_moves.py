"""What a run does to its case: contacting while it goes on, then what the script says (section 2, case state).

Somebody may have moved or closed the case meanwhile. That undoes no step: what the buyer said in the call, a refusal
above all, is written down whatever the case is by then.
"""

from collections.abc import Callable, Mapping

from shopadmin.plugin_api import ObjectionsError
from shopadmin_review_recovery.domain.scripts.graph import CaseState
from shopadmin_review_recovery.domain.states import ENDED
from shopadmin_review_recovery.services import cases
from shopadmin_review_recovery.services.run_effects import Walk

# Outcome and reason of a case that a run closes.
_ENDS: Mapping[str, tuple[str, str]] = {
    "refused": ("refused", "said_in_a_call"),
    "unreachable": ("no_answer", "nobody_reached"),
}


def contacting(walk: Walk) -> None:
    """A call is being made. Raises ObjectionsError where the case may not go there."""
    walk.note("run.started")
    if walk.case.state != "contacting":
        cases.move(walk.actor, walk.case.id, None, "contacting")


def finish(walk: Walk, state: CaseState) -> None:
    """The run is over and leaves the case in this state."""
    case_id = walk.case.id
    if walk.case.state == state:
        return
    if state in ENDED:
        outcome, reason = _ENDS[state]
        _unless_moved(lambda: cases.close(walk.actor, case_id, None, state, outcome, reason))
    else:
        _unless_moved(lambda: cases.move(walk.actor, case_id, None, state))


def confirm_cause(walk: Walk, code: str) -> None:
    """Whoever listened says what the cause is; what was confirmed before stands beside it."""
    case = walk.case
    further = {*case.further_causes, *([case.cause] if case.cause_confirmed_at and case.cause else [])} - {code}
    _unless_moved(lambda: cases.confirm_cause(walk.actor, case.id, None, code, further))


def _unless_moved(act: Callable[[], None]) -> None:
    try:
        act()
    except ObjectionsError:
        return
