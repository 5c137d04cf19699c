"""The pages of complaints: what is due first, the checklist, evidence, calls, the pack, and who may do what."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from shopadmin import plugin_api, testing
from shopadmin.contract import EvidenceOrigin
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.complaints import Complaint, ComplaintEvidence
from shopadmin.models.evidence import Evidence
from shopadmin.services.evidence import archives, storing
from shopadmin.services.transactions import writing

READ, WORK, EXPORT = "core.complaints:read", "core.complaints:work", "core.evidence:export"
ORIGIN = {"tier": "1", "source": "chat", "captured_at": "2026-03-01T10:00", "item": ""}


@pytest.fixture
def app(make_app):
    made = make_app(WTF_CSRF_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()


def png():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "PNG")
    return buffer.getvalue()


def stored():
    db.session.rollback()
    return db.session.scalars(select(Complaint).order_by(Complaint.id)).all()


def opened(client, **where):
    address = "/admin/complaints/new" + "".join(f"?{name}={value}" for name, value in where.items())
    fields = {"platform": "taobao", "ground": "extortion", "deadline_at": "", "note": "Sample"}
    response = client.post(address, data=fields)
    assert response.status_code == 302, response.get_data(as_text=True)
    return response.location


def test_a_complaint_goes_from_the_order_to_the_pack(app, client_as):
    order_id = testing.make_order(1, platform="taobao", buyer_id=testing.make_buyer())
    client = client_as(WORK, EXPORT, "core.orders:read")
    assert f"/admin/complaints/new?order_id={order_id}" in client.get(
        f"/admin/orders/details/{order_id}"
    ).get_data(as_text=True)  # fmt: skip

    page = opened(client, order_id=order_id)
    for item, kind, text in (
        ("contacted", "chat", "Hello"),
        ("demand", "chat", "50 or one star, ring 13800138000"),
        ("order", "order", "T000001"),
    ):
        assert client.post(f"{page}/text", data={**ORIGIN, "item": item, "kind": kind, "text": text}).status_code == 302
    file = {**ORIGIN, "item": "review", "file": (io.BytesIO(png()), "review.png")}
    assert client.post(f"{page}/picture", data=file).status_code == 302
    shown = client.get(page).get_data(as_text=True)
    assert "Ready to hand in" in shown
    assert "138****8000" in shown
    assert "13800138000" not in shown
    assert client.post(f"{page}/submit", data={"channel": "tool", "reference": "A-1"}).status_code == 302
    assert client.post(f"{page}/call", data={"ticket": "T-7", "text": "Soon."}).status_code == 302
    assert client.post(f"{page}/decide", data={"outcome": "upheld", "text": "Removed."}).status_code == 302

    answer = client.get(f"{page}/pack?language=zh")

    (found,) = stored()
    assert (found.state, found.order_id, found.reference) == ("upheld", order_id, "A-1")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={found.complaint_no}.zip"
    assert answer.headers["Cache-Control"] == "no-store"
    assert archives.verify(io.BytesIO(answer.data)).is_whole
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        assert 'lang="zh"' in pack.read("index.html").decode()
    exported = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.evidence.exported")).one()
    assert exported.after["rows"] == 5
    assert "T-7" in client.get(page).get_data(as_text=True)


def test_the_list_says_what_is_overdue_and_today_counts_it(app, client_as):
    client = client_as(WORK)
    opened(client)
    assert "Complaints due" in client.get("/admin/").get_data(as_text=True)
    assert "nothing is due within three days" in client.get("/admin/").get_data(as_text=True)
    (found,) = stored()
    with writing() as session:
        session.get(Complaint, found.id).deadline_at = datetime.now(UTC) - timedelta(hours=1)

    assert "overdue" in client.get("/admin/complaints/").get_data(as_text=True)
    assert "one is overdue" in client.get("/admin/").get_data(as_text=True)


def test_the_page_says_whether_the_list_was_checked_and_the_owner_alone_says_that_it_was(app, client_as):
    clerk, owner = (
        client_as(WORK, "core.settings:update"),
        testing.sign_in(app, testing.make_account(app, is_owner=True)),
    )
    page = opened(clerk)
    assert "List not checked yet" in clerk.get(page).text
    assert "I have checked these" not in clerk.get(page).text
    assert clerk.post(f"{page}/lists-checked").status_code == 403
    assert "I have checked these" in owner.get(page).text

    assert owner.post(f"{page}/lists-checked").status_code == 302

    assert "List checked" in clerk.get(page).text


def test_an_empty_list_says_what_complaints_are_for(app, client_as):
    text = client_as(READ).get("/admin/complaints/?view=all").get_data(as_text=True)

    assert "open one from an order or a review" in text
    assert "/admin/complaints/new" not in text


def test_reading_alone_changes_nothing_and_takes_nothing_away(app, client_as):
    page = opened(client_as(WORK))
    reader = client_as(READ)
    text = reader.get(page).get_data(as_text=True)

    assert "<form" not in text.partition('class="detail"')[2]
    for act in ("note", "call", "tick", "picture", "text", "use", "deadline", "submit", "step", "decide"):
        assert reader.post(f"{page}/{act}", data={"text": "x", "outcome": "withdrawn"}).status_code == 403
    assert reader.get(f"{page}/pack").status_code == 403
    assert client_as(WORK).get(f"{page}/pack").status_code == 403
    assert [found.state for found in stored()] == ["collecting"]


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("note", {"text": ""}, 400),
        ("call", {"ticket": ""}, 400),
        ("tick", {"item": "order", "done": "yes"}, 400),
        ("text", {**ORIGIN, "kind": "picture", "text": "x"}, 400),
        ("text", {**ORIGIN, "kind": "chat", "text": "x", "tier": "9"}, 400),
        ("text", {**ORIGIN, "kind": "chat", "text": "x", "captured_at": "yesterday"}, 400),
        ("text", {**ORIGIN, "kind": "chat", "text": "x", "captured_at": "2999-01-01T00:00"}, 400),
        ("picture", ORIGIN, 400),
        ("use", {"evidence": "00000000-0000-4000-8000-000000000000"}, 400),
        ("deadline", {"deadline_at": "2020-01-01T00:00"}, 400),
        ("deadline", {}, 400),
        ("submit", {"channel": "tool", "reference": "A"}, 409),
        ("submit", {"channel": ""}, 400),
        ("step", {"state": "appealed"}, 409),
        ("step", {"state": "upheld"}, 400),
        ("step", {}, 400),
        ("decide", {"outcome": "upheld"}, 409),
        ("decide", {}, 400),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_on_the_page_and_changes_nothing(app, client_as, act, fields, status):
    client = client_as(WORK)
    page = opened(client)

    response = client.post(f"{page}/{act}", data=fields)

    assert response.status_code == status
    assert "flash" in response.get_data(as_text=True) or "alert" in response.get_data(as_text=True)
    assert [found.state for found in stored()] == ["collecting"]
    assert db.session.scalars(select(Evidence)).all() == []


def test_only_who_may_say_so_keeps_a_decision_of_an_authority(app, client_as):
    worker, trusted = client_as(READ, WORK), client_as(READ, WORK, "core.evidence:authority")
    page = opened(worker)
    fields = ORIGIN | {"kind": "chat", "text": "Judgment 1", "tier": "4"}

    refused = [
        worker.post(f"{page}/text", data=fields).status_code,
        worker.post(f"{page}/picture", data=ORIGIN | {"tier": "4", "file": (io.BytesIO(png()), "a.png")}).status_code,
    ]

    assert refused == [403, 403]
    assert db.session.scalars(select(Evidence)).all() == []
    offers = [client.get(page).text.count('<option value="4">') for client in (worker, trusted)]
    assert offers == [0, 2]
    assert trusted.post(f"{page}/text", data=fields).status_code == 302
    assert [found.tier for found in db.session.scalars(select(Evidence))] == [4]


def test_evidence_that_proves_nothing_yet_is_put_to_the_item_it_proves_on_the_page(app, client_as):
    client = client_as(WORK)
    page = opened(client)
    for text in ("We asked first", "50 or one star"):
        client.post(f"{page}/text", data={**ORIGIN, "kind": "chat", "text": text})
    first, second = db.session.scalars(select(Evidence.uuid).order_by(Evidence.id)).all()
    shown = client.get(page).text
    assert "Say at each piece of evidence below what it proves." in shown
    assert f'action="{page}/use"' in shown
    assert f'name="evidence" value="{first}"' in shown

    for uuid, item in ((first, "contacted"), (second, "demand")):
        assert client.post(f"{page}/use", data={"evidence": uuid, "item": item}).status_code == 302

    db.session.rollback()
    assert db.session.scalars(select(ComplaintEvidence.item)).all() == ["contacted", "demand"]
    assert client.post(f"{page}/use", data={"evidence": first, "item": "order"}).status_code == 400
    shown = client.get(page).text
    assert '<option value="demand" selected>' in shown
    assert shown.count("added evidence") == 2


def test_a_pack_without_evidence_is_refused_with_the_reason(app, client_as):
    client = client_as(WORK, EXPORT)
    page = opened(client)

    response = client.get(f"{page}/pack")

    assert response.status_code == 409
    assert "no evidence to pack" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "fields",
    [{"ground": "chargeback_fraud"}, {"ground": ""}, {"platform": "nowhere"}, {"deadline_at": "2020-01-01T00:00"}],
    ids=str,
)
def test_a_form_that_cannot_be_is_shown_again_with_the_reason(app, client_as, fields):
    given = {"platform": "taobao", "ground": "extortion", "deadline_at": "", "note": "Sample", **fields}

    response = client_as(WORK).post("/admin/complaints/new", data=given)

    assert response.status_code == 400
    assert "field-errors" in response.get_data(as_text=True)
    assert "Sample" in response.get_data(as_text=True)
    assert stored() == []


def test_an_order_or_a_review_that_one_may_not_see_is_not_found(app, client_as):
    order_id, review_id = testing.make_order(1), testing.make_review(1)

    assert client_as(WORK).get(f"/admin/complaints/new?order_id={order_id}").status_code == 404
    assert client_as(WORK).get(f"/admin/complaints/new?review_id={review_id}").status_code == 404
    assert client_as(WORK, "core.orders:read").get("/admin/complaints/new?order_id=999").status_code == 404
    assert client_as(WORK, "core.reviews:read").get(f"/admin/complaints/new?review_id={review_id}").status_code == 200


def test_evidence_of_an_order_is_used_by_those_alone_who_may_see_the_order(app, client_as):
    order_id = testing.make_order(1, platform="taobao")
    page = opened(client_as(WORK, "core.orders:read"), order_id=order_id)
    proof = storing.store(None, "order", order_id, "chat", "Sample", EvidenceOrigin(datetime.now(UTC)))

    refused = client_as(WORK).post(f"{page}/use", data={"evidence": proof})
    done = client_as(WORK, "core.orders:read").post(f"{page}/use", data={"evidence": proof})

    assert (refused.status_code, done.status_code) == (400, 302)
    assert len(db.session.scalars(select(ComplaintEvidence)).all()) == 1


def test_a_text_is_served_masked_and_as_nothing_but_text(app, client_as):
    page = opened(client_as(WORK))
    text = "<script>alert(1)</script> 13800138000"
    client_as(WORK).post(f"{page}/text", data={**ORIGIN, "kind": "chat", "text": text})
    proof = db.session.scalars(select(Evidence.uuid)).one()

    response = client_as(READ).get(f"/admin/evidence/complaint/{proof}")

    assert response.get_data(as_text=True) == "<script>alert(1)</script> 138****8000"
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "&lt;script&gt;" in client_as(READ).get(page).get_data(as_text=True)


def test_a_plugins_view_answers_with_its_own_evidence_alone(app):
    now = EvidenceOrigin(datetime.now(UTC))
    own = plugin_api.store_evidence(None, "ears.case", 1, "chat", "ring 13800138000", now)
    other = plugin_api.store_evidence(None, "eyes.case", 1, "chat", "Sample", now)

    with app.test_request_context():
        assert plugin_api.evidence_response(own, "ears.case", 1).get_data(as_text=True) == "ring 138****8000"
        for proof, subject_id in ((other, 1), (own, 2), ("x", 1)):
            with pytest.raises(NotFound):
                plugin_api.evidence_response(proof, "ears.case", subject_id)
    assert [found.uuid for found in plugin_api.evidence_of("ears.case", 1)] == [own]


def test_evidence_is_shown_for_what_it_is_kept_for_and_nothing_else(app, client_as):
    order_id, review_id = testing.make_order(1), testing.make_review(1)
    now = EvidenceOrigin(datetime.now(UTC))
    of_order = storing.store(None, "order", order_id, "chat", "Sample", now)
    of_review = storing.store(None, "review", review_id, "chat", "Sample", now)
    of_plugin = storing.store(None, "ears.case", 1, "chat", "Sample", now)
    owner = client_as(owner=True)

    statuses = {
        (place, name): owner.get(f"/admin/evidence/{place}/{proof}").status_code
        for place in ("order", "review", "complaint")
        for name, proof in (("order", of_order), ("review", of_review), ("plugin", of_plugin))
    }

    assert {key for key, status in statuses.items() if status == 200} == {("order", "order"), ("review", "review")}
    assert set(statuses.values()) == {200, 404}
