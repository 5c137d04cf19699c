"""Incidents: written down with their order, and announced."""

import io
from datetime import UTC, datetime

import pytest
from ears import ears
from PIL import Image
from sqlalchemy import delete, select

from shopadmin import testing
from shopadmin.contract import EvidenceOrigin, IncidentReport
from shopadmin.models import db
from shopadmin.models.cases import Incident
from shopadmin.models.evidence import Evidence
from shopadmin.services import incident_reports, incidents
from shopadmin.services.evidence import storing
from shopadmin.services.transactions import writing

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


def test_no_search_guesses_the_order_number_that_is_not_shown(app, client_as):
    testing.make_order(7)
    client_as(CREATE).post("/admin/incidents/new", data=form(order_no="T000007", note="Gone"))
    may, may_not = client_as(READ, "core.orders:read"), client_as(READ)

    found, hidden, by_word = (
        client.get(f"/admin/incidents/?search={term}").get_data(as_text=True).partition("<tbody>")[2]
        for client, term in ((may, "T0000"), (may_not, "T0000"), (may_not, "Gone"))
    )

    assert "T000007" in found
    assert hidden == ""
    assert "Gone" in by_word


def test_the_form_knows_the_order_that_led_to_it(app, client_as):
    text = client_as(CREATE).get("/admin/incidents/new?order_no=T000001").get_data(as_text=True)

    assert 'value="T000001"' in text


def photo():
    """A picture that says where it was taken."""
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x010F] = "MARKCAMERA"
    Image.new("RGB", (2, 2), "white").save(file, "JPEG", exif=exif)
    return file.getvalue()


def reported(*proofs):
    """An incident that rests on these pieces; the address of its page."""
    now = datetime.now(UTC)
    report = IncidentReport("review.extortion_demand", "ears.1", now, testing.make_buyer(), evidence=proofs)
    return f"/admin/incidents/details/{incident_reports.report(None, report)}"


def test_the_page_of_an_incident_shows_the_copies_of_its_evidence_to_those_who_read_incidents(app, client_as):
    origin = EvidenceOrigin(datetime.now(UTC), "platform chat", 2)
    words = storing.store(None, "ears.case", 1, "chat", "<b>50</b>, or one star. Ring 13800138000", origin)
    shot = storing.store(None, "ears.case", 1, "picture", photo(), origin, "shot.jpg")
    other = storing.store(None, "ears.case", 2, "chat", "of another case", origin)
    page = reported(words, shot)
    reader, stranger = client_as(READ), client_as("core.complaints:read", "core.orders:read")

    text = reader.get(page).text
    place = f"/admin/evidence/incident/{page.rpartition('/')[2]}"
    picture = reader.get(f"{place}/{shot}")

    assert "&lt;b&gt;50&lt;/b&gt;, or one star. Ring 138****8000" in text
    assert "platform chat" in text
    assert f'src="{place}/{shot}"' in text
    assert picture.content_type == "image/jpeg"
    assert b"MARKCAMERA" in photo()
    assert b"MARKCAMERA" not in picture.data
    assert reader.get(f"{place}/{words}").text == "<b>50</b>, or one star. Ring 138****8000"
    assert reader.get(f"{place}/{other}").status_code == 404
    assert reader.get(f"/admin/evidence/incident/999/{words}").status_code == 404
    assert stranger.get(f"{place}/{words}").status_code == 403


def test_an_incident_says_what_was_erased_with_its_buyer_and_that_there_never_was_any(app, client_as):
    origin = EvidenceOrigin(datetime.now(UTC))
    page = reported(*(storing.store(None, "ears.case", 1, "chat", "Sample", origin) for _ in range(2)))
    with writing() as session:
        session.execute(delete(Evidence))
    client = client_as(CREATE)
    plain = client.post("/admin/incidents/new", data=form()).location

    assert "2 pieces were erased when the buyer was forgotten." in client.get(page).text
    assert "No evidence belongs to this incident." in client.get(plain).text


def test_an_incident_is_called_by_what_happened_its_order_and_the_day_not_by_the_programs_key(app, client_as):
    order_id = testing.make_order(1)
    at, key = datetime(2026, 3, 1, 20, tzinfo=UTC), "core.chargeback.1"
    report = IncidentReport("payment.chargeback_represented_won", key, at, order_id=order_id, tier=2, outcome="won")
    incident_id = incident_reports.report(None, report)
    client_as(CREATE).post("/admin/incidents/new", data=form())
    numbered = stored()[-1].incident_no
    seeing, not_orders = client_as(READ, "core.orders:read"), client_as(READ)

    listed = seeing.get("/admin/incidents/").get_data(as_text=True)
    page = seeing.get(f"/admin/incidents/details/{incident_id}").get_data(as_text=True)
    blind = not_orders.get(f"/admin/incidents/details/{incident_id}").get_data(as_text=True)

    assert numbered in listed  # a number that somebody may have noted stays
    assert "core.chargeback.1" not in listed + page + blind
    assert "<h1>Chargeback that the shop won, order T000001, 2026-03-02</h1>" in page  # the day in Shanghai
    assert "<h1>Chargeback that the shop won, 2026-03-02</h1>" in blind
    assert "T000001" not in blind


def test_the_upload_page_says_which_words_a_list_of_incidents_knows_and_whose_money_its_cost_is(app, client_as):
    page = client_as("core.imports:run").get("/admin/imports/new").get_data(as_text=True)

    assert [kind for kind in (*incidents.KINDS, *incidents.EVENTS, "拒收") if kind not in page] == []
    assert "currency (CNY)" in page
