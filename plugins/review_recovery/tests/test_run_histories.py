"""Random calls by the shipped script, through the services: the limits on calls hold, and so does a no."""

import itertools
import random
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

from contact_rules import faults
from runs_of_tests import CLERK, NOON, make_case, set_platform
from shopadmin_review_recovery.domain.scripts import walking
from shopadmin_review_recovery.models import ReviewCase, ReviewInvitation, ReviewScriptStep
from shopadmin_review_recovery.services import run_records, runs, scripts
from sqlalchemy import select

from shopadmin import testing
from shopadmin.domain.contact import Contact
from shopadmin.models.messages import OutboxMessage
from shopadmin.plugin_api import ObjectionsError, RefusedError, db

TYPED = {
    "note": "Sample words", "cause.code": "logistics", "remedy.summary": "a new parcel", "remedy.due": "Friday",
    "approval.due": "Friday", "callback.window": "afternoon",
}  # fmt: skip
ENOUGH = 40


def call(dice, case_id, now):
    """One call from its beginning to wherever it ends, by choices of the dice; what is refused is tried another way."""
    try:
        run_id = runs.start(CLERK, case_id, dice.choice(("en", "zh")), now)
    except (ObjectionsError, RefusedError):
        return
    for _step in range(ENOUGH):
        run, taken = run_records.find(run_id), run_records.steps(run_id)
        at = run_records.position(run, taken)
        if at.exit is not None:
            return
        script = scripts.script_of(scripts.version(run.script_version_id))
        node = script.by_name[at.node]
        # The node's own answers mostly, so that calls get far; now and then what a buyer may say at any moment.
        edges = node.edges if node.edges and dice.random() < 0.95 else walking.choices(script, node)
        try:
            runs.step(CLERK, run_id, len(taken) - 1, dice.choice(edges).on, TYPED, now)
        except (ObjectionsError, RefusedError):
            db.session.rollback()
    raise AssertionError("a call that does not end")


# A few seconds: each call goes through the gate and the tables, and far enough that invitations are made.
def test_g3_g4_over_random_calls_of_linked_cases_no_limit_is_broken(shop):
    testing.make_account(shop, is_owner=True)
    set_platform(shop)
    dice, now = random.Random(11), NOON
    cases = [make_case(phone=f"139001391{number:02}") for number in range(10)]

    for _number in range(70):
        now += timedelta(minutes=dice.choice((5, 90, 600)))
        call(dice, dice.choice(cases), now)

    db.session.rollback()
    invited = Counter(db.session.scalars(select(ReviewInvitation.case_id)))
    steps = db.session.scalars(
        select(ReviewScriptStep).order_by(ReviewScriptStep.run_id, ReviewScriptStep.position)
    ).all()
    assert invited
    assert max(invited.values()) == 1
    for step, after in itertools.pairwise(steps):
        if after.node == "ask":
            assert (step.node, after.outcome) == ("ask_ok", "pass")
    for case_id in cases:
        buyer_id = db.session.get(ReviewCase, case_id).buyer_id
        rows = db.session.scalars(
            select(OutboxMessage).where(OutboxMessage.buyer_id == buyer_id, OutboxMessage.state == "sent")
        ).all()
        went = [
            Contact(row.contact_at, row.medium, row.purpose, row.basis, tuple(row.blocks), row.case_ref,
                    row.review_ref, row.is_connected)
            for row in sorted(rows, key=lambda row: row.contact_at)
        ]  # fmt: skip
        assert not faults(went, (ZoneInfo("Asia/Shanghai"),), (), ())
