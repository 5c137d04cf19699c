"""Signing in and out: what a guesser, a thief of cookies and somebody with a prepared cookie get."""

import statistics
import time
from datetime import UTC, datetime, timedelta

import pytest
from forms import PASSWORD, send, text_of, token_in
from sqlalchemy import select, update

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.accounts import Account, LoginFailure, LoginSession
from shopadmin.models.audit import AuditEntry
from shopadmin.models.settings import Setting
from shopadmin.services import passwords
from shopadmin.services.transactions import writing


@pytest.fixture
def anna(app):
    """The id of somebody with a password."""
    account_id = testing.make_account(app, "core.orders:read", email="anna@example.com")
    with writing() as session:
        hashed = passwords.hash_password(PASSWORD)
        session.execute(update(Account).where(Account.id == account_id).values(password=hashed))
    return account_id


def sign_in(client, email="anna@example.com", password=PASSWORD, **fields):
    return send(client, "/login", email=email, password=password, **fields)


def is_signed_in(client):
    return client.get("/admin/").status_code == 200


def entries(code):
    return db.session.scalars(select(AuditEntry).where(AuditEntry.code == code)).all()


def test_the_right_password_signs_in_and_is_logged(app, anna):
    client = app.test_client()

    response = sign_in(client)

    assert response.status_code == 302
    assert response.location == "/admin/"
    assert is_signed_in(client)
    assert [entry.account_id for entry in entries("core.session.began")] == [anna]


@pytest.mark.parametrize("email", ["Anna@Example.COM", " anna@example.com "])
def test_the_address_may_be_written_differently(app, anna, email):
    client = app.test_client()

    sign_in(client, email)

    assert is_signed_in(client)


def test_an_unknown_name_and_a_wrong_password_get_the_same_text(app, anna):
    known = sign_in(app.test_client(), "anna@example.com", "wrong password")
    unknown = sign_in(app.test_client(), "nobody@example.com", "wrong password")

    assert known.status_code == unknown.status_code == 200
    assert text_of(known).replace("anna@example.com", "") == text_of(unknown).replace("nobody@example.com", "")


def test_an_unknown_name_and_a_wrong_password_take_the_same_time(make_app):
    """Time of the processor: what else the machine is doing does not count."""
    app = make_app(PASSWORD_MEMORY_KIB=16_384)
    with app.app_context():
        account_id = testing.make_account(app, email="anna@example.com")
        with writing() as session:
            hashed = passwords.hash_password(PASSWORD)
            session.execute(update(Account).where(Account.id == account_id).values(password=hashed))
    took = {"anna": [], "nobody": []}

    for number in range(9):
        for name, times in took.items():
            client = app.test_client()
            token = token_in(client.get("/login"))
            data = {"csrf_token": token, "email": f"{name}@example.com", "password": "wrong password"}
            started = time.process_time()
            client.post("/login", data=data, environ_base={"REMOTE_ADDR": f"127.0.0.{number + 1}"})
            times.append(time.process_time() - started)

    medians = [statistics.median(times) for times in took.values()]
    assert abs(medians[0] - medians[1]) < 0.020


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(app, anna):
    client = app.test_client()

    answers = [sign_in(client, password=f"guess number {number}") for number in range(20)]
    right = sign_in(client)

    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 15
    assert right.status_code == 429
    assert 0 < int(right.headers["Retry-After"]) <= 15 * 60
    assert not is_signed_in(client)


def test_a_guesser_elsewhere_locks_nobody_out(app, anna):
    for number in range(6):
        token = token_in((guesser := app.test_client()).get("/login"))
        guesser.post(
            "/login",
            data={"csrf_token": token, "email": "anna@example.com", "password": f"guess {number}"},
            environ_base={"REMOTE_ADDR": "127.0.0.9"},
        )
    client = app.test_client()

    sign_in(client)

    assert is_signed_in(client)


def test_a_forged_forwarding_header_gives_no_further_tries(app, anna):
    client = app.test_client()

    for number in range(6):
        token = token_in(client.get("/login"))
        last = client.post(
            "/login",
            data={"csrf_token": token, "email": "anna@example.com", "password": "wrong password"},
            headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Forwarded-Host": "evil.example"},
        )

    assert last.status_code == 429


def test_many_names_from_one_address_are_stopped_as_well(app, anna):
    answers = [sign_in(app.test_client(), f"person{number}@example.com", "wrong password") for number in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]


def test_the_right_password_gives_the_tries_back(app, anna):
    for _round in range(3):
        client = app.test_client()
        for number in range(4):
            sign_in(client, password=f"wrong guess {number}")
        sign_in(client)
        assert is_signed_in(client)

    assert db.session.scalars(select(LoginFailure.failures)).all() == [12]  # the address's own count alone


