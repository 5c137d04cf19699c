"""Cash on delivery refused again, as an import brings it: by the platform's word or the shop's own list, once each."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from ears import ears
from flask import Flask
from importing import contents, run, undo
from orders_file import HEADINGS, order, text
from sqlalchemy import select, update

from shopadmin import testing
from shopadmin.contract import AccountId, Actor, IncidentRecorded
from shopadmin.models import db
from shopadmin.models.cases import Incident
from shopadmin.models.orders import Order
from shopadmin.services import incidents
from shopadmin.services.transactions import writing

AGAIN = "delivery.cod_refused_repeat"


@pytest.fixture
def heard() -> list[IncidentRecorded]:
    return []


@pytest.fixture
def app(make_app: Callable[..., Flask], heard: list[IncidentRecorded]) -> Iterator[Flask]:
    made = make_app(ears(shopadmin_incident_recorded=lambda event: heard.append(event)))
    with made.app_context():
        yield made
        db.session.remove()


def again() -> list[tuple[str, str | None]]:
    """Order numbers and outcomes of the incidents."""
    db.session.rollback()
    query = select(Incident.order_no, Incident.outcome).where(Incident.kind == AGAIN).order_by(Incident.id)
    return [(row.order_no, row.outcome) for row in db.session.execute(query)]


def closed(*numbers: int, buyer: str = "nick1") -> dict[str, str]:
    rows = [
        order(number, 买家会员名=buyer, 订单状态="交易关闭", 订单关闭原因="买家拒收",
              订单创建时间=f"2026-03-{number:02} 10:00:00")
        for number in numbers
    ]  # fmt: skip
    return {"orders.csv": text((*HEADINGS, "订单关闭原因"), rows)}


def by_cash() -> None:
    """The file of this platform names no way of payment; another one has told it."""
    with writing() as session:
        session.execute(update(Order).values(payment_method="货到付款"))


def own_list(*numbers: int) -> dict[str, str]:
    words = ("not_accepted", "refused", "买家拒收", "cod_refused")  # as shops write it
    lines = [f"I{number},S{number},{words[number % 4]},2026-03-0{number} 10:00:00" for number in numbers]
    return {"incidents.csv": "\n".join(["incident_no,order_no,kind,occurred_at", *lines])}


def test_from_the_third_refusal_on_each_order_is_an_incident_once(app: Flask, heard: list[IncidentRecorded]) -> None:
    run(closed(1, 2, 3, 4, 5))
    assert again() == []  # nobody knows yet that they were to be paid in cash
    by_cash()

    run(closed(5))
    run(closed(5))

    names = [f"39{number:017}" for number in (3, 4, 5)]
    assert again() == list(zip(names, ("3x", "4x", "5x"), strict=True))
    assert [(event.kind, event.tier, event.outcome) for event in heard] == [
        (AGAIN, 1, "3x"), (AGAIN, 1, "4x"), (AGAIN, 1, "5x"),
    ]  # fmt: skip
    assert len({event.buyer_id for event in heard}) == 1


def test_the_shops_own_list_counts_alike_and_an_undo_takes_the_incidents_back(
    app: Flask, heard: list[IncidentRecorded]
) -> None:
    buyer_id = testing.make_buyer()
    for number in range(1, 5):
        method = "Cash on Delivery (COD)" if number < 4 else "card"
        testing.make_order(number, order_no=f"S{number}", buyer_id=buyer_id, payment_method=method)
    before = contents()

    found = run(own_list(1, 2, 3, 4))

    assert again() == [("S3", "3x")]
    assert [event.kind for event in heard][-1] == AGAIN
    undo(found.run_id)
    assert contents() == before


def test_what_is_refused_by_hand_after_an_import_counts_with_it(app: Flask) -> None:
    buyer_id = testing.make_buyer()
    for number in range(1, 4):
        testing.make_order(number, order_no=f"S{number}", buyer_id=buyer_id, payment_method="COD")
    run(own_list(1, 2))
    owner = Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())

    incidents.record(owner, "not_accepted", "S3", datetime(2026, 3, 9, tzinfo=UTC), "", "CNY", "")

    assert again() == [("S3", "3x")]
