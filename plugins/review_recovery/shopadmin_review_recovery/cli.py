"""``shopadmin review-recovery …``: cases for programs."""

from typing import Any

import click

from shopadmin.plugin_api import answer, json_option, with_app
from shopadmin_review_recovery import script_commands
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import keeping, listing
from shopadmin_review_recovery.triage_command import triage_command

_SHOWN = (
    "id", "review_id", "order_no", "platform", "stars", "grade", "fact", "cause", "state", "urgency", "assigned_to",
)  # fmt: skip
_TIMES = ("opened_at", "reviewed_at", "due_first_at", "due_resolve_at", "touched_at", "closed_at")


@click.group("review-recovery")
def review_recovery() -> None:
    """Cases of bad reviews, and scripts."""


review_recovery.add_command(triage_command)
review_recovery.add_command(script_commands.script)


@review_recovery.command("cases")
@json_option
@with_app
def cases(as_json: bool) -> None:
    """Print how many cases there are, by state, cause and fact, and the 50 that burn first. Exit 0.

    What the worker has not looked at yet is looked at now, so that the numbers are those of this moment.
    """
    keeping.catch_up()
    found = listing.counts()
    rows = [_shown(case) for case in listing.first()]
    lines = [f"{row['id']:>6} {row['state']:20} {row['fact']:24} {row['cause'] or '-'}" for row in rows]
    heading = f"{found['total']} cases"
    answer({**found, "cases": rows}, as_json, "\n".join([heading, *lines]))


def _shown(case: ReviewCase) -> dict[str, Any]:
    times = {name: at.isoformat() if (at := getattr(case, name)) else None for name in _TIMES}
    return {
        **{name: getattr(case, name) for name in _SHOWN},
        "is_confirmed": case.cause_confirmed_at is not None,
        **times,
    }
