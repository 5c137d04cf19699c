"""An effect happens once, whatever is repeated: in a row, side by side, after a fault, on both engines."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import parcels
import pytest
from parcels import plugin
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.api import ApiIdempotency, ApiToken
from shopadmin.models.settings import Setting
from shopadmin.services import api_tokens, idempotency
from shopadmin.services.transactions import writing

BOTH = pytest.mark.parametrize("path", ["/parcels/parcels", "/parcels/batches"])


@pytest.fixture
def shop(make_app):
    app = make_app({"parcels": plugin()}, API_CALLS_PER_BUYER=10**6)
    parcels.announced.clear()
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def buyer(shop):
    return testing.api_client(shop).for_buyer("someone")


def parcel_count():
    return db.session.scalar(select(func.count()).select_from(Setting).where(Setting.key.startswith("parcels:")))


def stored():
    return db.session.scalar(select(func.count()).select_from(ApiIdempotency))


@BOTH
def test_a_repeated_request_gets_the_same_bytes_and_changes_nothing(buyer, path):
    first = buyer.post(path, {"weight": 5, "kind": "box"}, key="one")
    again = buyer.post(path, data=b'{ "kind":"box","weight":5.0 }', content_type="application/json", key="one")

    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
    assert again.headers.get("Location") == first.headers.get("Location")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert (parcel_count(), stored()) == (1, 1)


@BOTH
def test_a_key_that_comes_with_another_body_is_refused(buyer, path):
    buyer.post(path, {"weight": 5}, key="one")

    answer = buyer.post(path, {"weight": 6}, key="one")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "idempotency_key_reused")
    assert (parcel_count(), stored()) == (1, 1)


def test_a_key_that_another_process_has_used_meanwhile_is_refused(buyer, monkeypatch):
    def used(session, keys):
        raise idempotency.KeyReusedError

    monkeypatch.setattr(idempotency, "stored_answers", used)

    answer = buyer.post("/parcels/batches", {"weight": 5}, key="one")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "idempotency_key_reused")
    assert (parcel_count(), stored()) == (0, 0)


@BOTH
@pytest.mark.parametrize(("key", "code"), [("", "idempotency_key_missing"), ("a b", "idempotency_key_invalid"),
                                           ("x" * 256, "idempotency_key_invalid")])  # fmt: skip
def test_an_effect_needs_a_usable_key(buyer, path, key, code):
    answer = buyer.post(path, {"weight": 5}, key=key)

    assert (answer.status_code, answer.get_json()["code"]) == (400, code)
    assert (parcel_count(), stored()) == (0, 0)


def test_a_key_is_the_buyers_own_and_the_routes_own_and_outlives_the_token(shop, buyer):
    storefront = testing.api_client(shop)

    buyer.post("/parcels/parcels", {"weight": 5}, key="one")
    other = storefront.for_buyer("other").post("/parcels/parcels", {"weight": 5}, key="one")
    elsewhere = buyer.post("/parcels/batches", {"weight": 5}, key="one")
    later = storefront.for_buyer("someone").post("/parcels/parcels", {"weight": 5}, key="one")

    assert "Idempotent-Replayed" not in other.headers
    assert "Idempotent-Replayed" not in elsewhere.headers
    assert later.headers["Idempotent-Replayed"] == "true"
    assert parcel_count() == 3


def test_a_storefronts_key_outlives_its_token(shop):
    path = "/parcels/parcels/7/deliveries"
    first = testing.api_client(shop).post(path, key="one")
    api_tokens.revoke(None, db.session.scalar(select(ApiToken.id)))
    replaced = testing.api_client(shop)

    again = replaced.post(path, key="one")

    assert first.status_code == 200
    assert (again.data, again.headers.get("Idempotent-Replayed")) == (first.data, "true")
    assert "Idempotent-Replayed" not in replaced.post(path, key="two").headers
    assert stored() == 2


def test_a_buyers_key_is_none_of_the_storefronts(shop, buyer):
    path = "/parcels/parcels/7/deliveries"
    testing.api_client(shop).post(path, key="one")
    paying = testing.api_client(shop).for_buyer("someone", "payments")

    assert "Idempotent-Replayed" not in paying.post(path, key="one").headers
    assert stored() == 2


def test_a_refusal_of_the_business_undoes_the_effect_and_is_stored(buyer):
    first = buyer.post("/parcels/parcels", {"weight": 501}, key="one")
    again = buyer.post("/parcels/parcels", {"weight": 501}, key="one")

    assert first.status_code == 409
    assert first.get_json()["reasons"] == ["too_heavy"]
    assert first.get_json()["missing"] == 1
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (parcel_count(), stored()) == (0, 1)
    assert parcels.announced == []


def test_a_fault_is_not_stored_and_the_repeated_request_is_done(buyer, monkeypatch):
    monkeypatch.setattr(idempotency, "store_answers", lambda *_: 1 / 0)
    failed = buyer.post("/parcels/parcels", {"weight": 5}, key="one")
    left_behind = parcel_count()
    monkeypatch.undo()
    repeated = buyer.post("/parcels/parcels", {"weight": 5}, key="one")

    assert (failed.status_code, left_behind) == (500, 0)
    assert repeated.status_code == 201
    assert (parcel_count(), stored()) == (1, 1)


@BOTH
def test_requests_with_one_key_at_the_same_time_have_one_effect(shop, buyer, path):
    together = threading.Barrier(8)

    def send(_number):
        together.wait()
        return buyer.post(path, {"weight": 5}, key="one")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))

    assert (parcel_count(), stored()) == (1, 1)
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.data for answer in done}) == 1
    assert len([answer for answer in done if "Idempotent-Replayed" not in answer.headers]) == 1
    in_flight = [answer for answer in answers if answer.status_code != 201]
    assert {(answer.status_code, answer.get_json()["code"]) for answer in in_flight} <= {(409, "request_in_flight")}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in in_flight)
    if db.engine.dialect.name == "sqlite":
        assert in_flight == []


def test_answers_are_forgotten_after_seven_days(shop, buyer):
    buyer.post("/parcels/parcels", {"weight": 5}, key="one")
    now = datetime.now(UTC)

    early, late = idempotency.purge(now + timedelta(days=6)), idempotency.purge(now + timedelta(days=7, minutes=1))

    assert (early, late, stored()) == (0, 1, 0)


def test_a_stored_answer_is_never_overwritten(shop, buyer):
    buyer.post("/parcels/parcels", {"weight": 5}, key="one")
    row = dict(db.session.execute(select(*ApiIdempotency.__table__.columns)).one()._mapping)
    with writing() as session:
        idempotency.store_answers(session, [row | {"status": 500}])

    assert db.session.scalar(select(ApiIdempotency.status)) == 201
