"""What a run does to its case: contacting while it goes on, then what the script says (section 2, case state)."""

from shopadmin_review_recovery.domain.scripts.graph import CaseState
from shopadmin_review_recovery.models.cases import ENDED
from shopadmin_review_recovery.services.run_effects import Walk

_REASONS = {"refused": "refused in a call", "unreachable": "nobody was reached"}


def contacting(walk: Walk) -> None:
    """A call is being made."""
    _move(walk, "contacting")
    if walk.case.touched_at is None:
        walk.case.touched_at = walk.now


def finish(walk: Walk, state: CaseState) -> None:
    """The run is over and leaves the case in this state."""
    _move(walk, state)


def confirm_cause(walk: Walk, code: str) -> None:
    """Whoever listened says what the cause is; what was confirmed before stands beside it."""
    case = walk.case
    if case.cause_confirmed_at is not None and case.cause and case.cause != code:
        case.further_causes = sorted({*case.further_causes, case.cause} - {code})
    case.cause, case.cause_confirmed_at, case.cause_confirmed_by = code, walk.now, walk.actor.account_id
    walk.note("cause", code=code)


def _move(walk: Walk, state: str) -> None:
    case = walk.case
    if case.state == state:
        return
    before, case.state = case.state, state
    case.held_from = before if state == "on_hold" else None
    if state in ENDED:
        case.closed_at, case.outcome, case.reason = walk.now, state, _REASONS[state]
    walk.note("state", before=before, after=state)
