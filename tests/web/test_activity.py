"""The activity page: filters, sentences, and values as far as the reader may see them."""

from datetime import UTC, datetime, timedelta

import pytest
from forms import send
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import IncidentReport
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.services import access, audit, incident_reports
from shopadmin.services.transactions import writing

READ, EXPORT = "core.activity:read", "core.activity:export"


def write(code, object_type="", object_id="", account_id=None, **more):
    with writing():
        audit.record(access.load_actor(account_id) if account_id else None, code, object_type, object_id, **more)


@pytest.fixture
def log(app):
    anna = testing.make_account(app, email="anna@example.com")
    write("core.order.status_changed", "order", 17, anna, before={"status": "paid"}, after={"status": "SHIPPEDNOW"})
    write("core.product.changed", "product", 3, before={"stock": 1}, after={"stock": 987654}, reason="COUNTEDAGAIN")
    write("core.contact.revealed", "buyer", 5, anna, after={"phone": "13900139777", "email": "secret@example.com"})
    return anna


def page(client, query=""):
    return client.get(f"/admin/activity/{query}").get_data(as_text=True)


def test_the_owner_reads_who_did_what_from_what_to_what(app, client_as, log):
    text = page(client_as(owner=True))

    for part in (
        "Changed the status of an order",
        "anna",
        "Order 17",
        "status: paid → SHIPPEDNOW",
        "stock: 1 → 987654",
    ):
        assert part in text


def test_a_code_may_break_after_its_dots_and_underscores_and_is_text_none_the_less(app, client_as, log):
    write("core.made_up<b>")

    text = page(client_as(owner=True))

    assert "<code>core.<wbr>order.<wbr>status_<wbr>changed</code>" in text
    assert "<code>core.<wbr>made_<wbr>up&lt;b&gt;</code>" in text


def test_values_of_what_one_may_not_read_stay_hidden(app, client_as, log):
    bare, with_orders = client_as(READ), client_as(READ, "core.orders:read")

    assert "Changed the status of an order" in page(bare)
    assert not any(part in page(bare) for part in ("SHIPPEDNOW", "987654", "COUNTEDAGAIN"))
    assert "SHIPPEDNOW" in page(with_orders)
    assert "987654" not in page(with_orders)


def test_contact_data_in_the_log_needs_the_right_to_contact_data(app, client_as, log):
    without, allowed = client_as(READ, "core.buyers:read"), client_as(READ, "core.buyers:contact")

    assert not any(part in page(without) for part in ("13900139777", "secret@"))
    assert "***" in page(without)
    assert "13900139777" in page(allowed)


def test_the_file_shows_what_the_page_shows(app, client_as, log):
    client = client_as(EXPORT, "core.orders:read")

    text = client.get("/admin/activity/export/csv").get_data(as_text=True)

    assert "SHIPPEDNOW" in text
    assert not any(part in text for part in ("987654", "COUNTEDAGAIN", "13900139777"))


def test_the_file_needs_its_own_permission(app, client_as, log):
    assert client_as(READ).get("/admin/activity/export/csv").status_code == 403


def test_taking_the_log_away_is_logged_with_the_number_of_rows(app, client_as, log):
    count = db.session.query(AuditEntry).count()
    db.session.rollback()

    client_as(owner=True).get("/admin/activity/export/csv?code=core.product.changed")

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.list.exported")).one()
    assert entry.after == {"rows": 1, "file": "csv"}
    assert count == 3


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?code=core.product.changed", "987654", "SHIPPEDNOW"),
        ("?object=order", "SHIPPEDNOW", "987654"),
        ("?object=order+17", "SHIPPEDNOW", "987654"),
        ("?object=order+18", "Nothing matches", "SHIPPEDNOW"),
    ],
)
def test_the_log_can_be_narrowed(app, client_as, log, query, shown, hidden):
    text = page(client_as(owner=True), query)

    assert shown in text
    assert hidden not in text


