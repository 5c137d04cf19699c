"""Lists: pages by key, tabs that merge what several indexes serve, and no junk that gets further than a 400."""

import base64
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.services import lists
from shopadmin.services.lists import BadListArgumentError, ListArguments
from shopadmin.services.orders import ORDERS
from shopadmin.testing import make_order

ZONE = ZoneInfo("Asia/Shanghai")
OWNER = Actor(AccountId(1), "Owner", True, frozenset())


def page(size=10, **arguments):
    return lists.fetch_page(ORDERS, OWNER, ListArguments(**arguments), ZONE, size)


def numbers(found):
    return [row.order_no for row in found.rows]


def joined(pages):
    return [number for found in pages for number in found]


def walk(size=10, **arguments):
    """Every page forwards, as lists of order numbers."""
    pages, cursor = [], ""
    while True:
        found = page(size, cursor=cursor, **arguments)
        pages.append(numbers(found))
        cursor = found.next_cursor
        if not cursor:
            return pages


@pytest.fixture
def shop(app):
    """45 orders: every third one shipped, every fifth refunded, every ninth unavailable, the others to ship."""
    for number in range(1, 46):
        status = "unavailable" if number % 9 == 0 else "refunded" if number % 5 == 0 else "paid"
        make_order(number, status="shipped" if number % 3 == 1 else status)
    return app


def test_pages_hold_every_row_once_newest_first(shop):
    pages = walk()

    assert [len(found) for found in pages] == [10, 10, 10, 10, 5]
    assert joined(pages) == [f"T{number:06}" for number in range(45, 0, -1)]


def test_going_back_shows_the_same_pages(shop):
    last = page(cursor="last")
    seen = [numbers(last)]
    while last.previous_cursor:
        last = page(cursor=last.previous_cursor)
        seen.append(numbers(last))

    assert joined(reversed(seen)) == joined(walk())


def test_a_row_that_comes_in_meanwhile_moves_no_other(shop):
    first = page()
    make_order(46)

    second = page(cursor=first.next_cursor)

    assert numbers(second)[0] == "T000035"


def test_a_tab_with_several_statuses_merges_them_in_order(shop):
    pages = walk(3, view="problems")

    shown = joined(pages)
    assert shown == sorted(shown, reverse=True)
    assert len(shown) == len(set(shown)) == page(view="problems").count
    assert {row.status for row in page(50, view="problems").rows} == {"refunded", "unavailable"}


def test_the_tab_of_what_waits_shows_the_oldest_first(shop):
    shown = numbers(page(view="to_ship"))

    assert shown == sorted(shown)


def test_every_tab_says_how_many_it_has(shop):
    counts = page().view_counts

    assert counts["all"] == "45"
    assert {name: int(count) for name, count in counts.items()} == {
        view.name: page(view=view.name).count for view in ORDERS.views
    }


def test_counts_stop_at_their_caps(shop, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_CAP", 20)
    monkeypatch.setattr(lists, "TAB_CAP", 9)

    found = page()

    assert (found.count, found.is_capped) == (20, True)
    assert found.view_counts["all"] == "9+"


def test_a_page_costs_two_queries_at_any_depth(shop):
    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    for arguments in ({}, {"cursor": "last"}, {"view": "problems"}, {"search": "T0000"}):
        statements.clear()
        page(**arguments)
        assert len([found for found in statements if not found.startswith("BEGIN")]) == 2


def test_a_search_reads_the_prefix_by_number(shop):
    assert numbers(page(search="T00001")) == [f"T{number:06}" for number in range(10, 20)]
    assert numbers(page(search="T000012")) == ["T000012"]
    assert numbers(page(search="t000012")) == []
    assert numbers(page(search="%")) == []


def test_a_prefix_at_the_end_of_all_characters_finds_its_own(app):
    make_order(1, order_no="T\U0010ffff9")
    make_order(2, order_no="U1")

    assert numbers(page(search="T\U0010ffff")) == ["T\U0010ffff9"]


def test_a_search_within_a_tab_finds_rows_of_both(shop):
    shown = page(50, view="problems", search="T00002").rows

    assert {row.status for row in shown} <= {"refunded", "unavailable"}
    assert all(row.order_no.startswith("T00002") for row in shown)
    assert shown


def test_a_day_is_the_shops_own(app):
    make_order(1, created_at=datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC))
    make_order(2, created_at=datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC))

    assert numbers(page(filters={"from": "2026-03-02"})) == ["T000002"]
    assert numbers(page(filters={"to": "2026-03-01"})) == ["T000001"]


def cursor(*values):
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


JUNK = [
    {"cursor": "x"},
    {"cursor": "é"},
    {"cursor": cursor("newest")},
    {"cursor": cursor("newest", "next", "2026-01-01T00:00:00+00:00")},
    {"cursor": cursor("newest", "next", "2026-01-01T00:00:00", 1)},
    {"cursor": cursor("newest", "next", "0001-01-01T00:00:00+14:00", 1)},
    {"cursor": cursor("newest", "next", "99999-01-01", 1)},
    {"cursor": cursor("newest", "next", "2026-01-01T00:00:00+00:00", 2**63)},
    {"cursor": cursor("newest", "next", "2026-01-01T00:00:00+00:00", True)},
    {"cursor": cursor("newest", "sideways", "2026-01-01T00:00:00+00:00", 1)},
    {"cursor": cursor("number", "next", "T", 1)},
    {"sort": "number", "cursor": cursor("number", "next", "\ud800", 1)},
    {"sort": "number", "cursor": cursor("number", "next", "a\0", 1)},
    {"sort": "secret"},
    {"view": "secret"},
    {"filters": {"status": "x"}},
    {"filters": {"from": "99999-01-01"}},
    {"filters": {"to": "9999-12-31"}},
    {"filters": {"from": "2026-02-30"}},
    {"filters": {"platform": "a\0"}},
    {"filters": {"unknown": "1"}},
]


@pytest.mark.parametrize("arguments", JUNK, ids=[json.dumps(found)[:60] for found in JUNK])
def test_junk_is_a_bad_argument(shop, arguments):
    with pytest.raises(BadListArgumentError):
        page(**arguments)


@pytest.mark.parametrize("text", ["", "0", "-1", "1,2", "1e3", "٣", "9" * 19, "1 ", "0x1"])
def test_an_id_is_a_plain_positive_number(text):
    with pytest.raises(BadListArgumentError):
        lists.parse_id(text)
