"""The gate: who gets in, who is sent away, and what a refusal looks like."""

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry


def test_an_anonymous_reader_is_sent_to_the_log_in_page(app):
    response = app.test_client().get("/admin/")

    assert response.status_code == 302
    assert response.location.startswith("/login")


def test_a_signed_in_account_sees_today(app, client_as):
    response = client_as().get("/admin/")

    assert response.status_code == 200


def test_a_copied_cookie_is_worthless_after_log_out(app):
    client = testing.sign_in(app, testing.make_account(app))
    copied = client.get_cookie("session").value
    app.config["WTF_CSRF_ENABLED"] = False

    assert client.post("/logout").status_code == 302

    thief = app.test_client()
    thief.set_cookie("session", copied)
    assert thief.get("/admin/").status_code == 302


def test_an_undeclared_route_refuses_even_the_owner(app, client_as):
    app.view_functions["nobody_said"] = lambda: "secret"
    app.url_map.add(app.url_rule_class("/nobody-said", endpoint="nobody_said"))

    response = client_as(owner=True).get("/nobody-said")

    assert response.status_code == 403
    assert b"secret" not in response.data
    assert db.session.query(AuditEntry).filter_by(code="core.access.denied").count() == 1


def test_a_coroutine_is_left_to_flask_and_what_is_none_is_taken_as_it_is(app, monkeypatch):
    async def coroutine():
        return "too late"

    monkeypatch.setattr(app, "async_to_sync", lambda found: ("by Flask", found))

    assert app.ensure_sync(testing.make_account) is testing.make_account
    assert app.ensure_sync(app.test_client) == app.test_client
    assert app.ensure_sync(coroutine) == ("by Flask", coroutine)