def test_the_log_can_be_narrowed_to_one_person_and_to_days(app, client_as, log):
    owner, today = client_as(owner=True), datetime.now(UTC).date()

    assert "987654" not in page(owner, f"?account={log}")
    assert "SHIPPEDNOW" in page(owner, f"?account={log}")
    assert "SHIPPEDNOW" in page(owner, f"?from={today - timedelta(days=1)}&to={today + timedelta(days=1)}")
    assert "SHIPPEDNOW" not in page(owner, f"?from={today + timedelta(days=2)}")


@pytest.mark.parametrize(
    "query",
    ["?code=no.such.code", "?account=x", "?account=-1", "?account=1e9", "?from=2026-02-30", "?to=x", "?cursor=junk",
     "?sort=who", "?object=%00", "?from=9999-12-31&to=9999-12-31", "?account=" + "9" * 40],
)  # fmt: skip
def test_list_args_never_500(app, client_as, log, query):
    assert client_as(owner=True).get(f"/admin/activity/{query}").status_code in (200, 400)


def test_one_entry_has_a_page(app, client_as, log):
    owner = client_as(owner=True)
    entry_id = db.session.scalar(select(AuditEntry.id).where(AuditEntry.code == "core.product.changed"))

    assert "987654" in owner.get(f"/admin/activity/details/{entry_id}").get_data(as_text=True)
    assert owner.get("/admin/activity/details/999999").status_code == 404
    assert owner.get("/admin/activity/details/1,2").status_code == 400


def test_sentences_come_in_the_readers_language(app, client_as, log):
    client = client_as(owner=True)
    send(client, "/admin/profile/", to="/preferences/language", language="zh")

    assert "Changed the status of an order" not in page(client)


def test_what_looks_like_markup_or_a_formula_does_nothing(app, client_as):
    write("core.note.added", "order", 1, after={"text": "<script>alert(1)</script>"}, reason="=1+1")
    owner = client_as(owner=True)

    assert "<script>alert" not in page(owner)
    assert ",=1+1" not in owner.get("/admin/activity/export/csv").get_data(as_text=True)


def test_an_incident_is_called_as_on_its_own_page_by_those_who_may_see_it(app, client_as):
    order_id = testing.make_order(1)
    report = IncidentReport(
        "delivery.cod_refused_repeat", "ears.1", datetime(2026, 3, 1, 20, tzinfo=UTC), order_id=order_id, tier=1
    )
    incident_id = incident_reports.report(None, report)
    named, bare = f"Incident {incident_id}: Refused cash on delivery again, 2026-03-02", f"Incident {incident_id}"
    seeing, blind = client_as(EXPORT, "core.incidents:read"), client_as(READ)
    owner = client_as(owner=True)
    entry_id = db.session.scalar(select(AuditEntry.id).where(AuditEntry.code == "core.incident.recorded"))

    assert named in page(seeing)
    assert named in seeing.get(f"/admin/activity/details/{entry_id}").get_data(as_text=True)
    assert named in seeing.get("/admin/activity/export/csv").get_data(as_text=True)
    assert f"Incident {incident_id}: Refused cash on delivery again, order T000001, 2026-03-02" in page(owner)
    assert (bare in page(blind), "Refused cash on delivery again" in page(blind)) == (True, False)
    assert named in page(seeing, f"?object={named}")
    send(owner, "/admin/profile/", to="/preferences/language", language="zh")
    assert f"异常 {incident_id}：多次拒收货到付款，订单 T000001，2026-03-02" in page(owner)


def test_the_log_gives_no_entry_the_name_of_another_incident_that_has_its_id_now(app, client_as):
    at, order_id = datetime(2026, 3, 1, tzinfo=UTC), testing.make_order(1)
    write("core.incident.recorded", "incident", 1, after={"kind": "lost"})
    incident_reports.report(
        None, IncidentReport("delivery.cod_refused_repeat", "ears.1", at, order_id=order_id, tier=1)
    )
    write("core.incident.recorded", "incident", 2, after={"kind": "lost"})

    text = page(client_as(owner=True))

    assert text.count("Incident 1") == 2
    assert text.count("Incident 1: Refused cash on delivery again") == 1
    assert "Incident 2" in text
