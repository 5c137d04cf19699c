"""Where a ``next`` may lead: to a page of ours, whatever it looks like."""

from urllib.parse import urlsplit

import pytest
from forms import PASSWORD, send, token_in
from sqlalchemy import update

from shopadmin import testing
from shopadmin.models.accounts import Account
from shopadmin.services import passwords
from shopadmin.services.connections import is_local_path
from shopadmin.services.transactions import writing

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example/",
    "https://evil.example/admin/",
    "http:evil.example",
    "https:/evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "%2F%2Fevil.example",
    "/%2Fevil.example",
    "/%5Cevil.example",
    "/%09/evil.example",
    "http://localhost@evil.example/",
    "http://localhost.evil.example/",
    "http://evil.example:80#@localhost/",
    "javascript:alert(1)",
    "data:text/html,evil",
    "evil.example",
    "http://[evil",
    "/admin/\r\nSet-Cookie: a=b",
    "/\x00/evil.example",
]
HERE = ["/admin/", "/admin/orders/?status=paid&from=2026-01-01", "/admin/orders/details/1#note", "/admin/%E4%B8%AD"]


def leads_away(location):
    """As a leaky browser reads it: backslashes are slashes, blanks and controls are dropped."""
    text = "".join(character for character in location if character > " ").replace("\\", "/")
    parts = urlsplit(text)
    return text.startswith("//") or parts.netloc not in ("", "localhost") or parts.scheme not in ("", "http")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_form_of_another_address_is_taken_for_a_path_of_ours(target):
    assert not is_local_path(target)


@pytest.mark.parametrize("target", HERE)
def test_paths_of_ours_are_taken(target):
    assert is_local_path(target)


@pytest.fixture
def anna(app):
    account_id = testing.make_account(app, email="anna@example.com")
    with writing() as session:
        hashed = passwords.hash_password(PASSWORD)
        session.execute(update(Account).where(Account.id == account_id).values(password=hashed))
    return account_id


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_log_in_leads_nowhere_else(app, anna, target):
    by_form, by_address = app.test_client(), app.test_client()

    answers = [
        send(by_form, "/login", email="anna@example.com", password=PASSWORD, next=target),
        by_address.post(
            "/login",
            query_string={"next": target},
            data={"csrf_token": token_in(by_address.get("/login")), "email": "anna@example.com", "password": PASSWORD},
        ),
    ]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert not any(leads_away(answer.location) for answer in answers)
    assert not any("\n" in answer.location or "Set-Cookie: a=b" in str(answer.headers) for answer in answers)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_somebody_who_is_signed_in_is_sent_nowhere_else_by_the_log_in(app, anna, target):
    client = testing.sign_in(app, anna)

    response = client.get("/login", query_string={"next": target})

    assert response.status_code == 302
    assert not leads_away(response.location)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_language_switch_leads_nowhere_else(app, target):
    response = send(app.test_client(), "/login", to="/preferences/language", language="en", next=target)

    assert response.location == "/"


@pytest.mark.parametrize("target", HERE[:2])
def test_the_log_in_leads_back_to_where_one_wanted_to_go(app, anna, target):
    client = app.test_client()
    asked = client.get(target)

    response = send(client, asked.location, email="anna@example.com", password=PASSWORD)

    assert response.location == target


def test_a_view_that_redirects_elsewhere_is_brought_back(app):
    app.add_url_rule("/away", "away", lambda: ("", 302, {"Location": "https://evil.example/"}))
    app.extensions["shopadmin.routes"]["away"] = "public"

    assert app.test_client().get("/away").location == "/"
