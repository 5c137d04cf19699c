"""Objections: they pause a label at once, somebody else decides, time decides where nobody does."""

from threading import Barrier, Thread
from typing import Any

import pytest
from appeals_shop import DAY, HOUR, NOW, decider, label_of, make_actor, make_label, owner, refused, stands
from flask import Flask
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.models import Appeal, LabelEvent, Rebuttal
from shopadmin_buyer_labels.services import appeal_records, appeals, reading
from shopadmin_buyer_labels.services.appeals import Objection
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from shopadmin.plugin_api import ForbiddenError, ObjectionsError, RefusedError, db, writing


def rows() -> list[Any]:
    db.session().rollback()
    return [db.session().execute(select(model.__table__)).all() for model in (Appeal, Rebuttal, LabelEvent)]


def test_g9_an_objection_pauses_the_effect_at_once_and_its_words_stay_with_the_label(shop: Flask) -> None:
    author, staff = make_actor(shop), make_actor(shop, permissions.READ)
    label_id = make_label(author.account_id, owner(shop).account_id)
    assert stands(label_id) == "active"

    first = appeals.open_for(staff, label_id, Objection("I sent the right thing", "phone", NOW - HOUR), NOW)
    again = appeals.open_for(staff, label_id, Objection("Look at the parcel"), NOW + HOUR)

    assert first == again
    assert stands(label_id) == "disputed"
    (snapshot,) = reading.labels_by_id([label_id], NOW).values()
    assert snapshot.effect == 0
    said = appeal_records.rebuttals_of([label_id])[label_id]
    assert [row.text for row in said] == ["I sent the right thing", "Look at the parcel"]
    assert appeal_records.find(first).due_at == NOW + 14 * DAY


@pytest.mark.parametrize(
    ("outcome", "remedy", "stands_after"),
    [("upheld", "corrected", "corrected"), ("upheld", "revoked", "revoked"), ("rejected", "", "active")],
)
def test_a_decision_ends_the_label_or_lets_its_effect_go_on(
    shop: Flask, outcome: Any, remedy: Any, stands_after: str
) -> None:
    label_id = make_label(make_actor(shop).account_id, make_actor(shop).account_id)
    appeal_id = appeals.open_for(owner(shop), label_id, Objection("No"), NOW)

    appeals.decide(decider(shop), appeal_id, outcome, remedy, "Looked at the weight", NOW + HOUR)

    assert stands(label_id) == stands_after
    assert label_of(label_id).disputed_at is None
    assert appeal_records.find(appeal_id).reason == "Looked at the weight"
    assert appeal_records.rebuttals_of([label_id])[label_id][0].text == "No"
    assert appeal_records.open_of([label_id]) == {}


def test_g10_neither_author_nor_reviewer_decides_and_the_database_holds_it_too(shop: Flask) -> None:
    author, reviewer = decider(shop), decider(shop)
    label_id = make_label(author.account_id, reviewer.account_id)
    appeal_id = appeals.open_for(author, label_id, Objection(), NOW)
    before = rows()

    for involved in (author, reviewer):
        with refused("own_label"):
            appeals.decide(involved, appeal_id, "rejected", "", "Because", NOW + 2 * DAY)
    with pytest.raises(ForbiddenError):
        appeals.decide(make_actor(shop, permissions.REVIEW), appeal_id, "rejected", "", "Because", NOW)
    assert rows() == before

    forged = update(Appeal).values(
        decided_at=NOW, decided_by=author.account_id, outcome="rejected", author=author.account_id
    )
    with pytest.raises(IntegrityError), writing() as session:
        session.execute(forged)


def test_g10_a_shop_of_one_person_decides_after_a_day(shop: Flask) -> None:
    alone = owner(shop)
    label_id = make_label(alone.account_id, alone.account_id, cooling_until=NOW - 9 * DAY)
    appeal_id = appeals.open_for(alone, label_id, Objection(), NOW)

    with refused("pause"):
        appeals.decide(alone, appeal_id, "rejected", "", "Because", NOW + 23 * HOUR)
    assert stands(label_id) == "disputed"

    appeals.decide(alone, appeal_id, "rejected", "", "Because", NOW + 24 * HOUR)
    assert stands(label_id) == "active"


