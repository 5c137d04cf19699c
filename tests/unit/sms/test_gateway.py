"""A gateway as its owner describes it: what is refused, what a request looks like, what answers and receipts mean."""

import json
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.domain.sms.answers import Receipt, at, may_follow, read_answer, read_receipts
from shopadmin.domain.sms.gateway import Gateway, body, faults, headers

GATEWAY = Gateway(
    url="https://gateway.example.com:8443/send?v=2",
    headers="Authorization: Bearer {{secret}}\nX-Request-Key: {{reference}}",
    body='{"to": "{{to}}", "parts": [{"text": "{{text}}"}], "ttl": 60}',
    success_path="status", success_values="ok, 0", bad_number_values="no_number", duplicate_values="known",
    retry_values="busy", id_path="message.id",
    receipt_path="state", receipt_id_path="id", receipt_delivered="DELIVRD ok", receipt_failed="UNDELIV",
    receipt_bad_number="UNKNOWN",
)  # fmt: skip
FILLED = {"to": "+8613900139001", "text": "hello", "reference": "ab12", "secret": "plum orchard 7"}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"url": "http://gateway.example.com/"}, "https", "url"),
        ({"url": "file:///etc/passwd"}, "https", "url"),
        ({"url": "https://user:pass@gateway.example.com/"}, "url", "url"),
        ({"url": "https://gateway.example.com/#x"}, "url", "url"),
        ({"url": "https://gateway.example.com:70000/"}, "url", "url"),
        ({"url": "https://gateway.example.com\n.evil.example/"}, "url", "url"),
        ({"url": "https://例子.example/"}, "url", "url"),
        ({"url": "https:///messages"}, "url", "url"),
        ({"url": "https://[::1/"}, "url", "url"),
        ({"headers": "no colon"}, "header", "headers"),
        ({"headers": "X-Name: a\x0bb"}, "header", "headers"),
        ({"headers": "Bad Name: x"}, "header", "headers"),
        ({"headers": "Host: elsewhere.example"}, "header_ours", "headers"),
        ({"headers": "X-A: 1\nx-a: 2"}, "header_ours", "headers"),
        ({"headers": "Authorization: Bearer abc"}, "header_secret", "headers"),
        ({"headers": "X-To: {{to}}"}, "place", "headers"),
        ({"body_kind": "xml"}, "choice", "body_kind"),
        ({"body": "{"}, "body_json", "body"),
        ({"body": '["{{to}}{{text}}"]'}, "body_json", "body"),
        ({"body": '{"a": "{{to}}{{text}}{{order.no}}"}'}, "place", "body"),
        ({"body": '{"a": "{{to}}"}'}, "body_lacks", "body"),
        ({"body": '{"a": "{{text}}"}'}, "body_lacks", "body"),
        ({"body_kind": "form", "body": "{{to}} {{text}}"}, "body_form", "body"),
        ({"success_status": "200 302"}, "status", "success_status"),
        ({"success_status": ""}, "status", "success_status"),
        ({"success_path": "a b"}, "path", "success_path"),
        ({"success_values": ""}, "success", "success_values"),
        ({"success_path": ""}, "success", "success_path"),
        ({"receipt_id_path": ""}, "receipt_id", "receipt_id_path"),
        ({"receipt_delivered": " , "}, "receipt_delivered", "receipt_delivered"),
        ({"headers": "X-A: " + "a" * 4000}, "long", "headers"),
    ],
)
def test_what_no_gateway_can_be_is_named_with_its_field(changes, code, field):
    assert (code, field) in [(fault.code, fault.field) for fault in faults(replace(GATEWAY, **changes))]


def test_a_whole_description_and_none_at_all_are_fine():
    assert list(faults(GATEWAY)) == []
    assert list(faults(Gateway())) == []


def test_a_request_carries_number_text_reference_and_password():
    assert json.loads(body(GATEWAY, FILLED)) == {"to": "+8613900139001", "parts": [{"text": "hello"}], "ttl": 60}
    assert headers(GATEWAY, FILLED) == {
        "Accept": "application/json", "Authorization": "Bearer plum orchard 7", "X-Request-Key": "ab12",
        "Content-Type": "application/json", "Idempotency-Key": "ab12",
    }  # fmt: skip


