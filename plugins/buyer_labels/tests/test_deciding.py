"""Orders of labelled buyers: decided once, held for a day at most, let go when nothing holds them any more."""

from datetime import UTC, datetime, timedelta

import pytest
from labels_of_tests import ACTIVE, NOW, add_label
from people_of_tests import OWNER, READER
from policy_of_tests import (
    DAY,
    HOLD,
    HOUR,
    LATER,
    change,
    decisions,
    grave_label,
    held,
    hold_of,
    lasting,
    live_rule,
    order_of,
)
from shopadmin_buyer_labels.domain.policy import Effect, Level
from shopadmin_buyer_labels.models import OrderDecision, OrderHold
from shopadmin_buyer_labels.models.policy import ALLOWANCE
from shopadmin_buyer_labels.services import deciding, holds, indexing, merging, orders, policy_integrity, rules
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from shopadmin import testing
from shopadmin.domain.orders import OrderStatus
from shopadmin.models.orders import Order
from shopadmin.plugin_api import ForbiddenError, ObjectionsError, RefusedError, db, writing
from shopadmin.services import erasing, order_changes

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def buyer() -> int:
    return testing.make_buyer()


def state(order_id: int, now: object = NOW) -> orders.OrderState:
    db.session.rollback()
    return orders.states_of([order_id], now)[order_id]  # type: ignore[arg-type]


