"""Reports on a shop whose numbers are counted by hand: causes by week, product, supplier, courier, and what became."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from replies_of_tests import OWNER
from shopadmin_review_recovery.domain.rates import Count
from shopadmin_review_recovery.models import (
    ReviewCase,
    ReviewCaseEvent,
    ReviewCompensation,
    ReviewScriptRun,
    ReviewScriptStep,
    ReviewScriptVersion,
)
from shopadmin_review_recovery.services import (
    case_records,
    cases,
    cause_lines,
    causes_report,
    opening,
    scripts,
    solved_weeks,
    statistics,
)
from shopadmin_review_recovery.services.causes_report import Span
from shopadmin_review_recovery.services.evidence import SUBJECT
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models.complaints import Complaint
from shopadmin.models.orders import OrderLine, Shipment
from shopadmin.models.products import Product, Seller
from shopadmin.plugin_api import ComplaintRequest, Share, complaint_grounds, db, open_complaint, writing

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SPAN = Span(date(2026, 11, 26), 4)
# The four Mondays, at noon in Shanghai.
MONDAYS = [datetime(2026, 11, day, 4, tzinfo=UTC) for day in (2, 9, 16, 23)]


def add(model: type, **values: Any) -> Any:
    with writing() as session:
        row = model(**values)
        session.add(row)
        session.flush()
        return row.id if hasattr(row, "id") else None


def add_case(number: int, reviewed_at: datetime, cause: str | None = "logistics", **changes: Any) -> int:
    values = {
        "review_id": number, "platform": "test", "stars": 1, "state": "triaged", "opened_at": reviewed_at,
        "reviewed_at": reviewed_at, "urgency": "stars1", "burns_at": reviewed_at, "cause": cause,
    }  # fmt: skip
    return int(add(ReviewCase, **values | changes))


def add_order(number: int, at: datetime, *refs: str, seller: str = "", courier: str = "") -> int:
    order_id = testing.make_order(number, created_at=at)
    for line, ref in enumerate(refs):
        add(OrderLine, order_id=order_id, line_no=str(line), product_ref=ref, title=f"Sample {ref}", qty=1, price=100,
            seller_ref=seller)  # fmt: skip
    if courier:
        add(Shipment, order_id=order_id, tracking_no=f"P{number}", carrier=courier)
    return order_id


def over(at: datetime, outcome: str = "solved") -> dict[str, Any]:
    return {"state": "resolved_kept", "closed_at": at, "outcome": outcome, "reason": "sent anew"}


def note(case_id: int, code: str, at: datetime, **data: Any) -> None:
    add(ReviewCaseEvent, case_id=case_id, at=at, code=code, data=data)


@pytest.fixture
def sold(shop: Flask) -> Flask:
    """Eight orders: cups by Alpha over SF, pots and a cup by a seller of the platform over ZTO."""
    alpha = add(Seller, platform="shop", ref="Alpha", name="Alpha")
    add(Seller, platform="test", ref="s9", name="Beta")
    add(Product, platform="test", ref="cup", title="Blue cup", supplier_id=alpha)
    orders = [add_order(number, MONDAYS[number % 4], "cup", courier="SF") for number in range(1, 7)]
    orders += [add_order(number, MONDAYS[3], "pot", "cup", seller="s9", courier="ZTO") for number in (7, 8)]
    add_case(1, MONDAYS[0], order_id=orders[0], product_ref="cup")
    add_case(2, MONDAYS[3], "quality", order_id=orders[1], product_ref="cup", cause_confirmed_at=NOW)
    # The review names no product: its order's count.
    add_case(3, MONDAYS[3] + DAY, order_id=orders[6])
    add_case(4, MONDAYS[3], None, product_ref="pot")
    # Neither this one nor what was no case counts.
    add_case(5, MONDAYS[0] - 7 * DAY, order_id=orders[0], product_ref="cup")
    add_case(6, MONDAYS[1], product_ref="cup", **over(NOW, "other") | {"state": "invalid"})
    return shop


def test_causes_count_in_the_week_their_review_was_written(sold: Flask) -> None:
    found = causes_report.by_week(SPAN)

    assert [week.monday.day for week in found] == [2, 9, 16, 23]
    assert [dict(week.causes) for week in found] == [
        {"logistics": 1}, {}, {}, {"quality": 1, "logistics": 1, "": 1},
    ]  # fmt: skip
    assert [week.orders for week in found] == [1, 2, 2, 3]
    assert causes_report.totals(SPAN) == {"logistics": 2, "": 1, "quality": 1}
    assert causes_report.totals(Span(SPAN.last, 4, is_confirmed=True)) == {"quality": 1}


def test_a_case_at_either_end_of_a_week_counts_in_that_week(shop: Flask) -> None:
    span = Span(NOW.date(), 7)
    for number, (_day, (begins, ends)) in enumerate(span.windows):
        add_case(2 * number + 1, begins)
        add_case(2 * number + 2, ends - timedelta(microseconds=1))

    assert [week.count.cases for week in causes_report.by_week(span)] == [2] * 7


def test_a_product_has_its_cases_its_orders_and_its_halves(sold: Flask) -> None:
    cup, pot = cause_lines.by("product", SPAN)

    assert (cup.name, dict(cup.causes)) == ("Blue cup", {"logistics": 2, "quality": 1})
    assert (cup.earlier, cup.later) == (Count(1, 3), Count(2, 5))
    # No product of that number is known: the line says what it was.
    assert (pot.name, dict(pot.causes), pot.count) == ("Sample pot", {"logistics": 1, "": 1}, Count(2, 2))


def test_suppliers_are_those_of_the_product_else_of_the_line(sold: Flask) -> None:
    found = {line.name: line.count for line in cause_lines.by("supplier", SPAN)}

    # The order with both counts for both suppliers; the pot's review alone names an order with no supplier.
    assert found == {"Alpha": Count(3, 8), "Beta": Count(1, 2)}


def test_couriers_are_those_of_the_parcels(sold: Flask) -> None:
    found = {line.name: line.count for line in cause_lines.by("courier", SPAN)}

    assert found == {"SF": Count(2, 6), "ZTO": Count(1, 2)}


def test_a_shop_without_suppliers_and_couriers_has_none(shop: Flask) -> None:
    add_case(1, MONDAYS[0], product_ref="cup")

    assert cause_lines.by("supplier", SPAN) == cause_lines.by("courier", SPAN) == []


def test_solved_and_updated_are_told_by_the_week_of_the_review(shop: Flask) -> None:
    old = NOW - 60 * DAY
    span = Span(SPAN.last, 12)
    add_case(1, old, **over(old + 3 * DAY))
    add_case(2, old, **over(NOW - 2 * DAY, "confirmed"))
    came_back = add_case(3, old, **over(old + 20 * DAY, "other"))
    note(came_back, "remedy.settled", old + 2 * DAY)
    note(came_back, "reopened", old + 6 * DAY)
    updated = add_case(4, old)
    note(updated, "review_changed", old + 5 * DAY, worse=True)
    note(updated, "review_changed", old + 9 * DAY, worse=False)
    worse = add_case(5, old)
    note(worse, "review_changed", old + 9 * DAY, worse=True)
    paid = add_case(6, old)
    add(ReviewCompensation, case_id=paid, kind="refund", amount=500, currency="CNY", reason="late", alone_up_to=500,
        state="settled", requested_at=old, requested_by=1, decided_at=old, decision_note="", settled_at=old + DAY,
        settled_by=1)  # fmt: skip
    add_case(7, old, **over(NOW - DAY))
    add_case(8, NOW - DAY)

    found = {week.monday: week for week in solved_weeks.by_week(span, NOW) if week.cases}

    first, last = (found[monday] for monday in sorted(found))
    assert (first.cases, first.solved, first.updated, first.early) == (7, Share(3, 6), Share(1, 7), 1)
    assert (last.cases, last.solved, last.updated, last.early) == (1, Share(0, 0), Share(0, 1), 1)
    assert [(cost.cause, cost.amount, cost.cases) for cost in statistics.costs(span)] == [("logistics", 500, 1)]
    assert statistics.ends(span) == {"resolved_kept": 4}


def test_first_answers_are_measured_in_business_time_against_their_target(shop: Flask) -> None:
    hour = 3600
    for number, used in enumerate((600, 7 * hour, 2 * hour, 3 * hour), 1):
        add_case(
            number, MONDAYS[0], touched_at=NOW, first_used_seconds=used, urgency="stars2" if used > 1e4 else "stars1"
        )
    add_case(5, MONDAYS[0], due_first_at=NOW - DAY)
    add_case(6, MONDAYS[0], due_first_at=NOW + DAY)

    found = {one.urgency: (one.met, one.median) for one in statistics.answering(SPAN, NOW)}

    # 1★ has two hours, and one of three cases is overdue; 2★ has four.
    assert found == {"stars1": (Share(2, 3), 600), "stars2": (Share(1, 2), 3 * hour)}


def test_the_first_answer_is_measured_when_it_goes_out_and_anew_when_the_case_opens_again(shop: Flask) -> None:
    morning = datetime(2026, 11, 25, 2, tzinfo=UTC)  # a Wednesday, 10:00 in Shanghai
    review_id = testing.make_review(1, stars=1)
    opening.open_for([review_id], morning)
    # Over the lunch break, which does not count.
    cases.answered(review_id, morning + timedelta(hours=4))
    case = case_records.of_review(review_id)
    assert case is not None
    used = case.first_used_seconds

    cases.close(OWNER, case.id, None, "resolved_kept", "solved", "sent anew")
    cases.reopen(OWNER, case.id, None, "broken again")

    assert used == 2.5 * 3600
    assert case_records.find(case.id).first_used_seconds is None


def test_reach_denials_and_complaints_are_counted_by_case(shop: Flask) -> None:
    scripts.ensure_shipped()
    version = db.session().scalars(select(ReviewScriptVersion.id)).one()
    paths = {
        "spoke": ("", "allow", "yes"), "silent": ("", "allow", "silent", "first"), "denied": ("", "deny"),
        "content": ("", "allow", "yes", "yes", "all_well"),
    }  # fmt: skip
    for number, outcomes in enumerate(paths.values(), 1):
        case_id = add_case(number, MONDAYS[0])
        run_id = add(ReviewScriptRun, case_id=case_id, script_version_id=version, language="en", started_at=NOW)
        for position, outcome in enumerate(outcomes):
            add(ReviewScriptStep, run_id=run_id, position=position, node="somewhere", outcome=outcome, at=NOW)
    refused = add_case(9, MONDAYS[0])
    note(refused, "answer.denied", NOW)
    note(refused, "contact.refused", NOW)
    ground = complaint_grounds("test")[0][0]
    complaint = open_complaint(None, ComplaintRequest("test", ground, origin=SUBJECT, origin_id=refused))
    open_complaint(None, ComplaintRequest("test", ground, origin=SUBJECT, origin_id=1))
    with writing() as session:
        row = session.get(Complaint, complaint)
        assert row is not None
        row.outcome, row.state = "partly", "partly"

    assert statistics.contacts(SPAN) == statistics.Contacts(rung=3, reached=2, denied=2, stopped=1)
    now = Span(datetime.now(UTC).date(), 4)
    assert statistics.complaints(now) == (1, 1, 1)
    assert sum(week.solved.hits for week in solved_weeks.by_week(SPAN, NOW)) == 1
