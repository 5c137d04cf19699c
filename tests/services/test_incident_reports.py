"""Incidents of plugins and of the core's own books: once for each key, with their proof, announced after the commit."""

from datetime import UTC, datetime, timedelta

import pytest
from ears import ears
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor, BuyerId, EvidenceOrigin, IncidentReport, OrderId
from shopadmin.models import db
from shopadmin.models.cases import Incident
from shopadmin.models.orders import Chargeback
from shopadmin.services import buyers, incident_reports, incidents, order_changes
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.evidence import storing
from shopadmin.services.transactions import writing

NOW = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def app(make_app, heard):
    made = make_app(ears(shopadmin_incident_recorded=lambda event: heard.append(event)))
    with made.app_context():
        yield made
        db.session.remove()


@pytest.fixture
def actor(app):
    return Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())


def demand(**changes):
    fields = {"kind": "review.extortion_demand", "key": "ears.case.1", "occurred_at": NOW}
    return IncidentReport(**{**fields, **changes})


def stored():
    db.session.rollback()
    return db.session.scalars(select(Incident).order_by(Incident.id)).all()


def test_a_plugins_incident_carries_its_buyer_tier_outcome_and_evidence(actor, heard):
    buyer_id = BuyerId(testing.make_buyer())
    proof = storing.store(actor, "ears.case", 1, "chat", "50 or one star", EvidenceOrigin(NOW))

    incident_id = incident_reports.report(
        None, demand(buyer_id=buyer_id, tier=1, outcome="refused", evidence=(proof,), note="Sample")
    )

    (row,) = stored()
    assert (row.id, row.buyer_id, row.tier, row.outcome, row.evidence) == (
        incident_id, buyer_id, 1, "refused", [proof]
    )  # fmt: skip
    (event,) = heard
    assert (event.buyer_id, event.order_id, event.tier, event.outcome, event.evidence) == (
        buyer_id, None, 1, "refused", (proof,)
    )  # fmt: skip
    details = buyers.load_details(actor, buyers.find(actor, buyer_id))
    assert [found.id for found in details.incidents] == [incident_id]


def test_the_buyer_is_the_orders_where_none_is_named(actor, heard):
    buyer_id = testing.make_buyer()
    order_id = OrderId(testing.make_order(1, buyer_id=buyer_id))

    incident_reports.report(actor, demand(order_id=order_id))

    assert [(event.order_id, event.buyer_id) for event in heard] == [(order_id, buyer_id)]
    assert stored()[0].order_no == "T000001"


def test_the_same_key_writes_nothing_again(actor, heard):
    report = demand(buyer_id=BuyerId(testing.make_buyer()))

    assert incident_reports.report(actor, report) == incident_reports.report(actor, report)
    assert len(stored()) == len(heard) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"buyer_id": BuyerId(999)},
        {"order_id": OrderId(999)},
        {"evidence": ("no",)},
        {"note": "x" * 2001},
        {"note": "a\0"},
        {"outcome": "x" * 41},
        {"occurred_at": NOW + timedelta(days=1)},
        {"occurred_at": datetime(1, 1, 1, tzinfo=UTC)},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_what_cannot_be_is_refused(actor, heard, changes):
    about = {} if not changes else {"buyer_id": BuyerId(testing.make_buyer())}

    with pytest.raises(RefusedError):
        incident_reports.report(actor, demand(**{**about, **changes}))

    assert stored() == []
    assert heard == []


@pytest.mark.parametrize("changes", [{"kind": "lost"}, {"kind": "A.b"}, {"key": "nokey"}, {"tier": 5}], ids=str)
def test_a_plugin_that_names_it_wrongly_is_told_at_once(actor, changes):
    with pytest.raises(ValueError, match="no incident"):
        incident_reports.report(actor, demand(**{"buyer_id": BuyerId(testing.make_buyer()), **changes}))


def charged_back(actor, order_id):
    with writing() as session:
        found = Chargeback(order_id=order_id, amount=500, opened_at=NOW, reason="Sample")
        session.add(found)
        session.flush()
        return found.id


def test_a_chargeback_that_the_shop_won_is_an_incident_of_its_buyer(actor, heard):
    buyer_id = testing.make_buyer()
    order_id = testing.make_order(1, buyer_id=buyer_id)

    order_changes.decide_chargeback(actor, order_id, charged_back(actor, order_id), True)
    order_changes.decide_chargeback(actor, order_id, charged_back(actor, order_id), False)

    assert [(row.kind, row.tier, row.outcome) for row in stored()] == [(incident_reports.CHARGEBACK_WON, 2, "won")]
    assert [(event.buyer_id, event.tier) for event in heard] == [(buyer_id, 2)]


def refuse(actor, number, buyer_id, method):
    testing.make_order(number, buyer_id=buyer_id, payment_method=method)
    incidents.record(actor, "not_accepted", f"T{number:06}", NOW, "", "CNY", "")


def test_cash_on_delivery_refused_three_times_is_an_incident(actor, heard):
    buyer_id = testing.make_buyer()

    for number, method in enumerate(("货到付款", "Cash on Delivery", "cod", "COD"), 1):
        refuse(actor, number, buyer_id, method)

    again = [(event.kind, event.buyer_id, event.outcome) for event in heard if "." in event.kind]
    assert again == [(incident_reports.REFUSED_AGAIN, buyer_id, f"{times}x") for times in (3, 4)]


def test_what_was_paid_before_or_refused_by_others_does_not_count(actor, heard):
    one, other = testing.make_buyer("One"), testing.make_buyer("Other")

    refuse(actor, 1, one, "cod")
    refuse(actor, 2, one, "alipay")
    refuse(actor, 3, one, "Codasip card")
    refuse(actor, 4, other, "cod")
    refuse(actor, 5, one, "cod")

    assert [event.kind for event in heard] == ["not_accepted"] * 5