@given(st.text())
def test_no_text_adds_a_field_to_the_body(text):
    form = replace(GATEWAY, body_kind="form", body="to={{to}}\ntext = {{text}}\n")
    filled = FILLED | {"text": text}

    assert json.loads(body(GATEWAY, filled)) == {"to": "+8613900139001", "parts": [{"text": text}], "ttl": 60}
    sent = parse_qs(body(form, filled).decode(), keep_blank_values=True, errors="surrogateescape")
    assert sent == {"to": ["+8613900139001"], "text": [text]}


@pytest.mark.parametrize(
    ("status", "content", "state"),
    [
        (200, b'{"status": "ok"}', "sent"),
        (200, b'{"status": 0}', "sent"),
        (200, b'{"status": false}', "failed"),
        (200, b'{"status": "no_number"}', "bad_number"),
        (400, b'{"status": "no_number"}', "bad_number"),
        (409, b'{"status": "known"}', "duplicate"),
        (200, b'{"status": "busy"}', "retry"),
        (200, b'{"status": "forbidden words"}', "failed"),
        (200, b"<html>", "lost"),
        (200, b"", "lost"),
        (200, b'{"status": {}}', "lost"),
        (200, b"[" * 60_000, "lost"),
        (201, b'{"status": "ok"}', "failed"),
        (302, b"", "failed"),
        (400, b"", "failed"),
        (401, b"", "retry"),
        (429, b"", "retry"),
        (500, b"", "lost"),
        (503, b'{"status": "weird"}', "lost"),
    ],
)
def test_an_answer_is_read_and_what_nobody_can_read_is_lost(status, content, state):
    answer = read_answer(GATEWAY, status, content)

    assert answer.state == state
    assert "forbidden words" not in answer.note  # it may hold anything, the number too


def test_without_a_path_the_status_alone_counts():
    plain = replace(GATEWAY, success_path="", success_values="", success_status="202")

    assert read_answer(plain, 202, b"queued").state == "sent"
    assert read_answer(plain, 200, b"queued").state == "failed"


def test_the_gateways_own_name_is_kept_of_what_it_took():
    assert read_answer(GATEWAY, 200, b'{"status": "ok", "message": {"id": 17}}').reference == "17"
    assert read_answer(GATEWAY, 200, b'{"status": "busy", "message": {"id": 17}}').reference == ""


def test_a_path_leads_through_objects_and_lists_and_nowhere_else():
    document = {"a": [{"b": 1}, 2]}

    assert (at(document, "a.0.b"), at(document, "$.a.1")) == (1, 2)
    assert [at(document, path) for path in ("a.2", "a.x", "b", "a.0.b.c")] == [None] * 4


def test_receipts_come_alone_or_as_a_list_and_what_says_nothing_is_passed_over():
    found = read_receipts(GATEWAY, [
        {"id": "1", "state": "DELIVRD"}, {"id": 2, "state": "UNDELIV"}, {"id": "3", "state": "ENROUTE"},
        {"id": "", "state": "DELIVRD"}, {"state": "DELIVRD"}, "nonsense", None, {"id": "x" * 121, "state": "ok"},
        {"id": "4", "state": "UNKNOWN"},
    ])  # fmt: skip

    assert list(found) == [Receipt("1", "delivered"), Receipt("2", "failed"), Receipt("4", "bad_number")]
    assert list(read_receipts(GATEWAY, {"id": "1", "state": "ok"})) == [Receipt("1", "delivered")]


def test_what_arrived_stays_so_whatever_comes_late():
    assert may_follow("sent", "failed")
    assert may_follow("failed", "delivered")
    assert not may_follow("failed", "bad_number")
    assert not any(may_follow("delivered", state) for state in ("delivered", "failed", "bad_number", "duplicate"))
    assert not may_follow("suppressed", "delivered")