def codes_of(refused: pytest.ExceptionInfo[ObjectionsError]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_an_order_of_a_labelled_buyer_is_held_once_however_often_it_is_looked_at(buyer: int) -> None:
    rule_id, label_id = live_rule(), grave_label(buyer)
    order_id, other = order_of(buyer), order_of(testing.make_buyer(), 2)

    assert deciding.decide_new(NOW) == 2
    deciding.decide_new(NOW + HOUR)
    deciding.decide_all(NOW + HOUR)

    (found,) = decisions(order_id)
    assert (found.label_id, found.rule_id, found.version, found.via) == (label_id, rule_id, 1, "buyer")
    assert (found.level, found.mode, found.decided_at) == (3, "live", NOW)
    assert held(order_id).release_at == NOW + DAY
    assert state(order_id, NOW + HOUR).is_held
    assert decisions(other) == []


def test_a_hold_ends_by_itself_and_is_a_flag_from_then_on(buyer: int) -> None:
    live_rule()
    grave_label(buyer)
    order_id = order_of(buyer)
    deciding.decide_new(NOW)

    # Whoever looks first: no job has run yet.
    late = state(order_id, NOW + DAY)
    assert (late.level, late.until, late.released_why) == (Level.FLAG, None, "auto_released")
    assert holds.release_due(NOW + DAY - timedelta(seconds=1)) == 0
    assert holds.release_due(NOW + DAY) == 1
    assert held(order_id).released_why == "auto_released"
    # Nothing holds it a second time: neither another label nor another rule.
    grave_label(buyer, code="refund.empty_parcel")
    live_rule(Effect(Level.HOLD, frozenset({"prepay"}), hold_hours=24))
    deciding.decide_all(NOW + DAY + HOUR)
    assert len(decisions(order_id)) == 4
    assert db.session.scalar(select(func.count(OrderHold.id))) == 1
    assert state(order_id, NOW + DAY + HOUR).level is Level.FLAG


def test_g5_the_database_holds_no_order_for_longer_than_a_day(buyer: int) -> None:
    live_rule()
    grave_label(buyer)
    order_id = order_of(buyer)
    deciding.decide_new(NOW)

    with pytest.raises(IntegrityError), writing() as session:
        session.execute(update(OrderHold).values(release_at=NOW + DAY + timedelta(seconds=10)))
    assert held(order_id).release_at == NOW + DAY


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"disputed_at": NOW}, "disputed"),
        ({"suspended_at": NOW, "suspended_why": "rejected"}, "suspended"),
        ({"revoked_at": NOW, "revoked_why": "by_hand"}, "revoked"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_label_without_effect_lets_its_orders_go_at_once_with_the_reason(
    buyer: int, what: dict[str, object], why: str
) -> None:
    live_rule()
    label_id, order_id = grave_label(buyer), order_of(buyer)
    deciding.decide_new(NOW)

    change(label_id, **what)

    assert held(order_id).released_why == why
    assert [found.ended_why for found in decisions(order_id)] == [why]
    assert orders.states_of([order_id], NOW) == {}


def test_a_buyer_who_was_looked_at_and_is_fine_is_let_go(buyer: int) -> None:
    live_rule()
    grave_label(buyer)
    order_id = order_of(buyer)
    deciding.decide_new(NOW)

    clear = ACTIVE | {"code": "clear.reviewed_ok", "tier": 0, "evidence_tier": 0} | lasting()
    label_id = add_label(buyer_id=buyer, **clear)
    change(label_id)

    assert held(order_id).released_why == "cleared"


def test_a_rule_that_watches_writes_down_what_it_would_do_and_does_nothing(buyer: int) -> None:
    rule_id = rules.add(OWNER, rules.Draft("Watching", rules.SHIPPED[2][1]), NOW)
    grave_label(buyer)
    order_id = order_of(buyer)
    deciding.decide_new(NOW)

    assert [(found.mode, found.level) for found in decisions(order_id)] == [("shadow", 3)]
    assert hold_of(order_id) is None
    assert orders.states_of([order_id], NOW) == {}
    with pytest.raises(ObjectionsError) as refused:
        rules.go_live(OWNER, rule_id, True, NOW + timedelta(days=13))
    assert codes_of(refused) == ["buyer_labels.watches_still"]
    rules.go_live(OWNER, rule_id, True, LATER)
    deciding.decide_all(LATER)
    assert [found.mode for found in decisions(order_id)] == ["live"]
    assert held(order_id).held_at == LATER


def test_a_draft_on_the_shops_own_record_flags_at_once_and_holds_nothing(buyer: int) -> None:
    rules.ensure_shipped(NOW)
    rules.ensure_shipped(NOW)
    live_rule(min_tier=0, min_severity=1, statuses=frozenset({"draft", "active"}))
    add_label(buyer_id=buyer, tier=1, evidence_tier=1)
    order_id = order_of(buyer)
    deciding.decide_new(NOW)

    assert state(order_id).level is Level.FLAG
    assert hold_of(order_id) is None


def test_a_person_releases_a_hold_with_the_reason_and_lets_the_next_orders_pass(buyer: int) -> None:
    live_rule()
    grave_label(buyer)
    order_id = order_of(buyer)
    deciding.decide_new(NOW)
    with pytest.raises(ForbiddenError):
        orders.release(READER, order_id, "Fine", now=NOW)
    for reason, days in ((" ", 0), ("Fine", 91)):
        with pytest.raises(RefusedError):
            orders.release(OWNER, order_id, reason, days, NOW)
    assert held(order_id).released_at is None

    orders.release(OWNER, order_id, "Called, all fine", 30, NOW + HOUR)

    found = held(order_id)
    assert (found.released_why, found.released_by, found.note) == ("by_hand", OWNER.account_id, "Called, all fine")
    later = order_of(buyer, 2)
    deciding.decide_new(NOW + 2 * HOUR)
    assert (hold_of(later), decisions(later)) == (None, [])
    with pytest.raises(ObjectionsError):
        orders.release(OWNER, order_id, "Again", now=NOW)


def test_a_confirmed_hold_waits_for_a_person_until_its_label_is_gone(buyer: int) -> None:
    live_rule()
    label_id, order_id = grave_label(buyer), order_of(buyer)
    deciding.decide_new(NOW)
    orders.confirm(OWNER, order_id, "The same parcel again", NOW + HOUR)

    assert holds.release_due(NOW + 3 * DAY) == 0
    assert state(order_id, NOW + 3 * DAY).is_confirmed
    change(label_id, disputed_at=NOW)
    assert held(order_id).released_why == "disputed"


def test_a_decision_says_by_which_kind_of_identifier_the_buyer_is_the_labelled_one() -> None:
    live_rule()
    labelled = testing.make_buyer(phone="13800138000", email="a.sample@example.org")
    by_phone = testing.make_buyer(phone="+86 138 0013 8000", email="a.sample@example.org")
    by_mail = testing.make_buyer(phone="13800138001", email="a.sample@example.org")
    further, by_word = testing.make_buyer(phone="13800138001"), testing.make_buyer()
    indexing.catch_up_all()
    merging.merge(OWNER, labelled, by_word, "They said so")
    grave_label(labelled)
    buyers = {labelled: "buyer", by_phone: "phone", by_mail: "email", further: "chain", by_word: "merge"}
    placed = {order_of(each, number): via for number, (each, via) in enumerate(buyers.items(), 1)}

    deciding.decide_new(NOW)

    assert {order_id: found.via for order_id in placed for found in decisions(order_id)} == placed


def test_g14_nothing_that_people_wrote_about_held_orders_outlives_the_buyer(buyer: int) -> None:
    live_rule()
    grave_label(buyer)
    released, kept, others = order_of(buyer), order_of(buyer, 2), order_of(other := testing.make_buyer(), 3)
    grave_label(other)
    deciding.decide_new(NOW)
    orders.confirm(OWNER, kept, "A secret of theirs", NOW)
    orders.release(OWNER, released, "Another secret", 30, NOW)
    orders.release(OWNER, others, "Of somebody else", 30, NOW)

    erasing.erase_buyer(OWNER, buyer, str(buyer))

    written = {
        table: sorted(map(tuple, db.session().execute(text(f"select buyer_id, {column} is null from {table}"))))
        for table, column in ((OrderHold.__tablename__, "note_encrypted"), (ALLOWANCE, "why_encrypted"))
    }
    db.session.rollback()
    assert written == {
        OrderHold.__tablename__: [(buyer, 1), (buyer, 1), (other, 0)], ALLOWANCE: [(buyer, 1), (other, 0)]
    }  # fmt: skip


def test_a_held_order_is_not_shipped_and_may_be_cancelled_by_hand(buyer: int) -> None:
    live_rule()
    today = datetime.now(UTC)
    grave_label(buyer, created_at=today - 2 * DAY, expires_at=today + DAY)
    order_id, over = order_of(buyer), order_of(buyer, 2)
    deciding.decide_new()
    with writing() as session:
        early = today - 2 * DAY
        session.execute(
            update(OrderHold).where(OrderHold.order_id == over).values(held_at=early, release_at=early + DAY)
        )

    with pytest.raises(ObjectionsError) as refused:
        order_changes.change_status(OWNER, order_id, OrderStatus.SHIPPED, 1)
    assert codes_of(refused) == ["buyer_labels.held"]
    db.session.rollback()
    assert db.session.get_one(Order, order_id).status == "paid"
    # Nobody has written down yet that this one's time is over.
    order_changes.change_status(OWNER, over, OrderStatus.SHIPPED, 1)

    order_changes.change_status(OWNER, order_id, OrderStatus.CANCELLED, 1)
    assert held(order_id).released_why == "order"
    assert [found.ended_why for found in decisions(order_id)] == ["order"]


def test_a_check_of_the_shop_names_holds_past_their_time_and_what_follows_from_nothing(buyer: int) -> None:
    live_rule()
    grave_label(buyer)
    order_of(buyer)
    deciding.decide_new(NOW)
    assert problems_at(NOW + DAY) == []
    assert problems_at(NOW + 2 * DAY) == ["buyer_labels.hold_late"]

    with writing() as session:
        session.execute(update(OrderDecision).values(version=9))
    assert problems_at(NOW) == ["buyer_labels.no_rule"]
    with writing() as session:
        session.execute(delete(OrderDecision))
    assert problems_at(NOW) == ["buyer_labels.hold_alone"]


def problems_at(now: datetime) -> list[str]:
    found = [problem.code for problem in policy_integrity.problems(now)]
    db.session.rollback()
    return found


def test_what_an_import_took_further_or_took_back_is_over(buyer: int) -> None:
    live_rule()
    grave_label(buyer)
    shipped, gone = order_of(buyer), order_of(buyer, 2)
    deciding.decide_new(NOW)
    with writing() as session:
        session.execute(update(Order).where(Order.id == shipped).values(status="shipped"))
        session.delete(session.get_one(Order, gone))

    deciding.decide_all(NOW + HOUR)

    assert [held(order_id).released_why for order_id in (shipped, gone)] == ["order", "order"]
    # The id is given again: the new order is another one.
    testing.make_order(3, id=gone, buyer_id=buyer, created_at=NOW + HOUR)
    deciding.decide_all(NOW + 2 * HOUR)
    assert [found.ordered_at for found in decisions(gone) if found.ended_at is None] == [NOW + HOUR]
    assert state(gone, NOW + 2 * HOUR).until == NOW + 2 * HOUR + DAY


def test_a_rule_that_is_switched_off_or_edited_lets_go_when_all_is_looked_at_anew(buyer: int) -> None:
    rule_id = live_rule()
    grave_label(buyer)
    order_id = order_of(buyer)
    deciding.decide_new(NOW)
    newer = rules.edit(OWNER, rule_id, rules.Draft("A rule", rules.SHIPPED[2][1]), NOW)
    deciding.decide_all(NOW)
    # The version that acts goes on while the new one watches.
    assert [(found.rule_id, found.mode) for found in decisions(order_id)] == [(rule_id, "live"), (newer, "shadow")]
    assert held(order_id).released_at is None

    rules.switch_off(OWNER, rule_id, NOW)
    deciding.decide_all(NOW)
    assert held(order_id).released_why == "rule"


@pytest.mark.parametrize("actor_is_owner", [False, True])
def test_rules_are_the_owners_and_one_that_contradicts_itself_is_refused(actor_is_owner: bool) -> None:
    wrong = rules.Draft("Wrong", rules.Rule(frozenset(), Effect(Level.FLAG, frozenset({"prepay"}))))
    actor, refusal = (OWNER, RefusedError) if actor_is_owner else (READER, ForbiddenError)

    with pytest.raises(refusal):
        rules.add(actor, wrong, NOW)
    assert rules.standing() == []


def test_what_a_rule_asks_for_needs_somebodys_approval(buyer: int) -> None:
    asking = Effect(Level.HOLD, frozenset({"signature_delivery"}), False, 24)
    with pytest.raises(ObjectionsError) as refused:
        live_rule(asking, is_approved=False)
    assert codes_of(refused) == ["buyer_labels.not_approved"]
    grave_label(buyer)
    order_id = order_of(buyer)
    live_rule(asking)
    deciding.decide_new(NOW)

    found = state(order_id)
    assert (found.requires, found.campaigns) == (("signature_delivery",), False)
    assert HOLD.hold_hours == 24
