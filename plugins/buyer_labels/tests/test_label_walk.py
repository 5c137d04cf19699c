"""A label's whole life in a real Chromium, in both languages, each step by somebody with only the right for it.

Three parcels refused on delivery open a draft; its author founds it, a second person approves, the buyer is told; the
owner lets a rule act, an import brings the buyer's next order, which is held; the buyer objects, somebody else decides.
"""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import waitress
from flask import Flask
from importing import work
from label_walks import Walk
from playwright.sync_api import Browser, Page, expect
from policy_of_tests import decisions, held, hold_of
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.domain.status import Status, status
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import reading, rules
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models.orders import Order
from shopadmin.plugin_api import db

ORDER_HEADINGS = (
    "Name,Email,Financial Status,Fulfillment Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Billing Name,Payment Method,Cancelled at"
)


@pytest.fixture
def address(shop: Flask) -> Iterator[str]:
    """The shop on a free port of the loopback; its first rules have watched long enough."""
    rules.ensure_shipped(datetime.now(UTC) - timedelta(days=15))
    server = waitress.create_server(shop, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


def order_row(number: int, days_ago: int, method: str) -> str:
    """One order of the same buyer; cash on delivery is closed unpaid."""
    at = f"{datetime.now(UTC) - timedelta(days=days_ago):%Y-%m-%d %H:%M:%S} +0000"
    state, over = ("paid", "") if method == "Card" else ("pending", at)
    return (
        f"#{number},wang@buyer.example,{state},unfulfilled,CNY,120.00,{at},1,Sample lamp,120.00,Wang Sample,"
        f"{method},{over}"
    )


def files(name: str, *lines: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}


def bring_in(walk: Walk, page: Page, *uploads: dict[str, Any]) -> None:
    """Import files as the owner does, the worker being the test."""
    page.goto("/admin/imports/new")
    page.set_input_files("[name=files]", uploads)  # type: ignore[arg-type]
    walk.press(page, "upload")
    run = page.url
    finish(page, run)
    testing.follow(page.get_by_role("button", name=re.compile(walk.words["import"])))
    finish(page, run)
    walk.sees(page, "imported")


def finish(page: Page, run: str) -> None:
    """Do the import's job, and look at it then: its page asks for itself while it is on the way."""
    page.goto("/admin/imports/")
    db.session.rollback()
    work(int(run.rpartition("/")[2]))
    page.goto(run)


def label() -> Label:
    db.session.rollback()
    return db.session.scalars(select(Label)).one()


def stands() -> Status:
    return status(reading.facts(label()), datetime.now(UTC))


@pytest.fixture
def walk(shop: Flask, browser: Browser, address: str) -> Iterator[Callable[[str], Walk]]:
    made: list[Walk] = []

    def make(language: str) -> Walk:
        made.append(Walk(shop, browser, address, language))
        return made[0]

    yield make
    for context in browser.contexts:
        context.close()


def refusals_open_a_draft(walk: Walk, owner: Page) -> None:
    unpaid = [order_row(number, 9, "Cash on Delivery (COD)") for number in (1, 2, 3)]
    orders = files("orders.csv", ORDER_HEADINGS, *unpaid)
    refused = [f"I{number},#{number},拒收,{datetime.now(UTC) - timedelta(days=7):%Y-%m-%d}" for number in (1, 2, 3)]
    incidents = files("incidents.csv", "事件编号,订单编号,类型,发生时间", *refused)
    bring_in(walk, owner, orders, incidents)
    owner.goto("/admin/buyer-labels/labels/")
    walk.press(owner, "code")
    walk.sees(owner, "draft", "incident")
    assert (label().tier, label().created_by, stands()) == (1, None, "draft")


def the_author_founds_it(walk: Walk, page: Page) -> None:
    page.goto(f"/admin/buyer-labels/labels/details/{label().id}")
    walk.sees(page, "tier")  # nothing goes to review on the shop's own word
    expect(page.get_by_role("button", name=walk.words["submit"], exact=True)).to_have_count(0)
    assert stands() == "draft"
    walk.looks_well(page, "draft")

    walk.press(page, "attach")
    walk.looks_well(page, "attach")
    page.select_option("[name=kind]", "logistics")
    page.fill("[name=text]", "Refused at the door three times, says the courier")
    page.select_option("[name=weight]", "2")
    walk.press(page, "attached")
    walk.press(page, "change")
    page.select_option("[name=tier]", "2")
    page.select_option("[name=severity]", "3")
    walk.press(page, "save")

    fault = page.locator("form", has=page.locator("[name=own_fault]"))
    expect(fault).to_be_visible()  # what is to be done next is open
    for tick in fault.locator("[name=looked_at]").all():
        tick.check()
    fault.get_by_label(walk.words["no"], exact=True).check()
    testing.follow(fault.get_by_role("button"))
    walk.sees(page, "not ours")
    contact = page.locator("form", has=page.locator("[name=contacted_on]"))
    page.fill("[name=contacted_on]", f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}")
    testing.follow(contact.get_by_role("button"))
    expect(contact).to_be_hidden()
    walk.press(page, "submit")
    walk.sees(page, "waiting")
    assert stands() == "pending_review"
    expect(page.get_by_role("link", name=walk.words["approve"], exact=True)).to_have_count(0)


def a_second_person_approves_and_tells(walk: Walk, page: Page) -> None:
    page.goto("/admin/buyer-labels/labels/?view=review")
    walk.press(page, "code")
    walk.press(page, "approve")
    walk.looks_well(page, "approve")
    walk.press(page, "approve it")
    walk.sees(page, "approved")
    assert stands() == "noticed"
    walk.looks_well(page, "notice")
    walk.press(page, "told")
    page.fill("[name=text]", "Told on the phone")
    walk.press(page, "told it")
    walk.sees(page, "active")
    assert stands() == "active"


def the_owner_lets_a_rule_act(walk: Walk, owner: Page) -> None:
    owner.goto("/admin/buyer-labels/rules/")
    walk.looks_well(owner, "rules")
    walk.press(owner, "rule")
    walk.looks_well(owner, "rule")
    walk.press(owner, "act")
    expect(owner.get_by_role("button", name=walk.words["act"])).to_have_count(0)
    walk.sees(owner, "acts")


def the_next_order_is_held(walk: Walk, owner: Page, warehouse: Page) -> int:
    bring_in(walk, owner, files("orders.csv", ORDER_HEADINGS, order_row(4, 0, "Card")))
    order_id = db.session.scalars(select(Order.id).where(Order.order_no == "#4")).one()
    assert held(order_id).released_at is None
    assert hold_of(order_id - 1) is None

    warehouse.goto("/admin/orders/")
    walk.looks_well(warehouse, "orders")
    row = warehouse.locator("tr", has_text="#4")
    expect(row.get_by_text(walk.words["held"])).to_be_visible()
    expect(warehouse.get_by_text(walk.words["held"])).to_have_count(1)
    warehouse.goto(f"/admin/orders/details/{order_id}")
    walk.sees(warehouse, "held", "code", "by itself", "pieces")
    walk.looks_well(warehouse, "held order")
    walk.sees(warehouse, "not yet")
    expect(warehouse.get_by_text(walk.words["ship"])).to_have_count(0)
    return order_id


def the_buyer_objects(walk: Walk, page: Page, order_id: int) -> None:
    page.goto("/admin/buyer-labels/holds/")
    walk.looks_well(page, "holds")
    testing.follow(page.get_by_role("link", name="#4").first)
    walk.looks_well(page, "hold")
    page.goto(f"/admin/orders/details/{order_id}")
    walk.press(page, "wrong")
    walk.sees(page, "paused")
    assert stands() == "disputed"
    assert held(order_id).released_why == "disputed"
    walk.press(page, "objection")
    walk.press(page, "objects")
    walk.looks_well(page, "objection's form")
    page.fill("[name=text]", walk.words["says"])
    walk.press(page, "pause")
    walk.sees(page, "says")
    expect(page.get_by_role("radio")).to_have_count(0)  # who writes it down does not decide
    page.goto(f"/admin/orders/details/{order_id}")
    expect(page.get_by_text(walk.words["held"])).to_have_count(0)


def somebody_else_decides(walk: Walk, page: Page) -> None:
    page.goto("/admin/buyer-labels/objections/")
    walk.looks_well(page, "objections")
    walk.press(page, "code")
    walk.sees(page, "says")
    walk.looks_well(page, "objection")
    page.get_by_label(walk.words["right"]).check()
    page.fill("[name=reason]", "The courier never rang")
    walk.press(page, "decide")
    walk.sees(page, "corrected")
    assert stands() == "corrected"


def the_order_goes_out(walk: Walk, warehouse: Page, order_id: int) -> None:
    warehouse.goto("/admin/orders/")
    expect(warehouse.locator("tr", has_text="#4")).to_be_visible()
    expect(warehouse.get_by_text(walk.words["held"])).to_have_count(0)
    warehouse.goto(f"/admin/orders/details/{order_id}")
    walk.control(warehouse, "ship").click()
    dialog = warehouse.get_by_role("dialog")
    dialog.locator("[name=carrier]").fill("Sample courier")
    dialog.locator("[name=tracking_no]").fill("T1")
    testing.follow(dialog.get_by_role("button", name=walk.words["ship"]))
    walk.sees(warehouse, "shipped")
    assert [found.ended_why for found in decisions(order_id)] == ["disputed"] * len(decisions(order_id))


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_an_incident_to_a_label_that_is_corrected(walk: Callable[[str], Walk], language: str) -> None:
    way = walk(language)
    owner = way.person(is_owner=True)
    author = way.person(permissions.PROPOSE)
    reviewer = way.person(permissions.REVIEW)
    warehouse = way.person("core.orders:update", permissions.READ)
    support = way.person("core.orders:read", permissions.READ)
    decider = way.person(permissions.DECIDE_APPEAL)

    refusals_open_a_draft(way, owner)
    the_author_founds_it(way, author)
    a_second_person_approves_and_tells(way, reviewer)
    the_owner_lets_a_rule_act(way, owner)
    order_id = the_next_order_is_held(way, owner, warehouse)
    the_buyer_objects(way, support, order_id)
    somebody_else_decides(way, decider)
    the_order_goes_out(way, warehouse, order_id)
