"""Hostile and wrong bodies: the right status, a stable code, and nothing changed."""

import json
from typing import Any

import pytest
from red_envelope_api import LINES, ROOT, Buyer, check_problem
from red_envelope_shop import Clock, begun, stored
from shopadmin_red_envelope.http_api.baskets import Basket

HOLD = {"lines": LINES, "envelope_id": 1, "order_no": "S1"}
HOSTILE: dict[str, tuple[bytes, int]] = {
    "not JSON": (b"{", 400),
    "NaN": (b'{"lines": [{"key": "A", "amount": NaN}], "envelope_id": 1, "order_no": "S1"}', 400),
    "infinite": (b'{"lines": [{"key": "A", "amount": 1e309}], "envelope_id": 1, "order_no": "S1"}', 400),
    "10^30": (b'{"lines": [{"key": "A", "amount": 1' + b"0" * 30 + b'}], "envelope_id": 1, "order_no": "S1"}', 400),
    "2^63": (b'{"lines": [{"key": "A", "amount": 9223372036854775808}], "envelope_id": 1, "order_no": "S1"}', 400),
    "duplicate": (b'{"lines": [], "lines": [], "envelope_id": 1, "order_no": "S1"}', 400),
    "deep": (b'{"lines": ' + b"[" * 80 + b"]" * 80 + b"}", 400),
    "NUL": (b'{"lines": [{"key": "\\u0000", "amount": 1}], "envelope_id": 1, "order_no": "S1"}', 400),
    "surrogate": (b'{"lines": [{"key": "\\ud800", "amount": 1}], "envelope_id": 1, "order_no": "S1"}', 400),
    "huge": (json.dumps(HOLD | {"order_no": "x" * 70_000}).encode(), 413),
    "negative": (json.dumps(HOLD | {"lines": [{"key": "A", "amount": -1}]}).encode(), 422),
    "10^16": (json.dumps(HOLD | {"lines": [{"key": "A", "amount": 10**16}]}).encode(), 422),
    "more than 200 lines may add up from": (
        json.dumps(HOLD | {"lines": [{"key": "A", "amount": (2**53 - 1) // 200 + 1}]}).encode(),
        422,
    ),
    "true": (json.dumps(HOLD | {"lines": [{"key": "A", "amount": True}]}).encode(), 422),
    "a text": (json.dumps(HOLD | {"lines": [{"key": "A", "amount": "4000"}]}).encode(), 422),
    "no units": (json.dumps(HOLD | {"lines": [{"key": "A", "amount": 4000, "qty": 0}]}).encode(), 422),
    "no lines": (json.dumps(HOLD | {"lines": []}).encode(), 422),
    "key twice": (json.dumps(HOLD | {"lines": [LINES[0], LINES[0]]}).encode(), 422),
    "an amount of its own": (json.dumps(HOLD | {"amount": 5}).encode(), 422),
    "a status of its own": (json.dumps(HOLD | {"status": "redeemed"}).encode(), 422),
    "a buyer of its own": (json.dumps(HOLD | {"buyer": "test:berta"}).encode(), 422),
    "a list": (b"[]", 422),
    "an order number with a slash": (json.dumps(HOLD | {"order_no": "../S1"}).encode(), 422),
}


def test_no_sum_over_an_order_is_beyond_what_every_reader_of_json_takes_for_what_it_is() -> None:
    most = (2**53 - 1) // 200
    lines = [{"key": f"L{number}", "amount": most} for number in range(200)]

    basket = Basket.model_validate({"lines": lines})

    assert sum(line.amount for line in basket.lines) <= 2**53 - 1


@pytest.mark.parametrize("name", HOSTILE)
def test_a23_a_hostile_body_changes_nothing(clock: Clock, anna: Buyer, name: str) -> None:
    body, status = HOSTILE[name]
    anna.claimed(begun(clock))
    before = stored()

    answer = anna.post(f"{ROOT}/holds", data=body, content_type="application/json")

    assert answer.status_code == status, answer.text
    assert answer.get_json()["code"] in {"invalid_json", "too_large", "invalid_request", "bad_lines"}
    assert stored() == before


@pytest.mark.parametrize(
    "body", [{}, {"all": False}, {"all": True, "units": {"L01": 1}}, {"units": {"L01": -1}}, {"units": {"L01": 1.5}},
             {"units": {"L09": 1}}, {"units": [1]}, {"all": 1}, {"units": {"L01": 10**30}}],
)  # fmt: skip
def test_a_refund_of_what_is_not_there_changes_nothing(clock: Clock, anna: Buyer, body: Any) -> None:
    anna.bought(begun(clock))
    before = stored()

    for path, key in (("refunds", None), ("refund-preview", "")):
        answer = anna.post(f"{ROOT}/orders/S1/{path}", body, key=key)
        assert answer.status_code == (400 if "0000" in str(body) else 422), answer.text
        assert answer.get_json()["code"] in {"invalid_request", "invalid_json"}
    assert stored() == before


@pytest.mark.parametrize(("path", "key"), [("refunds", None), ("refund-preview", "")])
def test_what_is_wrong_with_a_refund_that_names_nothing_is_said(
    clock: Clock, anna: Buyer, path: str, key: str | None
) -> None:
    anna.bought(begun(clock))
    before = stored()

    for body in ({}, {"all": False}, {"all": True, "units": {"L01": 1}}):
        unclear = check_problem(anna.post(f"{ROOT}/orders/S1/{path}", body, key=key), 422, "invalid_request", before)
        assert unclear["detail"] == "body: Say either all, or units by line key, and not both."
    for body in ({"units": {}}, {"units": {"L01": 0}}):
        empty = check_problem(anna.post(f"{ROOT}/orders/S1/{path}", body, key=key), 409, "no_units", before)
        assert empty["title"] == "Nothing is named: say how many units of which lines go back."
    anna.post(f"{ROOT}/orders/S1/refunds", {"all": True})
    check_problem(anna.post(f"{ROOT}/orders/S1/{path}", {"units": {}}, key=key), 409, "nothing_to_refund")


def test_an_order_in_another_currency_is_refused(clock: Clock, anna: Buyer) -> None:
    envelope = anna.claimed(begun(clock))
    before = stored()

    check_problem(anna.hold(envelope, currency="USD"), 409, "other_currency", before)
    body = {"lines": LINES, "envelope_id": envelope, "currency": "USD"}
    check_problem(anna.post(f"{ROOT}/quotes", body, key=""), 409, "other_currency", before)
    assert anna.hold(envelope, currency="CNY").status_code == 201
