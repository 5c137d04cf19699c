"""Compensation: decided once, by somebody else, before anything is asked of the buyer; on both engines."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from replies_of_tests import CLERK, NOON, OVER, OWNER, READER, compensation_states
from runs_of_tests import case, events, make_case, set_platform
from shopadmin_review_recovery.models import ReviewCompensation
from shopadmin_review_recovery.services import case_records, compensation_decisions, compensations, run_effects
from shopadmin_review_recovery.services.run_walk import Walk
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shopadmin import testing
from shopadmin.plugin_api import (
    AccountId,
    Actor,
    ForbiddenError,
    MissingError,
    ObjectionsError,
    RefusedError,
    db,
    writing,
)

SECOND = Actor(AccountId(4), "Kim", False, frozenset({"review_recovery.compensation:approve"}))
# Somebody who may both ask and decide.
BOTH = Actor(
    AccountId(5), "Lee", False, frozenset({"review_recovery.case:reply", "review_recovery.compensation:approve"})
)
TABLE = "plugin_review_recovery_compensation"


@pytest.fixture
def app(shop: Flask) -> Flask:
    testing.make_account(shop, is_owner=True)
    set_platform(shop)
    return shop


def set_limit(app: Flask, minor: int) -> None:
    set_platform(app, compensation_limit=minor)  # type: ignore[arg-type]


def ask(
    case_id: int, kind: str = "refund", amount: str = "20", actor: Actor = CLERK, reason: str = "arrived broken"
) -> compensations.Asked:
    return compensations.request(actor, case_id, kind, amount, reason, NOON)


def stored() -> list[tuple[Any, ...]]:
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(text(f"select * from {TABLE} order by id"))]


def test_g5_no_column_of_the_table_knows_a_review_its_stars_or_what_came_of_it(app: Flask) -> None:
    columns = {column["name"] for column in inspect(db.engine).get_columns(TABLE)}

    forbidden = re.compile(r"review|star|grade|rating|invit|outcome|feedback|comment")
    assert {name for name in columns if forbidden.search(name)} == set()
    assert columns == {
        "id", "case_id", "order_id", "buyer_id", "kind", "amount", "currency", "reason_encrypted", "alone_up_to",
        "state", "requested_at", "requested_by", "decided_at", "decided_by", "decision_note_encrypted", "settled_at",
        "settled_by",
    }  # fmt: skip


def test_without_a_limit_the_owner_decides_about_everything(app: Flask) -> None:
    case_id = make_case()

    asked = ask(case_id, amount="0.01")

    assert asked.reasons == ("limit",)
    row = compensations.find(asked.id)
    assert (row.state, row.amount, row.currency, row.requested_by, row.alone_up_to) == ("requested", 1, "CNY", 2, 0)
    assert events(case_id) == ["compensation.requested"]


def test_within_the_limit_it_is_given_at_once_until_the_case_has_used_it_up(app: Flask) -> None:
    set_limit(app, 3000)
    case_id = make_case()

    assert [ask(case_id).reasons, ask(case_id, amount="10").reasons, ask(case_id, amount="0.01").reasons] == [
        (), (), ("limit",),
    ]  # fmt: skip
    assert compensation_states() == ["approved", "approved", "requested"]
    assert ask(make_case(), amount="30").reasons == ()


@pytest.mark.parametrize("kind", ["coupon", "gift"])
def test_g14_a_coupon_or_gift_always_goes_to_the_owner(app: Flask, kind: str) -> None:
    set_limit(app, 100_000)

    assert ask(make_case(), kind, "1").reasons == ("kind",)


def test_g14_more_than_was_paid_goes_to_the_owner_and_linked_cases_share_it(app: Flask) -> None:
    set_limit(app, 1_000_000)
    first = make_case()
    second = make_case(order_id=case(first).order_id)

    assert ask(first, amount="60").reasons == ()
    assert ask(second, amount="40.01").reasons == ("paid",)
    assert ask(second, amount="40").reasons == ("paid",), "what is asked for is promised until it is declined"


def test_an_order_nobody_knows_has_nothing_to_give_back(app: Flask) -> None:
    set_limit(app, 1_000_000)

    assert ask(make_case(order_id=None), amount="1").reasons == ("paid",)


def test_it_is_approved_told_and_handed_over(app: Flask) -> None:
    case_id = make_case()
    asked = ask(case_id)

    compensation_decisions.approve(OWNER, asked.id, "fair", NOON)
    compensation_decisions.settle(CLERK, asked.id, NOON)

    row = compensations.find(asked.id)
    assert (row.state, row.decided_by, row.decision_note, row.settled_by) == ("settled", 1, "fair", 2)
    assert events(case_id) == ["compensation.requested", "compensation.approved", "compensation.settled", "planned"]


def test_g14_nobody_decides_about_his_own_request_the_owner_included(app: Flask) -> None:
    for actor in (BOTH, OWNER):
        asked = ask(make_case(), actor=actor)
        before = stored()
        for act in (
            lambda asked=asked, actor=actor: compensation_decisions.approve(actor, asked.id),
            lambda asked=asked, actor=actor: compensation_decisions.decline(actor, asked.id, "no"),
        ):
            with pytest.raises(ObjectionsError) as refused:
                act()
            assert refused.value.problems[0].code == "compensation.own"
        assert stored() == before


def test_g14_the_database_itself_refuses_that_who_asked_decides(app: Flask) -> None:
    asked = ask(make_case())
    before = stored()

    for state in ("approved", "declined"):
        with pytest.raises(DBAPIError), writing() as session:
            session.execute(
                text(f"update {TABLE} set state = :state, decided_at = :at, decided_by = requested_by where id = :id"),
                {"state": state, "at": NOON, "id": asked.id},
            )

    assert stored() == before


@pytest.mark.parametrize(
    "change",
    [
        "amount = amount + 1", "currency = 'USD'", "kind = 'gift'", "requested_by = 9", "reason = 'x'",
        "alone_up_to = 9", "state = 'requested', decided_at = null, decided_by = null", "state = 'declined'",
        "decided_by = 9", "decision_note = 'x'", "state = 'settled'",
    ],
)  # fmt: skip
def test_what_was_asked_for_and_decided_never_changes(app: Flask, change: str) -> None:
    asked = ask(make_case())
    compensation_decisions.approve(OWNER, asked.id, now=NOON)
    before = stored()

    with pytest.raises(DBAPIError), writing() as session:
        session.execute(text(f"update {TABLE} set {change}"))
    with pytest.raises(DBAPIError), writing() as session:
        session.execute(text(f"delete from {TABLE}"))

    assert stored() == before


def test_a_row_is_not_written_over_by_another(app: Flask, database_kind: str) -> None:
    if database_kind != "sqlite":
        return
    ask(make_case())
    before = stored()

    with pytest.raises(DBAPIError, match="never changes"), writing() as session:
        session.execute(text(f"insert or replace into {TABLE} select * from {TABLE}"))

    assert stored() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0}, {"amount": -5}, {"kind": "praise"}, {"state": "lost"}, {"currency": "CN"},
        {"state": "approved"}, {"decided_at": NOON}, {"settled_at": NOON},
        {"state": "approved", "decided_at": NOON, "decided_by": None, "alone_up_to": 4},
        {"state": "approved", "decided_at": NOON, "decided_by": None, "alone_up_to": 9, "kind": "gift"},
        {"state": "approved", "decided_at": NOON, "decided_by": 2},
    ],
)  # fmt: skip
def test_the_database_refuses_what_makes_no_sense(app: Flask, wrong: dict[str, Any]) -> None:
    values = {
        "case_id": 1, "kind": "refund", "amount": 5, "currency": "CNY", "reason": "x", "alone_up_to": 0,
        "state": "requested", "requested_at": NOON, "requested_by": 2,
    }  # fmt: skip

    with pytest.raises(IntegrityError), writing() as session:
        session.add(ReviewCompensation(**values | wrong))

    assert stored() == []


def test_only_who_asked_takes_it_back_and_only_before_it_is_decided(app: Flask) -> None:
    first, second = ask(make_case()), ask(make_case())
    compensation_decisions.approve(OWNER, second.id, now=NOON)

    with pytest.raises(ObjectionsError):
        compensation_decisions.withdraw(BOTH, first.id, NOON)
    with pytest.raises(ObjectionsError):
        compensation_decisions.withdraw(CLERK, second.id, NOON)
    compensation_decisions.withdraw(CLERK, first.id, NOON)

    assert compensation_states() == ["withdrawn", "approved"]


@pytest.mark.parametrize("actor", [CLERK, READER])
def test_who_may_not_decide_does_not(app: Flask, actor: Actor) -> None:
    asked = ask(make_case())
    before = stored()

    for act in (
        lambda: compensation_decisions.approve(actor, asked.id),
        lambda: compensation_decisions.decline(actor, asked.id, "no"),
        lambda: compensations.request(READER, make_case(), "refund", "1", "x"),
        lambda: compensation_decisions.settle(READER, asked.id),
        lambda: compensation_decisions.withdraw(READER, asked.id),
    ):
        with pytest.raises(ForbiddenError):
            act()

    assert stored() == before


@pytest.mark.parametrize(
    ("kind", "amount", "reason", "field"),
    [
        ("praise", "1", "x", "kind"), ("refund", "0", "x", "amount"), ("refund", "1.234", "x", "amount"),
        ("refund", "-3", "x", "amount"), ("refund", "ten", "x", "amount"), ("refund", "1", " ", "reason"),
        ("refund", "1", "x" * 501, "reason"), ("refund", "99999999999999999999", "x", "amount"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_at_its_field(app: Flask, kind: str, amount: str, reason: str, field: str) -> None:
    case_id = make_case()

    with pytest.raises(RefusedError) as refused:
        compensations.request(CLERK, case_id, kind, amount, reason)

    assert refused.value.problems[0].field == field
    assert stored() == []


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("if you change your review to 5 stars we refund 5", "wording.incentive"),
        ("改成好评就返5元", "wording.incentive"),
        ("ｇｏｏｄ review, coupon 10", "wording.incentive"),
        ("不改评价就不退款", "wording.condition"),
        # The money stands in the form's other field.
        ("for changing the review", "wording.compensation_and_invitation"),
        ("买家答应改成五星", "wording.incentive"),
    ],
)
def test_g7_nobody_ties_a_compensation_to_a_review(app: Flask, words: str, rule: str) -> None:
    case_id = make_case()
    asked = ask(case_id)
    before = stored()

    with pytest.raises(RefusedError) as requested:
        ask(case_id, reason=words)
    with pytest.raises(RefusedError) as approved:
        compensation_decisions.approve(OWNER, asked.id, words)

    found = [(problem.code, problem.field) for refused in (requested, approved) for problem in refused.value.problems]
    assert {code for code, _field in found} >= {rule}
    assert {field for _code, field in found} == {"reason", "note"}
    assert stored() == before
    compensation_decisions.decline(OWNER, asked.id, words)


@pytest.mark.parametrize(
    "words", ["Bad review: the parcel came late", "评价里的照片看得出破损", "和评价无关，杯口裂了"]
)
def test_g7_a_reason_that_only_quotes_the_review_is_none_for_it(app: Flask, words: str) -> None:
    ask(make_case(), reason=words)

    assert len(stored()) == 1


def test_a_form_that_is_sent_twice_asks_once(app: Flask) -> None:
    case_id = make_case()

    results = at_once(app, *[lambda: ask(case_id)] * 3)

    assert sorted(results) == ["compensation.twice"] * 2 + ["done"]
    assert compensation_states() == ["requested"]
    compensation_decisions.withdraw(CLERK, compensations.of_case(case_id)[0].id, NOON)
    assert ask(case_id).id


def test_a_case_that_is_over_gets_nothing_and_one_that_is_not_there_neither(app: Flask) -> None:
    case_id = make_case(**OVER)

    with pytest.raises(ObjectionsError):
        ask(case_id)
    with pytest.raises(MissingError):
        ask(999)
    with pytest.raises(MissingError):
        compensation_decisions.approve(OWNER, 999)

    assert stored() == []


def test_g5_the_guard_before_the_invitation_sees_what_is_open(app: Flask) -> None:
    case_id = make_case()
    walk = Walk(db.session(), CLERK, case_records.find(case_id), None, None, NOON)  # type: ignore[arg-type]

    def open_remedies() -> int:
        return run_effects.invitation_facts(walk).open_remedies

    assert open_remedies() == 0
    asked, other = ask(case_id), ask(case_id, reason="lid missing")
    assert open_remedies() == 2
    compensation_decisions.approve(OWNER, asked.id, now=NOON)
    compensation_decisions.decline(OWNER, other.id, "no fault of ours", NOON)
    assert open_remedies() == 1
    compensation_decisions.settle(CLERK, asked.id, NOON)
    assert open_remedies() == 0


def at_once(shop: Flask, *acts: Callable[[], object]) -> list[str]:
    """Do all of it at the same moment; what each came to: done, or the code of the objection."""
    return [_told(result) for result in testing.at_once(shop, *acts)]


def _told(result: Any) -> str:
    if isinstance(result, ObjectionsError):
        return result.problems[0].code
    if isinstance(result, Exception):
        raise result
    return "done"


@pytest.mark.parametrize("round_", range(5))
def test_g14_of_many_who_decide_at_the_same_moment_one_does(app: Flask, round_: int) -> None:
    asked = ask(make_case())

    results = at_once(
        app,
        *[
            lambda: compensation_decisions.approve(OWNER, asked.id),
            lambda: compensation_decisions.decline(SECOND, asked.id, "no"),
        ]
        * 3,
        lambda: compensation_decisions.withdraw(CLERK, asked.id),
    )

    assert sorted(results) == ["compensation.decided"] * 6 + ["done"]
    told = [code for code in events(compensations.find(asked.id).case_id) if code != "compensation.requested"]
    assert len(told) == 1


@pytest.mark.parametrize("round_", range(5))
def test_g14_of_many_requests_at_the_same_moment_no_more_than_the_limit_is_given(app: Flask, round_: int) -> None:
    set_limit(app, 5000)
    case_id = make_case()

    at_once(app, *[lambda piece=piece: ask(case_id, amount="30", reason=piece) for piece in "abcdef"])

    assert sorted(compensation_states()) == ["approved", *["requested"] * 5]


@pytest.mark.parametrize("round_", range(5))
def test_g14_linked_cases_at_the_same_moment_are_given_no_more_than_was_paid(app: Flask, round_: int) -> None:
    set_limit(app, 1_000_000)
    first = make_case()
    second = make_case(order_id=case(first).order_id)

    at_once(
        app,
        *[lambda piece=piece: ask(first, amount="60", reason=piece) for piece in "abc"],
        *[lambda piece=piece: ask(second, amount="60", reason=piece) for piece in "abc"],
    )

    assert sorted(compensation_states()) == ["approved", *["requested"] * 5]


def test_handed_over_twice_it_counts_once(app: Flask) -> None:
    asked = ask(make_case())
    compensation_decisions.approve(OWNER, asked.id, now=NOON)

    results = at_once(app, *[lambda: compensation_decisions.settle(CLERK, asked.id)] * 4)

    assert sorted(results) == ["compensation.decided"] * 3 + ["done"]


def test_whoever_may_decide_sees_how_many_wait_for_him(app: Flask) -> None:
    ask(make_case())
    ask(make_case(), actor=BOTH)

    assert [compensations.waiting(actor) for actor in (OWNER, BOTH, SECOND)] == [2, 1, 2]
