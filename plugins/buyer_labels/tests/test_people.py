"""Which buyers are one person: by strong keys, by merges and in chains; what never matches; on both engines."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from importing import run, undo
from labels_of_tests import add_label
from orders_file import order, orders
from shopadmin_buyer_labels.domain.never_match import MANY
from shopadmin_buyer_labels.models import BuyerBlock, BuyerIndexed, BuyerKey, BuyerMerge
from shopadmin_buyer_labels.services import changes, indexing, keeping, merging, never_match
from shopadmin_buyer_labels.services.people import buyers_of, same_people
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from shopadmin import testing
from shopadmin.plugin_api import (
    AccountId,
    Actor,
    BuyerIdentifier,
    ForbiddenError,
    ObjectionsError,
    RefusedError,
    db,
    known_or_new_buyer,
    writing,
)
from shopadmin.services import erasing

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
CLERK = Actor(AccountId(2), "Clerk", False, frozenset({"buyer_labels.label:read"}))
PHONE = "13800138000"


def buyer(phone: str = "", email: str = "") -> int:
    return testing.make_buyer(phone=phone, email=email)


def indexed(*buyer_ids: int) -> tuple[int, ...]:
    indexing.catch_up_all()
    return buyer_ids


def groups(*buyer_ids: int) -> list[list[int]]:
    found = same_people(buyer_ids)
    db.session.rollback()
    return [sorted(found[each]) for each in buyer_ids]


def count(model: type) -> int:
    found = db.session().scalar(select(func.count()).select_from(model))
    db.session.rollback()
    return found or 0


def test_buyers_with_a_strong_key_in_common_are_one_person_in_chains_too(shop: Flask) -> None:
    one = buyer(PHONE)
    two = buyer(f"+86{PHONE}", "a.sample@gmail.com")
    three = buyer(email="A.Sample+x@googlemail.com")
    other = buyer("13900139000", "sample@example.org")
    indexed()

    assert groups(one, three, other) == [[one, two, three], [one, two, three], [other]]


def test_what_is_no_key_joins_nobody(shop: Flask) -> None:
    for number in range(2):
        run({f"{number}.csv": orders(order(number + 1, 联系手机=f"{PHONE}-1234"))})
    lines = [buyer("010-62345678"), buyer("010-62345678")]
    roles = [buyer(email="service@example.org"), buyer(email="service@example.org")]
    ends = [buyer("13700138888"), buyer("13600138888")]
    everybody = indexed(1, 2, *lines, *roles, *ends)

    assert groups(*everybody) == [[each] for each in everybody]


def test_an_import_and_its_undoing_keep_the_index(shop: Flask) -> None:
    report = run({"a.csv": orders(order(1, 联系手机=PHONE), order(2, 联系手机=PHONE))})

    assert groups(1) == [[1, 2]]

    undo(report.run_id)
    assert count(BuyerKey) == 0


def test_a_list_that_names_somebody_makes_a_buyer_who_is_known_at_once(shop: Flask) -> None:
    made = known_or_new_buyer(None, [BuyerIdentifier("phone", PHONE)])

    assert buyers_of([[BuyerIdentifier("phone", f"+86 {PHONE}")], [BuyerIdentifier("nick", "x", "taobao")]]) == [
        frozenset({made}), frozenset()
    ]  # fmt: skip


def test_the_walk_finds_what_nobody_told_of_and_who_is_gone(shop: Flask) -> None:
    one, two = indexed(buyer(PHONE), buyer())
    testing.make_order(1, buyer_id=two)
    with writing() as session:
        session.connection().execute(BuyerKey.__table__.delete())
        session.add(BuyerKey(buyer_id=900, kind="phone", strength="strong", hash=b"x" * 16))
        session.add(BuyerIndexed(buyer_id=900, mark=b"x" * 16))
        session.connection().execute(BuyerIndexed.__table__.delete().where(BuyerIndexed.buyer_id == one))

    keeping.keep_index()

    assert groups(one) == [[one]]
    assert sorted(db.session().scalars(select(BuyerKey.buyer_id).distinct())) == [one, two]
    assert sorted(db.session().scalars(select(BuyerIndexed.buyer_id))) == [one, two]
    db.session.rollback()


def test_no_identifier_stands_in_the_index(shop: Flask) -> None:
    indexed(buyer(PHONE, "sample@example.org"))

    for row in db.session().execute(select(BuyerKey.hash, BuyerKey.kind)):
        assert len(row.hash) == 16
        assert PHONE.encode() not in bytes(row.hash)
    db.session.rollback()
    assert count(BuyerKey) == 4  # phone, its end, e-mail, nick


def test_a_forgotten_buyer_is_known_by_nothing(shop: Flask) -> None:
    one, two = indexed(buyer(PHONE), buyer(PHONE))
    merging.merge(OWNER, one, two, "They wrote so")

    erasing.erase_buyer(OWNER, one, str(one))
    indexing.catch_up_all()

    assert one not in db.session().scalars(select(BuyerKey.buyer_id)).all()
    assert groups(two) == [[one, two]]
    assert db.session().scalars(select(BuyerMerge.why)).all() == [""]
    db.session.rollback()


def test_a_merge_joins_both_and_taken_back_leaves_them_as_they_were(shop: Flask) -> None:
    one, two, three = indexed(buyer(PHONE), buyer("13900139000"), buyer("13700137000"))
    before = count(BuyerKey), groups(one, two, three)

    merge_id = merging.merge(OWNER, one, two, "They wrote so")
    merging.merge(OWNER, two, three, "They wrote so")
    assert groups(one, three) == [[one, two, three]] * 2
    merging.unmerge(OWNER, merge_id)

    assert groups(one, two, three) == [[one], [two, three], [two, three]]
    merging.unmerge(OWNER, merge_id + 1)
    assert (count(BuyerKey), groups(one, two, three)) == before


def test_a_split_buyer_is_joined_by_merges_alone_until_it_is_taken_back(shop: Flask) -> None:
    one, two, three = indexed(buyer(PHONE), buyer(PHONE), buyer())

    split_id = merging.split(OWNER, one, "Father and son")
    merging.merge(OWNER, one, three, "They wrote so")
    assert groups(one, two) == [[one, three], [two]]
    with pytest.raises(ObjectionsError):
        merging.split(OWNER, one, "Again")

    merging.unsplit(OWNER, split_id)
    assert groups(two) == [[one, two, three]]


def test_a_merge_with_oneself_a_circle_a_second_one_and_a_stranger_are_refused(shop: Flask) -> None:
    one, two, three = indexed(buyer(), buyer(), buyer())
    merging.merge(OWNER, one, two, "They wrote so")
    merging.merge(OWNER, two, three, "They wrote so")
    refused = {
        (one, one): "same_buyer", (three, one): "merge_loop", (three, two): "merge_loop",
        (one, three): "merged_already", (three, 999): "no_buyer",
    }  # fmt: skip

    for (buyer_id, into_id), code in refused.items():
        with pytest.raises((RefusedError, ObjectionsError)) as error:
            merging.merge(OWNER, buyer_id, into_id, "They wrote so")
        assert [problem.code for problem in error.value.problems] == [code]
    with pytest.raises(RefusedError):
        merging.merge(OWNER, three, one, "  ")
    with pytest.raises(ForbiddenError):
        merging.merge(CLERK, three, 4, "They wrote so")
    assert count(BuyerMerge) == 2


def test_of_two_merges_that_would_close_a_circle_at_once_one_is_refused(shop: Flask) -> None:
    pair = indexed(buyer(), buyer())
    start = Barrier(2)

    def act(number: int) -> str:
        with shop.app_context():
            start.wait()
            try:
                merging.merge(OWNER, pair[number], pair[1 - number], "They wrote so")
            except ObjectionsError as error:
                return error.problems[0].code
            return "merged"

    db.session.remove()
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, range(2))) == ["merge_loop", "merged"]


def test_the_tables_themselves_refuse_a_second_merge_of_one_buyer(shop: Flask) -> None:
    merging.merge(OWNER, buyer(), buyer(), "They wrote so")
    row = db.session().scalars(select(BuyerMerge)).one()
    again = {"buyer_id": row.buyer_id, "into_id": 77, "made_at": row.made_at, "made_by": 1}

    with pytest.raises(IntegrityError), writing() as session:
        session.add(BuyerMerge(**again))


def test_labels_of_everybody_concerned_are_told_of(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, ...]] = []
    monkeypatch.setattr(changes, "_listeners", [lambda ids: told.append(tuple(ids))])
    one, two = indexed(buyer(PHONE), buyer())
    label_id = add_label(buyer_id=one)

    merge_id = merging.merge(OWNER, two, one, "They wrote so")
    merging.unmerge(OWNER, merge_id)
    never_match.add(OWNER, "phone", PHONE, "shared")

    assert told == [(label_id,)] * 3


def test_g16_what_never_matches_joins_nobody(shop: Flask) -> None:
    testing.make_account(shop, is_owner=True)
    pairs = [(buyer(PHONE), buyer(PHONE)), (buyer(email="owner@example.com"), buyer(email="owner@example.com"))]
    kept = (buyer("13900139000"), buyer("13900139000"))
    crowd = [buyer("13700137000") for _ in range(MANY)]
    indexed()
    assert groups(pairs[0][0]) == [list(pairs[0])]

    entry = never_match.add(OWNER, "phone", f"+86 {PHONE}", "pickup")
    never_match.keep_own()

    assert groups(*pairs[0], *pairs[1]) == [[each] for pair in pairs for each in pair]
    assert groups(kept[0], crowd[0]) == [list(kept), [crowd[0]]]
    assert [(row.cause, row.kind) for row in never_match.listed()] == [("own", "email"), ("pickup", "phone")]

    never_match.end(OWNER, entry)
    assert groups(pairs[0][0]) == [list(pairs[0])]


def test_what_cannot_be_listed_is_refused_and_changes_nothing(shop: Flask) -> None:
    testing.make_account(shop, is_owner=True)
    never_match.keep_own()
    never_match.add(OWNER, "address", "南山区阳光花园3栋(菜鸟驿站)", "pickup")
    cases = {
        ("phone", "138****8000", "pickup"): "not_listable", ("nick", "x", "pickup"): "unknown_kind",
        ("phone", PHONE, "shop"): "unknown_cause", ("address", "南山区陽光花園3棟", "hotel"): "listed_already",
    }  # fmt: skip

    for given, code in cases.items():
        with pytest.raises((RefusedError, ObjectionsError)) as error:
            never_match.add(OWNER, *given)
        assert [problem.code for problem in error.value.problems] == [code]
    with pytest.raises(ObjectionsError):
        never_match.end(OWNER, never_match.listed()[-1].id)
    with pytest.raises(ForbiddenError):
        never_match.add(CLERK, "phone", PHONE, "pickup")
    assert len(never_match.listed()) == 2
    assert count(BuyerBlock) == 0
