"""Reports on labels, counted by hand on a small shop; and the page with its pictures and files."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from labels_of_tests import add_label
from people_of_tests import KIM, OWNER
from policy_of_tests import DAY, GRAVE, HOLD, HOUR, LATER, NOW, change, grave_label, held, live_rule, order_of
from shopadmin_buyer_labels import permissions, waiting_tiles
from shopadmin_buyer_labels.domain.policy import Effect, Level
from shopadmin_buyer_labels.domain.reports import Counts
from shopadmin_buyer_labels.models import Appeal, Outcome
from shopadmin_buyer_labels.services import deciding, holds, merging, orders, prevented, reports, rules, verdicts
from shopadmin_buyer_labels.services.reports import Span
from shopadmin_buyer_labels.services.verdicts import Judged

from shopadmin import testing
from shopadmin.models.orders import Chargeback, Order
from shopadmin.plugin_api import Actor, writing
from shopadmin.services import kept_figures, settings

SPAN = Span(date(2026, 10, 1), date(2026, 11, 30))
WIDE = Span(date(2026, 1, 1), date(2027, 12, 31))
PAGE = "/admin/buyer-labels/reports/"


def placed(number: int, buyer_id: int | None, at: datetime, **changes: Any) -> int:
    return testing.make_order(number, buyer_id=buyer_id, created_at=at, **changes)


def charged_back(order_id: int) -> None:
    with writing() as session:
        session.add(Chargeback(order_id=order_id, amount=1, state="lost", opened_at=NOW))


def compared_shop() -> None:
    """A labelled buyer from 20 to 25 November, somebody who is the same person, a buyer without a label, and no one."""
    labelled, same, other = (testing.make_buyer(name=f"Sample {number}") for number in range(3))
    grave_label(labelled, expires_at=NOW + 5 * DAY)
    add_label(buyer_id=other, tier=1, evidence_tier=1)
    merging.merge(OWNER, same, labelled, "The same address and voice", NOW)
    october = datetime(2026, 10, 10, tzinfo=UTC)
    placed(1, labelled, october, refunded=100)
    placed(2, labelled, NOW + DAY)
    charged_back(placed(3, labelled, NOW + 2 * DAY))
    placed(4, same, NOW + 3 * DAY, refunded=100)
    placed(5, labelled, NOW + 6 * DAY)
    placed(6, labelled, NOW + DAY, status="cancelled")
    placed(7, other, october)
    placed(8, other, NOW + DAY, refunded=100)
    # The last hour of October in London is November in the shop.
    placed(9, None, datetime(2026, 10, 31, 23, tzinfo=UTC))
    placed(10, other, datetime(2026, 12, 1, tzinfo=UTC))


def test_rates_are_counted_once_for_a_page_and_its_pictures(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    compared_shop()
    monkeypatch.setattr(kept_figures, "this_minute", lambda: datetime(2026, 11, 20, 10, 5, tzinfo=UTC))

    assert reports.recent_rates(SPAN) is reports.recent_rates(SPAN)


def test_orders_of_labelled_buyers_are_held_against_those_of_others_by_month_of_the_shop(shop: Flask) -> None:
    settings.save(None, timezone="Asia/Shanghai")
    compared_shop()

    found = reports.rates(SPAN)

    assert [(one.month.day, one.labelled, one.others) for one in found.months] == [
        (date(2026, 10, 1), Counts(), Counts(1, 0, 0)),
        (date(2026, 11, 1), Counts(3, 1, 1), Counts(2, 1, 0)),
    ]
    assert found.phases == {
        "before": Counts(1, 1, 0), "standing": Counts(3, 1, 1), "over": Counts(1, 0, 0), "never": Counts(3, 1, 0),
    }  # fmt: skip
    assert not found.is_empty
    assert reports.rates(Span(date(2020, 1, 1), date(2020, 1, 31))).is_empty


def test_holds_are_counted_by_their_end_with_the_orders_money(shop: Flask) -> None:
    owner = testing.make_account(shop, is_owner=True)
    actor = Actor(owner, "Owner", True, frozenset())  # type: ignore[arg-type]
    buyer = testing.make_buyer()
    label_id = grave_label(buyer)
    live_rule(Effect(Level.HOLD, frozenset({"prepay", "signature_delivery"}), False, 24))
    by_itself, by_person, kept, cancelled, waiting = (
        order_of(buyer, number, total=total, currency=currency)
        for number, (total, currency) in enumerate(
            ((100, "CNY"), (200, "CNY"), (300, "CNY"), (400, "USD"), (500, "CNY")), start=1
        )
    )
    deciding.decide_new(LATER)
    orders.release(actor, by_person, "Paid in advance", now=LATER + HOUR)
    orders.confirm(actor, kept, "Ask first", now=LATER + HOUR)
    with writing() as session:
        session.get_one(Order, cancelled).status = "cancelled"
        session.get_one(Order, by_itself).refunded = 100
    deciding.decide_orders([cancelled], LATER + HOUR)
    held_at = held(by_itself).held_at
    with writing() as session:
        session.merge(held(by_itself)).release_at = held_at + HOUR
    holds.release_due(LATER + 2 * HOUR)

    found = prevented.prevented(WIDE, LATER + 2 * HOUR)

    assert {ending: (hold.orders, dict(hold.money), hold.sold) for ending, hold in found.holds.items()} == {
        "by_itself": (1, {"CNY": 100}, Counts(1, 1, 0)),
        "by_person": (1, {"CNY": 200}, Counts(1, 0, 0)),
        "kept": (1, {"CNY": 300}, Counts(1, 0, 0)),
        "cancelled": (1, {"USD": 400}, Counts()),
        "waiting": (1, {"CNY": 500}, Counts(1, 0, 0)),
    }
    each = {"by_itself": 1, "by_person": 1, "kept": 1, "cancelled": 1, "waiting": 1}
    assert found.asked == {"prepay": each, "signature_delivery": each}
    assert (found.excluded_orders, found.excluded_buyers) == (5, 1)
    # Over by the clock, before the worker has come.
    assert prevented.prevented(WIDE, LATER + 25 * HOUR).holds["by_itself"].orders == 2
    assert prevented.prevented(SPAN, LATER).holds == {}
    change(label_id, revoked_at=LATER, revoked_why="by_hand")
    assert prevented.prevented(WIDE, LATER + 2 * HOUR).holds["dropped"].orders == 2
    assert held(waiting).released_why == "revoked"


def _decided(label_id: int, outcome: str) -> None:
    with writing() as session:
        session.add(
            Appeal(label_id=label_id, buyer_id=1, channel="chat", opened_at=NOW, due_at=NOW + 14 * DAY,
                   alone_from=NOW + DAY, decided_at=NOW, decided_by=9, outcome=outcome,
                   remedy="revoked" if outcome == "upheld" else "")
        )  # fmt: skip


def _heard(label_id: int, *outcomes: str) -> None:
    with writing() as session:
        for number, outcome in enumerate(outcomes):
            session.add(
                Outcome(complaint_id=1, label_id=label_id, ground="malicious_refund", outcome=outcome,
                        decided_at=NOW + number * DAY, heard_at=NOW, tier_before=2, tier_after=2)
            )  # fmt: skip


def test_labels_that_were_wrong_are_counted_once_by_code_and_by_author(shop: Flask) -> None:
    fine, overturned, corrected = (add_label(**GRAVE) for _number in range(3))
    other = add_label(**GRAVE | {"code": "refund.empty_parcel", "created_by": 7})
    add_label(**GRAVE | {"created_at": NOW - 60 * DAY, "reviewed_at": NOW - 60 * DAY})
    add_label()
    _decided(fine, "rejected")
    _decided(overturned, "upheld")
    _heard(fine, "rejected", "upheld")
    _heard(other, "rejected")
    change(overturned, revoked_at=NOW, revoked_why="overturned")
    change(corrected, corrected_at=NOW)

    found = verdicts.verdicts(Span(date(2026, 11, 1), date(2026, 11, 30)))

    swapped = Judged(labels=3, objected=2, upheld=1, sent=1, confirmed=1, corrected=1, revoked=1, wrong=2)
    parcel = Judged(labels=1, sent=1, rejected=1, wrong=1)
    assert found.by_code == {"refund.item_swapped": swapped, "refund.empty_parcel": parcel}
    assert found.by_author == {1: swapped, 7: parcel}
    assert found.total == swapped + parcel


def test_the_page_is_empty_then_filled_and_shows_authors_to_the_owner_alone(shop: Flask) -> None:
    owner = testing.sign_in(shop, testing.make_account(shop, is_owner=True))
    reader = testing.sign_in(shop, testing.make_account(shop, permissions.REPORT))
    clerk = testing.sign_in(shop, testing.make_account(shop, permissions.READ))
    asked = "?since=2026-10-01&until=2026-11-30"

    for address in ("", "returns.svg", "rates.csv"):
        assert clerk.get(PAGE + address).status_code == 403, address
    empty = reader.get(PAGE).get_data(as_text=True)
    for words in ("Nothing to compare", "No order was held", "No label was approved", "No rule watches"):
        assert words in empty
    assert reader.get(f"{PAGE}holds.svg").status_code == 404

    compared_shop()
    rules.add(OWNER, rules.Draft("Only watches", rules.SHIPPED[2][1]), NOW)

    page = reader.get(PAGE + asked).get_data(as_text=True)
    for words in ("This shows no cause", "Too few orders to compare", "1 of 3: too few to say", "Only watches"):
        assert words in page
    assert "by who proposed them" not in page
    assert "by who proposed them" in owner.get(PAGE + asked).get_data(as_text=True)
    for picture in ("returns", "losses", "wrong"):
        assert reader.get(f"{PAGE}{picture}.svg{asked}").mimetype == "image/svg+xml", picture
    file = reader.get(f"{PAGE}rates.csv{asked}").get_data(as_text=True)
    assert "2026-11-01,labelled,3,1," in file
    for wrong in (
        "?since=2026-11-30&until=2026-10-01",
        "?since=x&until=2026-10-01",
        "?since=2010-01-01&until=2026-01-01",
    ):
        assert (reader.get(PAGE + wrong).status_code, reader.get(f"{PAGE}returns.svg{wrong}").status_code) == (400, 400)


def test_s8_rates_before_and_while_a_label_come_with_their_intervals_and_name_no_cause(shop: Flask) -> None:
    buyer = testing.make_buyer()
    grave_label(buyer, expires_at=NOW + 5 * DAY)
    # 10 of 25 came back before, 2 of 25 while the label was in force, and of three later ones nothing can be said.
    for number in range(1, 54):
        at = NOW - DAY if number <= 25 else NOW + DAY if number <= 50 else NOW + 6 * DAY
        placed(number, buyer, at, refunded=100 if number <= 10 or number in (26, 27) else 0)
    reader = testing.sign_in(shop, testing.make_account(shop, permissions.REPORT))

    page = reader.get(f"{PAGE}?since=2026-10-01&until=2026-11-30").get_data(as_text=True)

    # By hand: Wilson's intervals, Newcombe's of the difference.
    table = page.partition("Before, while and after")[2]
    for words in (
        "40 % (10 of 25; 23.4–59.3 %)", "8 % (2 of 25; 2.2–25 %)", "-32 points (-52.1 to -8.3 points)",
        "0 of 3: too few to say",
    ):  # fmt: skip
        assert words in table, words
    assert "This shows no cause" in page
    for claim in ("because of", "thanks to", "reduced", "lowered", "prevented"):
        assert claim not in page, claim


def test_tiles_name_what_waits_and_are_not_there_without_it(shop: Flask) -> None:
    assert waiting_tiles.tiles(OWNER, NOW) == []
    buyer = testing.make_buyer()
    grave_label(buyer)
    live_rule(HOLD)
    order_of(buyer)
    deciding.decide_new(LATER)
    add_label(**GRAVE | {"reviewed_at": None, "reviewed_by": None, "noticed_at": None, "notice_sent_at": None,
                         "submitted_by": KIM.account_id})  # fmt: skip

    with shop.test_request_context():
        tiles = waiting_tiles.tiles(Actor(OWNER.account_id + 50, "Owner", True, frozenset()), LATER + HOUR)  # type: ignore[arg-type]
        late = waiting_tiles.tiles(OWNER, LATER + 21 * HOUR)

        assert [(tile.icon, tile.value, tile.tone) for tile in tiles] == [
            ("pause-circle", "1", "warn"), ("hourglass-split", "1", "warn"),
        ]  # fmt: skip
        # The owner wrote this label: somebody else reviews it. And the hold ends soon.
        assert [(tile.icon, tile.tone) for tile in late] == [("pause-circle", "danger")]
        # Kim put it to review.
        assert waiting_tiles.tiles(KIM, LATER) == []
        assert waiting_tiles.tiles(OWNER, LATER + timedelta(days=2)) == []