def test_g10_what_nobody_decides_in_fourteen_days_is_suspended_by_the_job_or_by_whoever_touches_it(shop: Flask) -> None:
    author, judge = make_actor(shop).account_id, decider(shop)
    by_job, by_touch = make_label(author, owner(shop).account_id), make_label(author, owner(shop).account_id)
    first, second = (appeals.open_for(judge, one, Objection(), NOW) for one in (by_job, by_touch))
    late = NOW + 14 * DAY

    assert appeals.suspend_overdue(late - HOUR) == 0
    with pytest.raises(RefusedError):
        appeals.decide(judge, first, "upheld", "", "Because", late)
    assert [stands(one, late) for one in (by_job, by_touch)] == ["disputed", "disputed"]
    appeals.decide(judge, second, "rejected", "", "Because", late)
    assert appeals.suspend_overdue(late) == 1
    assert appeals.suspend_overdue(late) == 0

    assert (stands(by_job, late), label_of(by_job).suspended_why) == ("suspended", "overdue")
    assert stands(by_touch, late) == "active"
    assert appeal_records.find(second).overdue_at == late
    appeals.decide(judge, first, "rejected", "", "Because", late + DAY)
    assert stands(by_job, late + DAY) == "active"


def test_what_cannot_be_objected_to_or_decided_changes_nothing(shop: Flask) -> None:
    judge = decider(shop)
    over = make_label(make_actor(shop).account_id, owner(shop).account_id, revoked_at=NOW, revoked_why="by_hand")
    label_id = make_label(make_actor(shop).account_id, owner(shop).account_id)
    appeal_id = appeals.open_for(judge, label_id, Objection(), NOW)
    before = rows()

    with pytest.raises(ObjectionsError):
        appeals.open_for(judge, over, Objection(), NOW)
    with pytest.raises(ForbiddenError):
        appeals.open_for(make_actor(shop), label_id, Objection(), NOW)
    for bad in (Objection("a\0b"), Objection("x" * 4001), Objection(channel="dream"), Objection(said_at=NOW + DAY)):
        with pytest.raises(RefusedError):
            appeals.open_for(judge, label_id, bad, NOW)
    with pytest.raises(RefusedError):
        appeals.decide(judge, appeal_id, "rejected", "", "  ", NOW)
    with pytest.raises(LookupError):
        appeals.decide(judge, appeal_id + 99, "rejected", "", "Because", NOW)

    assert rows() == before


def test_a_click_is_taken_back_by_whoever_made_it_and_what_a_buyer_said_is_not(shop: Flask) -> None:
    clerk, other = make_actor(shop, permissions.READ), make_actor(shop, permissions.READ)
    label_id = make_label(make_actor(shop).account_id, make_actor(shop).account_id)
    appeal_id = appeals.open_for(clerk, label_id, Objection(), NOW)
    for actor, now, code in ((other, NOW, "not_yours"), (clerk, NOW + 14 * DAY, "late")):
        with refused(code):
            appeals.take_back(actor, appeal_id, now)
    with pytest.raises(IntegrityError), writing() as session:
        session.execute(update(Appeal).values(decided_at=NOW, decided_by=other.account_id, outcome="withdrawn"))
    assert stands(label_id) == "disputed"

    appeals.take_back(clerk, appeal_id, NOW + HOUR)

    assert stands(label_id) == "active"
    assert db.session().get_one(Appeal, appeal_id).outcome == "withdrawn"
    with refused("decided"):
        appeals.take_back(clerk, appeal_id, NOW + HOUR)
    again = appeals.open_for(clerk, label_id, Objection(), NOW + HOUR)
    assert appeals.open_for(other, label_id, Objection("Not mine"), NOW + HOUR) == again
    said = appeals.open_for(clerk, make_label(98, 99, words="x"), Objection(channel="phone"), NOW)
    for appeal, code in ((again, "has_words"), (said, "has_words")):
        with refused(code):
            appeals.take_back(clerk, appeal, NOW + HOUR)
    assert stands(label_id) == "disputed"


def test_of_two_who_decide_at_once_one_hears_that_it_is_decided(shop: Flask) -> None:
    label_id = make_label(make_actor(shop).account_id, make_actor(shop).account_id)
    appeal_id = appeals.open_for(owner(shop), label_id, Objection(), NOW)
    judges, together, heard = [decider(shop), decider(shop)], Barrier(2), list[str]()

    def judge(which: int) -> None:
        with shop.app_context():
            together.wait()
            try:
                appeals.decide(judges[which], appeal_id, "upheld", "revoked", f"Reason {which}", NOW + HOUR)
                heard.append("decided")
            except ObjectionsError as objections:
                heard.append(objections.problems[0].code)

    threads = [Thread(target=judge, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(heard) == ["buyer_labels.decided", "decided"]
    assert len(db.session().scalars(select(LabelEvent).where(LabelEvent.code == "appeal_upheld")).all()) == 1
