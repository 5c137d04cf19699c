"""Incidents: written down with their order, and announced."""

from datetime import UTC, datetime

import pytest
from ears import ears
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.cases import Incident

READ, CREATE = "core.incidents:read", "core.incidents:create"


@pytest.fixture
def heard():
    return []


@pytest.fixture
def app(make_app, heard):
    made = make_app(ears(shopadmin_incident_recorded=lambda event: heard.append(event)), WTF_CSRF_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()


def form(**changes):
    fields = {"kind": "lost", "order_no": "", "occurred_at": "2026-03-01T10:00", "cost": "", "note": ""}
    return fields | changes


def stored():
    db.session.rollback()
    return db.session.scalars(select(Incident)).all()


def test_an_incident_is_kept_with_its_order_in_utc_and_announced(app, client_as, heard):
    buyer_id = testing.make_buyer()
    order_id = testing.make_order(1, buyer_id=buyer_id, currency="EUR")
    client = client_as(CREATE)

    response = client.post("/admin/incidents/new", data=form(order_no="T000001", cost="12.50", note="Gone"))

    (incident,) = stored()
    assert response.status_code == 302
    assert (incident.order_id, incident.cost, incident.currency, incident.kind) == (order_id, 1250, "EUR", "lost")
    assert incident.occurred_at == datetime(2026, 3, 1, 2, 0, tzinfo=UTC)  # the shop is in Shanghai
    assert [(event.order_id, event.buyer_id, event.kind) for event in heard] == [(order_id, buyer_id, "lost")]
    assert "Gone" in client.get("/admin/incidents/").get_data(as_text=True)
    assert "Lost on the way" in client.get(response.location).get_data(as_text=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "stolen"},
        {"kind": ""},
        {"order_no": "T999999"},
        {"order_no": "T\0"},
        {"occurred_at": ""},
        {"occurred_at": "2026-02-30T10:00"},
        {"occurred_at": "99999-01-01T10:00"},
        {"occurred_at": "0001-01-01T00:00"},
        {"occurred_at": "2999-01-01T10:00"},
        {"cost": "-1"},
        {"cost": "NaN"},
        {"cost": "12.505"},
        {"cost": "1e309"},
        {"note": "x" * 2001},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_the_form(app, client_as, heard, changes):
    response = client_as(CREATE).post("/admin/incidents/new", data=form(**changes))

    assert response.status_code == 400
    assert "field-errors" in response.get_data(as_text=True)
    assert stored() == []
    assert heard == []


def test_reading_alone_writes_nothing_down(app, client_as):
    client = client_as(READ)

    assert client.post("/admin/incidents/new", data=form()).status_code == 403
    assert "Write down" not in client.get("/admin/incidents/").get_data(as_text=True)
    assert stored() == []


def test_the_form_knows_the_order_that_led_to_it(app, client_as):
    text = client_as(CREATE).get("/admin/incidents/new?order_no=T000001").get_data(as_text=True)

    assert 'value="T000001"' in text
