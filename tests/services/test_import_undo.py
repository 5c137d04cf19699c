"""An import can be taken back as a whole; what was changed since is not touched."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from importing import begin, contents, rows, run, undo, work
from orders_file import line, lines, order, orders, rating, ratings
from sqlalchemy import update

from shopadmin.models import db
from shopadmin.models.cases import Note
from shopadmin.models.jobs import Job
from shopadmin.models.orders import Order
from shopadmin.models.reviews import Reply, Review
from shopadmin.services import jobs
from shopadmin.services.imports import undoing
from shopadmin.services.imports.runs import ImportRefusedError, report
from shopadmin.services.transactions import writing
from shopadmin.testing import make_account

FIRST = {
    "orders.csv": orders(order(1), order(2, 买家会员名="测**01"), order(3)),
    "lines.csv": lines(line(1), line(1, 2), line(2)),
    "ratings.csv": ratings(rating(1), rating(9)),
}
SECOND = {
    "orders.csv": orders(order(1, 总金额="99.00", 收货地址=""), order(4), order(9)),
    "lines.csv": lines(line(1, 订单状态="交易关闭"), line(4)),
    "ratings.csv": ratings(rating(1, 评价内容="Another text", 商家回复="Thank you"), rating(4)),
}


def test_undo_restores_every_table_to_the_byte(app: Flask) -> None:
    empty = contents()
    first = run(FIRST)
    before = contents()
    second = run(SECOND)
    assert contents() != before

    undo(second.run_id)
    after_second = contents()
    undo(first.run_id)

    assert after_second == before
    assert contents() == empty


def test_a_cancelled_import_leaves_nothing_behind(app: Flask) -> None:
    run(FIRST)
    before = contents()
    run_id = begin(SECOND)
    with writing() as session:
        session.execute(update(Job).values(cancel_requested=True))

    cancelled = work(run_id)

    assert cancelled.state == "cancelled"
    assert contents() == before


@pytest.mark.parametrize("steps", [1, 3, 6, 9])
def test_an_import_that_is_cancelled_halfway_takes_back_what_it_wrote(
    app: Flask, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    run(FIRST)
    before = contents()
    asked = iter(range(steps))
    look = jobs.Lease.beat
    monkeypatch.setattr(jobs.Lease, "beat", lambda *a, **k: look(*a, **k) or next(asked, None) is None)

    cancelled = run(SECOND)

    assert cancelled.state == "cancelled"
    assert contents() == before


def change_total(number: int) -> None:
    with writing() as session:
        found = session.query(Order).filter_by(order_no=f"39{number:017}").one()
        found.total = 1


def write_note(app: Flask) -> None:
    author = make_account(app)
    with writing() as session:
        found = session.query(Order).filter_by(order_no=f"39{1:017}").one()
        session.add(
            Note(subject="order", subject_id=found.id, text="x", written_by=author, written_at=datetime.now(UTC))
        )


def write_reply() -> None:
    with writing() as session:
        found = session.query(Review).filter_by(order_no=f"39{1:017}").one()
        session.add(Reply(review_id=found.id, text="x", review_version=1, written_at=datetime.now(UTC)))


@pytest.mark.parametrize("how", ["changed", "note", "reply", "later line"])
def test_rows_changed_since_refuse_the_whole_undo_and_are_listed(app: Flask, how: str) -> None:
    first = run(FIRST)
    if how == "changed":
        change_total(1)
    elif how == "note":
        write_note(app)
    elif how == "reply":
        write_reply()
    else:
        run({"lines.csv": lines(line(1, 7))})
    before = contents()

    with pytest.raises(undoing.ChangedSinceError) as refused:
        undo(first.run_id)

    found = {row.table for row in refused.value.plan.kept}
    assert found == {"review"} if how == "reply" else "shop_order" in found
    assert refused.value.plan.kept_total == 1
    assert contents() == before
    state = report(first.run_id)
    assert state is not None
    assert state.state == "applied"


def test_force_rest_undoes_the_others_and_keeps_what_the_changed_row_stands_on(app: Flask) -> None:
    first = run(FIRST)
    change_total(1)

    undone = undo(first.run_id, force_rest=True)

    assert undone.state == "undone"
    assert rows("shop_order", "order_no") == [(f"39{1:017}",)]
    assert rows("buyer", "ref") == [("taobao:nick1",)]
    assert rows("order_line", "id") == []
    assert rows("review", "id") == []


def test_an_undone_import_cannot_be_undone_again(app: Flask) -> None:
    first = run(FIRST)
    undo(first.run_id)

    with pytest.raises(ImportRefusedError) as refused:
        undo(first.run_id)

    assert refused.value.code == "wrong_state"


def test_linked_reviews_are_let_go_when_their_orders_import_is_undone(app: Flask) -> None:
    run({"ratings.csv": ratings(rating(1))})
    before = contents()
    second = run({"orders.csv": orders(order(1))})
    assert db.session.query(Review).one().order_id is not None

    undo(second.run_id)

    assert contents() == before
