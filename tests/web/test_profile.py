"""The own profile: sessions, password, language and theme; and the settings, which are the owner's."""

import pytest
from forms import PASSWORD, send, token_in
from matrix import digest
from sqlalchemy import select, update

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.accounts import Account, LoginSession
from shopadmin.models.audit import AuditEntry
from shopadmin.services import passwords, settings, sign_ins
from shopadmin.services.transactions import writing

NEW = "second orchard 8 ladders"


@pytest.fixture
def anna(app):
    account_id = testing.make_account(app, email="anna@example.com")
    with writing() as session:
        hashed = passwords.hash_password(PASSWORD)
        session.execute(update(Account).where(Account.id == account_id).values(password=hashed))
    return account_id


def change(client, current=PASSWORD, password=NEW, again=None):
    again = password if again is None else again
    return send(
        client, "/admin/profile/", to="/admin/profile/password", current=current, password=password, again=again
    )


def signs_in(password):
    db.session.rollback()
    return sign_ins.check("anna@example.com", password, "192.0.2.1") is not None


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(app, anna):
    here, elsewhere = testing.sign_in(app, anna), testing.sign_in(app, anna)

    response = change(here)

    assert response.status_code == 302
    assert here.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302
    assert signs_in(NEW)
    assert not signs_in(PASSWORD)


def test_a_new_password_ends_copies_of_this_sessions_cookie(app, anna):
    here, copy = testing.sign_in(app, anna), app.test_client()
    with here.session_transaction() as own, copy.session_transaction() as stolen:
        stolen.update(own)
    assert copy.get("/admin/").status_code == 200

    change(here)

    assert copy.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 200
    assert db.session.scalars(select(LoginSession.ended_at)).all() == [None], "it is the same session"


@pytest.mark.parametrize(
    ("current", "password", "again"),
    [
        ("wrong one", NEW, NEW),
        (PASSWORD, NEW, "other"),
        (PASSWORD, "short", "short"),
        (PASSWORD, "anna1234", "anna1234"),
    ],
)
def test_a_password_is_not_changed_without_the_present_one_or_to_a_bad_one(app, anna, current, password, again):
    here, elsewhere = testing.sign_in(app, anna), testing.sign_in(app, anna)

    response = change(here, current, password, again)

    assert response.status_code == 400
    assert b"field-errors" in response.data
    assert elsewhere.get("/admin/").status_code == 200
    assert signs_in(PASSWORD)


def test_an_open_browser_is_no_place_to_guess_from(app, anna):
    client = testing.sign_in(app, anna)

    answers = [change(client, f"guess number {number}").status_code for number in range(7)]

    assert answers == [400] * 5 + [429] * 2
    assert change(client).status_code == 429


def test_the_own_devices_are_listed_with_this_one_marked(app, anna):
    here = testing.sign_in(app, anna)
    testing.sign_in(app, anna)
    testing.sign_in(app, testing.make_account(app))

    page = here.get("/admin/profile/").get_data(as_text=True)

    assert page.count("This device") == 1
    assert page.count("signed in") == 2


def test_one_of_the_own_devices_can_be_signed_out(app, anna):
    here = testing.sign_in(app, anna)
    elsewhere = testing.sign_in(app, anna)
    session_id = db.session.scalar(select(LoginSession.id).order_by(LoginSession.id.desc()))

    response = send(here, "/admin/profile/", to=f"/admin/profile/sessions/{session_id}/end")

    assert response.status_code == 302
    assert elsewhere.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 200


def test_a_device_of_somebody_else_is_not_there(app, anna):
    here, stranger = testing.sign_in(app, anna), testing.sign_in(app, testing.make_account(app))
    session_id = db.session.scalar(select(LoginSession.id).where(LoginSession.account_id != anna))

    response = send(here, "/admin/profile/", to=f"/admin/profile/sessions/{session_id}/end")

    assert response.status_code == 404
    assert stranger.get("/admin/").status_code == 200


def test_all_other_devices_can_be_signed_out(app, anna):
    here, *others = (testing.sign_in(app, anna) for _ in range(3))

    send(here, "/admin/profile/", to="/admin/profile/sessions/end-others")

    assert here.get("/admin/").status_code == 200
    assert [other.get("/admin/").status_code for other in others] == [302, 302]


def test_everybody_sees_the_own_rights_with_their_source(app):
    client = testing.sign_in(app, testing.make_account(app, "core.orders:export"))

    page = client.get("/admin/profile/").get_data(as_text=True)

    assert "Export orders" in page
    assert "comes with another permission" in page
    assert "See reviews" not in page


def test_a_chosen_language_and_theme_come_back_on_another_device(app, anna):
    first, second = testing.sign_in(app, anna), app.test_client()
    send(first, "/admin/profile/", to="/preferences/language", language="zh")
    send(first, "/admin/profile/", to="/preferences/theme", theme="dark")

    send(second, "/login", email="anna@example.com", password=PASSWORD)

    page = second.get("/admin/").get_data(as_text=True)
    assert 'lang="zh' in page
    assert 'data-bs-theme="dark"' in page


@pytest.mark.parametrize(("name", "value"), [("language", "xx"), ("theme", "<b>"), ("theme", "")])
def test_an_unknown_choice_is_refused(app, anna, name, value):
    client = testing.sign_in(app, anna)
    before = digest(app)

    response = send(client, "/admin/profile/", to=f"/preferences/{name}", **{name: value})

    assert response.status_code == 400
    assert digest(app) == before


GOOD = {"name": "Tea House", "currency": "EUR", "timezone": "Europe/Berlin", "language": "en"}


def test_the_owner_changes_the_settings_and_the_log_says_from_what_to_what(app, client_as):
    response = send(client_as(owner=True), "/admin/settings/", **GOOD)

    assert response.status_code == 302
    db.session.rollback()
    shop = settings.load()
    assert {name: getattr(shop, name) for name in GOOD} == GOOD
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.settings.changed")).one()
    assert (entry.before["currency"], entry.after["currency"]) == ("CNY", "EUR")


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 81), ("name", "two\nlines"), ("currency", "QQQ"), ("currency", "eur"),
     ("timezone", "Mars/Olympus"), ("timezone", "../../etc/passwd"), ("language", "xx")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_with_the_field_named(app, client_as, field, value):
    owner = client_as(owner=True)
    before = digest(app)

    response = send(owner, "/admin/settings/", **(GOOD | {field: value}))

    assert response.status_code == 400
    assert b"field-errors" in response.data
    assert digest(app) == before


def test_fields_that_the_form_does_not_have_are_ignored(app, client_as):
    send(client_as(owner=True), "/admin/settings/", **GOOD, is_demo="1", is_owner="1", version="9")

    db.session.rollback()
    assert settings.load().is_demo is False


def test_no_sub_account_changes_the_settings(app, client_as):
    client = client_as("core.team:delegate", "core.settings:update")
    token = token_in(client.get("/admin/profile/"))

    response = client.post("/admin/settings/", data={"csrf_token": token, **GOOD})

    assert response.status_code == 403
    assert settings.load().name == "My shop"
