"""The order list and the order page: what stands there, for whom, and what their forms do."""

import csv
import io
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace

import pytest
from PIL import Image
from sqlalchemy import event, select

from shopadmin import testing
from shopadmin.contract import Badge, Manifest, Panel, Standing, StandingLevel
from shopadmin.domain.records import Phone
from shopadmin.hookspecs import hookimpl
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.cases import Note
from shopadmin.models.evidence import Evidence
from shopadmin.models.orders import Order, Refund, Shipment
from shopadmin.services import access, contacts
from shopadmin.services.evidence import storing
from shopadmin.services.transactions import writing

READ = "core.orders:read"
CONTACT = "core.buyers:contact"
PHONE, ADDRESS = "13900001234", "浙江省杭州市西湖区测试路1号"


@pytest.fixture
def app(make_app):
    made = make_app(WTF_CSRF_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()


def order_with_contact(number=1, **changes):
    sealed, hashed = contacts.seal_contact(contacts.keyring(), contacts.contact_json("林小雨", Phone(PHONE), ADDRESS))
    return testing.make_order(number, contact_encrypted=sealed, contact_hash=hashed, buyer_name="林小雨", **changes)


def stored(order_id):
    db.session.rollback()
    return db.session.get(Order, order_id)


def codes():
    return db.session.scalars(select(AuditEntry.code)).all()


def test_the_list_shows_orders_newest_first_in_at_most_twelve_queries(app, client_as):
    for number in range(1, 61):
        testing.make_order(number)
    client = client_as(owner=True)
    client.get("/admin/orders/")
    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    text = client.get("/admin/orders/").get_data(as_text=True)

    assert text.index("T000060") < text.index("T000059")
    assert "T000010" not in text
    assert len([found for found in statements if not found.startswith("BEGIN")]) <= 12


def test_an_empty_list_says_why_and_offers_one_way_out(app, client_as):
    client = client_as(READ)

    assert "No orders yet" in client.get("/admin/orders/").get_data(as_text=True)
    testing.make_order()
    assert "Nothing matches" in client.get("/admin/orders/?search=zzz").get_data(as_text=True)
    nothing_here = client.get("/admin/orders/?view=problems").get_data(as_text=True)
    assert "Nothing in this view" in nothing_here
    assert 'href="/admin/orders/?view=all">Show all' in nothing_here


def test_names_and_contact_data_are_masked_in_the_list_and_on_the_page(app, client_as):
    order_id = order_with_contact()
    client = client_as(READ)

    pages = [client.get(f"/admin/orders/{path}").get_data(as_text=True) for path in ("", f"details/{order_id}")]

    for text in pages:
        assert "林**" in text
        assert "林小雨" not in text
        assert PHONE not in text
        assert ADDRESS not in text
    assert "139****1234" in pages[1]


def test_contact_data_is_shown_on_request_once_and_the_log_knows(app, client_as):
    order_id = order_with_contact()
    client = client_as(READ, CONTACT)

    before = client.get(f"/admin/orders/details/{order_id}").get_data(as_text=True)
    shown = client.post(f"/admin/orders/details/{order_id}/reveal").get_data(as_text=True)
    after = client.get(f"/admin/orders/details/{order_id}").get_data(as_text=True)

    assert PHONE not in before
    assert PHONE in shown
    assert ADDRESS in shown
    assert PHONE not in after
    assert codes().count("core.contact.revealed") == 1


def test_contact_data_stays_hidden_from_those_without_the_right(app, client_as):
    order_id = order_with_contact()

    response = client_as(READ).post(f"/admin/orders/details/{order_id}/reveal")

    assert response.status_code == 403
    assert PHONE.encode() not in response.data
    assert "core.contact.revealed" not in codes()


def test_the_status_changes_and_the_page_says_so(app, client_as):
    order_id = testing.make_order(status="pending_payment")

    response = client_as("core.orders:update").post(
        f"/admin/orders/details/{order_id}/status/paid?revision=1", follow_redirects=True
    )

    assert response.status_code == 200
    assert "Saved." in response.get_data(as_text=True)
    assert stored(order_id).status == "paid"


def test_an_order_that_is_paid_on_delivery_says_so_until_the_money_is_there(app, client_as):
    cash = {"payment_method": "Cash on Delivery (COD)"}
    waits, came = testing.make_order(1, **cash, paid_at=None), testing.make_order(2, **cash, paid_at=datetime.now(UTC))
    client = client_as(READ, "core.orders:update")

    page, after = (client.get(f"/admin/orders/details/{order_id}").text for order_id in (waits, came))
    client.post(f"/admin/orders/details/{waits}/ship", data={"carrier": "SF", "tracking_no": "1"})

    assert "#cash-coin" in page
    assert "Mark as shipped" in page
    assert "#cash-coin" not in after
    assert stored(waits).status == "shipped"


def test_an_order_that_a_plugin_holds_is_not_offered_to_be_shipped(make_app):
    held = Standing(StandingLevel.HOLD_REVIEW, release_at=datetime.now(UTC) + timedelta(hours=3))
    asked = []

    def answer(queries):
        asked.extend((query.order_id, query.purpose) for query in queries)
        return {0: held} if queries[0].order_id == 1 else {}

    app = make_app({"hello": hello(shopadmin_buyer_standing=answer)})
    with app.app_context():
        ids = [testing.make_order(number) for number in (1, 2)]
        client = testing.sign_in(app, testing.make_account(app, READ, "core.orders:update"))

        pages = [client.get(f"/admin/orders/details/{order_id}").text for order_id in ids]

        assert asked == [(order_id, "display") for order_id in ids]
        assert ["Mark as shipped" in page for page in pages] == [False, True]
        assert ["By itself it goes on at" in page for page in pages] == [True, False]
        db.session.remove()


def test_who_was_slower_gets_409_with_both_values(app, client_as):
    order_id = testing.make_order()
    client = client_as("core.orders:update")
    client.post(f"/admin/orders/details/{order_id}/status/cancelled?revision=1")

    response = client.post(f"/admin/orders/details/{order_id}/status/refunded?revision=1")

    text = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "Refunded" in text
    assert "Cancelled" in text
    assert stored(order_id).status == "cancelled"


def test_fields_that_the_form_does_not_have_are_ignored(app, client_as):
    order_id = testing.make_order()

    client_as("core.orders:note").post(
        f"/admin/orders/details/{order_id}/note", data={"text": "hi", "status": "refunded", "subject_id": "9"}
    )

    assert stored(order_id).status == "paid"
    assert db.session.execute(select(Note.subject_id, Note.text)).all() == [(order_id, "hi")]


@pytest.mark.parametrize(
    ("path", "data", "model"),
    [
        ("ship", {"carrier": "SF", "tracking_no": "1"}, Shipment),
        ("refund", {"amount": "1"}, Refund),
        ("note", {"text": "x"}, Note),
        ("picture", {}, Evidence),
    ],
)
def test_reading_alone_changes_nothing(app, client_as, path, data, model):
    order_id = testing.make_order()

    response = client_as(READ).post(f"/admin/orders/details/{order_id}/{path}", data=data)

    assert response.status_code == 403
    assert db.session.scalars(select(model)).all() == []


def test_buttons_and_server_agree(app, client_as):
    order_id = testing.make_order()
    address = f"/admin/orders/details/{order_id}"

    reader = client_as(READ).get(address).get_data(as_text=True)
    owner = client_as(owner=True).get(address).get_data(as_text=True)

    for path in ("/ship", "/refund", "/chargeback", "/note", "/picture", "/status/cancelled"):
        assert f'action="{address}{path}' not in reader
        assert f'action="{address}{path}' in owner


def test_a_refund_that_is_too_high_is_a_409(app, client_as):
    order_id = testing.make_order()

    response = client_as("core.orders:refund").post(
        f"/admin/orders/details/{order_id}/refund", data={"amount": "100.01", "reason": ""}
    )

    assert response.status_code == 409
    assert db.session.scalars(select(Refund)).all() == []


def test_a_refund_is_never_rounded(app, client_as):
    order_id = testing.make_order()

    response = client_as("core.orders:refund", READ).post(
        f"/admin/orders/details/{order_id}/refund", data={"amount": "50.005", "reason": ""}
    )

    assert response.status_code == 400
    assert "“50.005” has too many decimal places: at most 2." in response.text
    assert db.session.scalars(select(Refund)).all() == []


def png(size=(4, 3), **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, options.pop("format", "PNG"), **options)
    return buffer.getvalue()


def upload(client, order_id, data, name="a.png"):
    response = client.post(
        f"/admin/orders/details/{order_id}/picture",
        data={"file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )
    response.request.environ["wsgi.input"].close()  # a temporary file of the test client's for large bodies
    return response


def test_a_picture_is_served_so_that_no_browser_takes_it_for_a_page(app, client_as):
    order_id = testing.make_order()
    client = client_as("core.orders:note")
    assert upload(client, order_id, png(), "../../图\u202ex.png").status_code == 302
    found = db.session.scalars(select(Evidence)).one()

    response = client.get(f"/admin/evidence/order/{found.uuid}")

    assert response.status_code == 200
    assert response.content_type == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%9B%BEx.png"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_picture_is_for_those_who_may_see_its_order(app, client_as):
    order_id = testing.make_order()
    upload(client_as("core.orders:note"), order_id, png())
    found = db.session.scalars(select(Evidence)).one()

    assert client_as("core.reviews:read").get(f"/admin/evidence/order/{found.uuid}").status_code == 403
    assert client_as(READ).get("/admin/evidence/order/00000000-0000-4000-8000-000000000000").status_code == 404
    assert client_as(READ).get("/admin/evidence/order/x").status_code == 404


def test_a_picture_is_gone_with_the_order_that_one_may_see(app, client_as):
    owner_id = testing.make_account(app, is_owner=True)
    found = storing.store(access.load_actor(owner_id), "order", 999, "picture", png(), file_name="a.png")

    assert client_as(owner=True).get(f"/admin/evidence/order/{found}").status_code == 404


def test_what_is_no_picture_is_refused(app, client_as):
    order_id = testing.make_order()
    client = client_as("core.orders:note")

    files = (b"", b"<svg/>", b"GIF89a", b"x" * (10 * 2**20 + 1))
    answers = [upload(client, order_id, data).status_code for data in files]

    assert answers == [400] * 4
    assert db.session.scalars(select(Evidence)).all() == []


def hello(**hooks):
    manifest = Manifest(name="hello", title="Hello", version="1", api_version=1)
    functions = {"shopadmin_manifest": lambda: manifest, **hooks}
    return SimpleNamespace(**{name: hookimpl(function) for name, function in functions.items()})


def test_badges_and_panels_of_plugins_stand_on_the_page_and_a_broken_one_costs_itself(make_app):
    def badges(orders):
        return {order.id: [Badge("Returns often")] for order in orders}

    def panels(order, actor):
        return [
            Panel("Whole", "errors/404.html", "core.orders:read", {"look": {}}),
            Panel("Broken", "no/such/template.html", "core.orders:read"),
            Panel("Secret", "errors/404.html", "core.team:read"),
        ]

    app = make_app({"hello": hello(shopadmin_order_badges=badges, shopadmin_order_panels=panels)})
    with app.app_context():
        order_id = testing.make_order()
        client = testing.sign_in(app, testing.make_account(app, READ))

        listed = client.get("/admin/orders/").get_data(as_text=True)
        page = client.get(f"/admin/orders/details/{order_id}")

    assert "Returns often" in listed
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Returns often" in text
    assert "Broken" in text
    assert "Reference" in text
    assert "Secret" not in text


def test_the_timeline_tells_what_the_reader_may_know(app, client_as):
    order_id = testing.make_order()
    testing.make_review(1, order_id=order_id, body="Never again")
    with writing() as session:
        session.add(AuditEntry(at=stored(order_id).created_at, code="other.thing.done", object_type="order",
                               object_id=str(order_id), before={}, after={}))  # fmt: skip
    owner = client_as(owner=True)
    owner.post(f"/admin/orders/details/{order_id}/status/cancelled?revision=1")

    reader = client_as(READ).get(f"/admin/orders/details/{order_id}").get_data(as_text=True)
    whole = owner.get(f"/admin/orders/details/{order_id}").get_data(as_text=True)

    assert "To ship → Cancelled" in reader
    assert "Never again" not in reader
    assert "Never again" in whole
    assert "other.thing" not in reader


def test_the_export_needs_its_own_point_and_keeps_filter_order_and_masks(app, client_as):
    order_with_contact(1)
    order_with_contact(2, status="shipped")
    order_with_contact(3)
    assert client_as(READ).get("/admin/orders/export/csv").status_code == 403

    response = client_as("core.orders:export").get("/admin/orders/export/csv?status=paid")

    table = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert [row["order_no"] for row in table] == ["T000003", "T000001"]
    assert {row["buyer_name"] for row in table} == {"林**"}
    assert table[0]["total"] == "100.00"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.list.exported")).one()
    assert entry.after["rows"] == 2


def test_a_row_that_is_not_there_is_a_404_and_junk_a_400(app, client_as):
    client = client_as(owner=True)

    assert client.get("/admin/orders/details/999").status_code == 404
    assert client.post("/admin/orders/details/999/note", data={"text": "x"}).status_code == 404
    assert client.get("/admin/orders/details/1,2").status_code == 400
    assert client.get("/admin/orders/export/exe").status_code == 404
    order_id = testing.make_order()
    assert client.post(f"/admin/orders/details/{order_id}/status/stolen?revision=1").status_code == 404
    assert client.post(f"/admin/orders/details/{order_id}/status/paid?revision=x").status_code == 400
    assert client.post(f"/admin/orders/details/{order_id}/ship", data={"pieces-x": "1"}).status_code == 400


def test_a_panel_is_drawn_with_the_template_of_its_plugins_package(make_app, tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "panel.html").write_text("<p>Hello {{ order_no }}</p>")
    plugin = ModuleType("shopadmin_hello")
    plugin.__file__ = str(tmp_path / "__init__.py")
    panel = Panel("Greeting", "shopadmin_hello/panel.html", "core.orders:read", {"order_no": "<N-1>"})
    vars(plugin).update(vars(hello(shopadmin_order_panels=lambda order, actor: [panel])))
    app = make_app({"hello": plugin})
    with app.app_context():
        order_id = testing.make_order()
        client = testing.sign_in(app, testing.make_account(app, READ))

        page = client.get(f"/admin/orders/details/{order_id}")

    assert "<p>Hello &lt;N-1&gt;</p>" in page.get_data(as_text=True)