def test_a_prepared_cookie_is_worth_nothing_after_the_log_in(app, anna):
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update({"planted": "by somebody else", "shopadmin_session": "known to somebody else"})
    before = client.get_cookie("session").value

    sign_in(client)

    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["shopadmin_session"] != "known to somebody else"
    thief = app.test_client()
    thief.set_cookie("session", before)
    assert is_signed_in(client)
    assert not is_signed_in(thief)


def test_every_log_in_is_a_new_session_and_ends_the_one_before(app, anna):
    client = app.test_client()
    sign_in(client)
    first = client.get_cookie("session").value

    with client.session_transaction() as cookie:
        cookie.pop("_user_id")  # the library sends somebody who is signed in away from its form
        cookie.pop("shopadmin_session")
    sign_in(client)

    assert client.get_cookie("session").value != first
    assert db.session.query(LoginSession).count() == 2


def test_the_token_of_before_the_log_in_is_no_good_afterwards(app, anna):
    client = app.test_client()
    before = token_in(client.get("/login"))

    sign_in(client)

    assert client.post("/logout", data={"csrf_token": before}).status_code == 400
    assert is_signed_in(client)


def test_no_second_cookie_outlives_the_session(app, anna):
    client = app.test_client()

    response = sign_in(client, remember="y")

    assert "remember_token" not in str(response.headers.getlist("Set-Cookie"))


def test_the_log_in_hands_no_token_to_scripts(app, anna):
    client = app.test_client()
    token = token_in(client.get("/login"))

    response = client.post(
        "/login?include_auth_token",
        json={"email": "anna@example.com", "password": PASSWORD},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )

    assert "authentication_token" not in response.get_data(as_text=True)
    assert "csrf_token" not in (response.get_json(silent=True) or {})


def test_somebody_who_is_locked_out_gets_no_further_and_cannot_come_back(app, anna):
    client = app.test_client()
    sign_in(client)

    with writing() as session:
        session.execute(update(Account).where(Account.id == anna).values(active=False))

    assert client.get("/admin/").status_code == 302
    assert client.get("/login").status_code == 200  # and not sent round in circles
    assert sign_in(client).status_code == 200
    assert not is_signed_in(client)


def test_a_session_that_ended_on_the_server_leads_to_the_form_and_not_round_in_circles(app, anna):
    client = app.test_client()
    sign_in(client)
    with writing() as session:
        session.execute(update(LoginSession).values(ended_at=datetime.now(UTC)))

    assert client.get("/admin/").location.startswith("/login")
    assert client.get("/login").status_code == 200
    sign_in(client)
    assert is_signed_in(client)


@pytest.mark.parametrize(("column", "age"), [("seen_at", timedelta(hours=13)), ("created_at", timedelta(days=15))])
def test_a_session_ends_when_it_is_idle_or_old(app, anna, column, age):
    client = app.test_client()
    sign_in(client)

    with writing() as session:
        session.execute(update(LoginSession).values({column: datetime.now(UTC) - age}))

    assert not is_signed_in(client)


def test_logging_out_is_no_get(app, anna):
    client = app.test_client()
    sign_in(client)

    assert client.get("/logout").status_code == 405
    assert is_signed_in(client)


def test_a_password_in_the_name_field_and_line_breaks_reach_no_log(app, anna):
    sign_in(app.test_client(), "my secret passphrase\nadmin signed in", "x")
    sign_in(app.test_client(), "someone@example.com", "another secret")

    logged = [f"{entry.after} {entry.reason} {entry.object_id}" for entry in entries("core.session.refused")]
    assert len(logged) == 2
    assert not any(word in text for text in logged for word in ("passphrase", "another", "\n", "someone@"))
    assert "s***@e***" in logged[1]


@pytest.fixture
def demo(app, anna):
    with writing() as session:
        session.add(Setting(key="is_demo", value=True))
    return app


def try_demo(app, remote="127.0.0.1", headers=()):
    client = app.test_client()
    token = token_in(client.get("/login"))
    answer = client.post(
        "/demo/sign-in",
        data={"csrf_token": token, "account": "anna@example.com"},
        environ_base={"REMOTE_ADDR": remote},
        headers=headers,
    )
    return answer.status_code, is_signed_in(client)


def test_the_demo_is_entered_without_a_password_on_this_machine(demo):
    assert b"/demo/sign-in" in demo.test_client().get("/login").data
    assert try_demo(demo) == (302, True)


@pytest.mark.parametrize(
    ("remote", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", {"Via": "1.1 proxy"}),
    ],
)
def test_demo_login_is_loopback_only(demo, remote, headers):
    demo.config["INSECURE_HTTP"] = True

    assert try_demo(demo, remote, headers) == (404, False)


def test_a_real_shop_has_no_door_without_a_password(app, anna):
    assert b"/demo/sign-in" not in app.test_client().get("/login").data
    assert try_demo(app) == (404, False)
