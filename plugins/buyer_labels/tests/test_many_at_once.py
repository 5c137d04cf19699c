"""Many orders at once: as many questions as for a few, and the answers that each of them alone would get."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from labels_of_tests import NOW
from people_of_tests import OWNER
from policy_of_tests import grave_label, live_rule, order_of
from shopadmin_buyer_labels.domain.policy import Effect, Level
from shopadmin_buyer_labels.models import Label, OrderDecision, OrderHold, PolicyMark
from shopadmin_buyer_labels.services import allowances, bringing_in, changes, deciding, indexing, merging, standing
from sqlalchemy import delete, event, select

from shopadmin import testing
from shopadmin.models.prepared import Prepared
from shopadmin.plugin_api import BuyerIdentifier, StandingQuery, db, writing


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    bound = Prepared.bound
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "bound", lambda asked, values: seen.append(asked.sql) or bound(asked, values))
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)


def test_the_list_of_orders_asks_no_more_for_many_marked_orders_than_for_one(shop: Flask) -> None:
    live_rule()
    client = testing.sign_in(shop, testing.make_account(shop, is_owner=True))

    def asked() -> int:
        deciding.decide_all(NOW)
        db.session.remove()
        with statements() as seen:
            answer = client.get("/admin/orders/")
        shown.append(answer.text.count("Labelled buyer"))
        return len(seen)

    shown: list[int] = []
    buyer = testing.make_buyer()
    grave_label(buyer)
    order_of(buyer)
    asked()  # the first page of all looks up what the process keeps
    few = asked()
    for number in range(2, 21):
        other = testing.make_buyer()
        grave_label(other)
        order_of(other, number)

    assert asked() == few
    assert shown[2] - shown[1] == 19


def test_a_page_of_people_is_answered_as_each_of_them_alone_in_as_many_questions_as_two(shop: Flask) -> None:
    live_rule()
    for number in range(0, 30, 3):
        buyer = testing.make_buyer(phone=f"1391234{number:04d}", email=f"Buyer.{number}@Gmail.com")
        grave_label(buyer)
    # A second row of somebody who is labelled, without a label of its own.
    testing.make_buyer(phone="13912340000", email="second@qq.com")
    indexing.catch_up_all()
    asked = [
        StandingQuery(
            (BuyerIdentifier("phone", f"+86 139 1234 {number:04d}"), BuyerIdentifier("email", f"b{number}@qq.com")),
            None, "order", NOW,
        )
        for number in range(30)
    ]  # fmt: skip
    asked += [
        StandingQuery((BuyerIdentifier("email", "buyer6@googlemail.com"),), None, "order", NOW),
        StandingQuery((BuyerIdentifier("email", "second@qq.com"),), None, "order", NOW),
        StandingQuery((), None, "order", NOW),
        StandingQuery((BuyerIdentifier("phone", "138****8000"),), None, "order", NOW),
    ]

    db.session.remove()
    with statements() as few:
        standing.standings(asked[:2])
    with statements() as many:
        found = standing.standings(asked)

    # The shop's region, its rules, whose the identifiers are, who is the same person, who else has a key of theirs,
    # their labels, and who was let pass or is perhaps somebody else.
    assert (len(few), len(many)) == (7, 7)
    alone = {at: answer[0] for at, query in enumerate(asked) if (answer := standing.standings([query]))}
    assert not db.session.registry.has()
    assert found == alone
    assert set(found) == {*range(0, 30, 3), 30, 31}


def test_looking_at_all_orders_comes_to_what_looking_at_new_ones_came_to(shop: Flask) -> None:
    live_rule()
    live_rule(Effect(Level.FLAG), min_tier=0, min_severity=1)
    own, same, merged, allowed, nobody = (
        testing.make_buyer(phone=phone) for phone in ("13912340001", "13912340001", "", "13912340003", "13912340004")
    )
    indexing.catch_up_all()
    merging.merge(OWNER, merged, own, "The same handwriting", NOW)
    grave_label(own)
    grave_label(own, code="refund.empty_parcel", severity=1)
    grave_label(allowed)
    allowances.allow(OWNER, allowed, 30, "Called: all is well", NOW)
    for number, buyer in enumerate((own, same, merged, allowed, nobody, own), start=1):
        order_of(buyer, number)
    deciding.decide_new(NOW)
    first = _decided()
    assert {row[1] for row in first[0]} == {own, same, merged}

    with writing() as session:
        for model in (OrderHold, OrderDecision, PolicyMark):
            session.execute(delete(model))
    deciding.decide_all(NOW)
    assert _decided() == first

    deciding.decide_all(NOW)
    deciding.decide_new(NOW)
    assert _decided() == first


def _decided() -> tuple[list[object], list[object]]:
    db.session.rollback()
    said = (
        OrderDecision.order_id, OrderDecision.buyer_id, OrderDecision.label_id, OrderDecision.rule_id,
        OrderDecision.version, OrderDecision.via, OrderDecision.level, OrderDecision.hold_hours, OrderDecision.mode,
        OrderDecision.decided_at, OrderDecision.ended_at,
    )  # fmt: skip
    held = (OrderHold.order_id, OrderHold.buyer_id, OrderHold.held_at, OrderHold.release_at, OrderHold.released_at)
    return tuple(
        [tuple(row) for row in db.session.execute(select(*columns).order_by(*columns[:4]))] for columns in (said, held)
    )  # type: ignore[return-value]


def test_a_list_of_many_is_told_of_once_and_one_that_is_undone_never(
    shop: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, ...]] = []
    monkeypatch.setattr(indexing, "heard", lambda told: heard.append(tuple(told.buyer_ids)))
    told: list[list[int]] = []
    monkeypatch.setattr(changes, "_listeners", [lambda ids: told.append(list(ids))])
    rows = [
        bringing_in.Row(
            number,
            {"identifiers": [{"kind": "phone", "value": f"1391234{number:04d}"}], "code": "refund.item_swapped",
             "tier": 1, "severity": 2, "happened_on": "2026-11-13", "note": ""},
        )
        for number in range(1, 6)
    ]  # fmt: skip

    def undone() -> None:
        with writing():
            bringing_in.bring_in(OWNER, rows, "import", NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert (heard, told) == ([], [])

    made = [outcome.label_id for outcome in bringing_in.bring_in(OWNER, rows, "import", NOW)]
    assert [len(ids) for ids in heard] == [5]
    assert told == [made]


def test_a_list_asks_about_its_people_together_and_refuses_as_row_by_row(shop: Flask) -> None:
    testing.make_account(shop, is_owner=True)
    own = testing.make_buyer(email="owner+shop@example.com")
    buyer_id = testing.make_buyer(email="known@example.org")

    def row(number: int, kind: str, value: str) -> bringing_in.Row:
        return bringing_in.Row(
            number,
            {"identifiers": [{"kind": kind, "value": value}], "code": "refund.item_swapped", "tier": 1, "severity": 2,
             "happened_on": "2026-11-13", "note": ""},
        )  # fmt: skip

    def brought(rows: list[bringing_in.Row]) -> tuple[int, list[tuple[bool, list[str]]]]:
        with statements() as seen:
            outcomes = bringing_in.bring_in(OWNER, rows, "import", NOW)
        return len(seen), [(each.is_duplicate, [found.code for found in each.problems]) for each in outcomes]

    mixed = [
        row(1, "email", "known@example.org"), row(2, "email", "KNOWN@example.org"),
        row(3, "email", "owner+shop@example.com"), row(4, "email", "owner+new@example.com"),
        row(5, "phone", "13912340000"), row(6, "phone", "+86 13912340000"), row(7, "email", "new@example.org"),
    ]  # fmt: skip
    already, staff = (True, ["buyer_labels.already"]), (False, ["buyer_labels.staff"])
    fine: tuple[bool, list[str]] = (False, [])
    _count, said = brought(mixed)
    few, _said = brought([row(number, "phone", f"1391234{number:04d}") for number in range(100, 110)])
    many, _said = brought([row(number, "phone", f"1391234{number:04d}") for number in range(200, 240)])
    again, told = brought([row(number, "phone", f"1391234{number:04d}") for number in range(200, 240)])

    assert said == [fine, already, staff, staff, fine, already, fine]
    assert set(db.session.scalars(select(Label.buyer_id).where(Label.buyer_id.in_((own, buyer_id))))) == {buyer_id}
    assert (many - few) / 30 <= 15  # it was twice as many, row by row
    assert (told, again < many) == ([already] * 40, True)
