"""The import pages, from the upload to the undo."""

import io
import os
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from importing import contents, rows, work
from orders_file import line, lines, order, orders
from sqlalchemy import update

from shopadmin.models import db
from shopadmin.models.orders import Order
from shopadmin.services.transactions import writing

Client = Any
RIGHTS = ("core.imports:run", "core.imports:undo")


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Any:
    """An app whose forms need no token: that is tested elsewhere."""
    made = make_app(WTF_CSRF_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()


def upload(client: Client, **texts: str | bytes) -> Any:
    files = [
        (io.BytesIO(text if isinstance(text, bytes) else text.encode()), f"{name}.csv") for name, text in texts.items()
    ]
    db.session.remove()
    return client.post("/admin/imports/new", data={"files": files}, content_type="multipart/form-data")


def checked(client: Client, **texts: str | bytes) -> int:
    """Upload and let the worker check; returns the run's number."""
    answer = upload(client, **texts)
    assert answer.status_code == 302, answer.text
    run_id = int(answer.location.rpartition("/")[2])
    work(run_id)
    return run_id


def test_files_are_checked_imported_and_undone(app: Flask, client_as: Callable[..., Client]) -> None:
    client = client_as(*RIGHTS)
    before = contents()

    run_id = checked(client, orders=orders(order(1), order(2)))
    page = client.get(f"/admin/imports/{run_id}")
    assert "Import 2 rows" in page.text
    assert contents() == before

    assert client.post(f"/admin/imports/{run_id}/apply").status_code == 302
    waiting = client.get(f"/admin/imports/{run_id}")
    assert f"/admin/imports/{run_id}/progress" in waiting.text
    work(run_id)
    assert "data-poll-done" in client.get(f"/admin/imports/{run_id}/progress").text
    assert len(rows("shop_order", "id")) == 2

    plan = client.get(f"/admin/imports/{run_id}/undo")
    assert plan.status_code == 200
    assert client.post(f"/admin/imports/{run_id}/undo").status_code == 302
    work(run_id)
    assert contents() == before
    listed = client.get("/admin/imports/")
    assert "orders.csv" in listed.text


def test_a_discarded_upload_leaves_no_file(app: Flask, client_as: Callable[..., Client]) -> None:
    client = client_as(*RIGHTS)
    run_id = checked(client, orders=orders(order(1)))

    answer = client.post(f"/admin/imports/{run_id}/discard")

    assert answer.status_code == 302
    assert rows("import_run", "state") == [("cancelled",)]
    assert [name for _, _, names in os.walk(app.config["DATA_FOLDER"] / "imports") for name in names] == []


def test_a_cancelled_run_takes_back(app: Flask, client_as: Callable[..., Client]) -> None:
    client = client_as(*RIGHTS)
    run_id = checked(client, orders=orders(order(1)))
    client.post(f"/admin/imports/{run_id}/apply")

    answer = client.post(f"/admin/imports/{run_id}/cancel")
    work(run_id)

    assert answer.status_code == 302
    assert rows("import_run", "state") == [("cancelled",)]
    assert rows("shop_order", "id") == []


def test_unknown_columns_go_to_the_mapping_step_and_are_remembered(
    app: Flask, client_as: Callable[..., Client]
) -> None:
    client = client_as(*RIGHTS)
    text = "Bestellnr,Stand,Angelegt,Summe\nA-1,paid,2026-03-01 10:00:00,12.50\n"
    run_id = checked(client, mine=text)
    page = client.get(f"/admin/imports/{run_id}", follow_redirects=True)
    assert "/mapping" in page.request.path
    assert "Bestellnr" in page.text
    assert "A-1" in page.text
    form = {"kind": "orders", "shown_kind": "orders", "platform": "own_site", "column-0": "order_no",
            "column-1": "status", "column-2": "created_at", "column-3": "total"}  # fmt: skip

    assert client.post(f"/admin/imports/{run_id}/mapping", data=form | {"column-3": "order_no"}).status_code == 400
    assert client.post(f"/admin/imports/{run_id}/mapping", data=form).status_code == 302
    work(run_id)
    assert "Import 1 row" in client.get(f"/admin/imports/{run_id}").text
    client.post(f"/admin/imports/{run_id}/apply")
    work(run_id)
    again = checked(client, other=text.replace("A-1", "A-2"))

    assert rows("shop_order", "platform", "order_no", "status", "total") == [("own_site", "A-1", "paid", 1250)]
    assert "Import 1 row" in client.get(f"/admin/imports/{again}").text


def test_an_unknown_file_beside_a_known_one_asks_in_the_dry_run(app: Flask, client_as: Callable[..., Client]) -> None:
    client = client_as(*RIGHTS)
    run_id = checked(client, known=orders(order(1)), mine="a,b\n1,2\n")

    page = client.get(f"/admin/imports/{run_id}")

    assert page.status_code == 200
    assert "Answer the questions about this file" in page.text
    assert "Import 1 row" in page.text


def test_another_kind_in_the_mapping_step_offers_its_own_fields(app: Flask, client_as: Callable[..., Client]) -> None:
    client = client_as(*RIGHTS)
    run_id = checked(client, mine="a,b\n1,2\n")

    page = client.post(f"/admin/imports/{run_id}/mapping", data={"kind": "products", "shown_kind": "orders"})

    assert page.status_code == 200
    assert 'value="supplier_ref"' in page.text
    assert rows("import_mapping", "id") == []


def test_ambiguous_dates_are_asked_for_and_then_read_as_answered(app: Flask, client_as: Callable[..., Client]) -> None:
    client = client_as(*RIGHTS)
    headings = "product_handle,rating,author,email,body,created_at,photo_url,verified_purchase"
    text = f"{headings}\nh,5,A,a@example.com,Good,05/03/2026,,\n"
    run_id = checked(client, loox=text)
    assert "05/03/2026" in client.get(f"/admin/imports/{run_id}/mapping").text

    client.post(f"/admin/imports/{run_id}/mapping", data={"date_order": "mdy"})
    work(run_id)
    client.post(f"/admin/imports/{run_id}/apply")
    work(run_id)

    assert [at.strftime("%m-%d") for (at,) in rows("review", "created_at")] == ["05-02"]  # 3 May in Shanghai


def test_an_unknown_status_may_be_said_once(app: Flask, client_as: Callable[..., Client]) -> None:
    client = client_as(*RIGHTS)
    run_id = checked(client, orders=orders(order(1, 订单状态="新状态")))
    assert "新状态" in client.get(f"/admin/imports/{run_id}/mapping").text

    client.post(f"/admin/imports/{run_id}/mapping", data={"status-0": "paid"})
    report = work(run_id)

    assert (report.totals["new"], report.totals["rejected"]) == (1, 0)


def test_rejected_rows_come_back_as_a_file_that_can_be_imported_when_corrected(
    app: Flask, client_as: Callable[..., Client]
) -> None:
    client = client_as(*RIGHTS)
    run_id = checked(client, orders=orders(order(1), order(2, 总金额="much"), order(3, 收货人姓名="=1+1", 总金额="-5")))
    client.post(f"/admin/imports/{run_id}/apply")
    work(run_id)

    answer = client.get(f"/admin/imports/{run_id}/rejected")
    text = answer.data.decode("utf-8-sig")
    corrected = text.replace("much", "7.00").replace(",'-5,", ",5.00,").replace(",-5,", ",5.00,")
    again = checked(client, corrected=corrected)
    client.post(f"/admin/imports/{again}/apply")
    work(again)

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "总金额" in text.splitlines()[1]
    assert "'=1+1" in text
    assert sorted(total for (total,) in rows("shop_order", "total")) == [500, 700, 1250]


def test_rows_changed_since_are_listed_with_409_and_the_others_can_be_undone(
    app: Flask, client_as: Callable[..., Client]
) -> None:
    client = client_as(*RIGHTS)
    run_id = checked(client, orders=orders(order(1), order(2)))
    client.post(f"/admin/imports/{run_id}/apply")
    work(run_id)
    number = f"39{1:017}"
    with writing() as session:
        session.execute(update(Order).where(Order.order_no == number).values(total=1, revision=2))
    before = contents()

    refused = client.post(f"/admin/imports/{run_id}/undo")
    assert refused.status_code == 409
    assert number in refused.text
    assert "force_rest=1" in refused.text
    assert contents() == before
    assert client.post(f"/admin/imports/{run_id}/undo?force_rest=1").status_code == 302
    work(run_id)

    assert rows("shop_order", "order_no") == [(number,)]


@pytest.mark.parametrize("step", ["apply", "discard", "cancel", "undo"])
def test_a_step_that_does_not_fit_the_state_is_a_conflict(
    app: Flask, client_as: Callable[..., Client], step: str
) -> None:
    client = client_as(*RIGHTS)
    run_id = checked(client, orders=orders(order(1)))
    client.post(f"/admin/imports/{run_id}/discard")
    before = contents(), rows("import_run", "state"), rows("job", "id")

    answer = client.post(f"/admin/imports/{run_id}/{step}")

    assert answer.status_code == 409
    assert (contents(), rows("import_run", "state"), rows("job", "id")) == before


@pytest.mark.parametrize("junk", ["abc", "0", "-1", "99999", "9" * 30, "1%00"])
@pytest.mark.parametrize("page", ["", "/progress", "/mapping", "/rejected", "/undo"])
def test_junk_in_the_address_is_400_or_404(app: Flask, client_as: Callable[..., Client], junk: str, page: str) -> None:
    client = client_as(*RIGHTS)

    assert client.get(f"/admin/imports/{junk}{page}").status_code in (400, 404)
    assert client.get(f"/admin/imports/?before={junk}").status_code in (200, 400, 404)


def test_who_may_only_look_sees_neither_buttons_nor_what_stood_in_rejected_rows(
    app: Flask, client_as: Callable[..., Client]
) -> None:
    client = client_as(*RIGHTS)
    run_id = checked(client, lines=lines(line(77)))

    page = client_as("core.imports:read").get(f"/admin/imports/{run_id}")

    assert page.status_code == 200
    assert f"39{77:017}" in client.get(f"/admin/imports/{run_id}").text
    assert f"39{77:017}" not in page.text
    assert "/apply" not in page.text
    assert "/rejected" not in page.text


def test_no_file_is_a_400_and_leaves_no_run(app: Flask, client_as: Callable[..., Client]) -> None:
    answer = upload(client_as(*RIGHTS))

    assert answer.status_code == 400
    assert rows("import_run", "id") == []
