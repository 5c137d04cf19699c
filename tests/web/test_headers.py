"""What every answer carries, how cookies are marked, and who is let in by which way."""

import pytest
from matrix import PLUGINS, address, principals, rules, seed

from shopadmin import testing
from shopadmin.models import db

CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
FILES = {"static", "bootstrap.static", "icons.sprite"}


def check_headers(response, where):
    for name, value in EVERYWHERE.items():
        assert response.headers.get(name) == value, f"{where}: {name}"
    policy = response.headers["Content-Security-Policy"]
    assert policy == CSP or policy.startswith("default-src 'none'"), f"{where}: {policy}"
    assert "unsafe-eval" not in policy
    assert "script-src" not in policy
    assert "Server" not in response.headers or "Werkzeug" not in response.headers["Server"]


def test_every_answer_of_every_route_carries_the_headers(make_app):
    app = make_app(PLUGINS, DEVELOPMENT=True)
    with app.app_context():
        seeds = seed(app)

    for principal in principals(app, only=frozenset()):
        for rule in rules(app):
            for method in ("GET", "POST", "DELETE", "OPTIONS"):
                response = principal.client.open(address(app, rule, seeds), method=method)
                check_headers(response, f"{principal.name} {method} {rule.rule}")
                if not principal.is_anonymous and rule.endpoint not in FILES:
                    assert response.headers["Cache-Control"] == "no-store", f"{method} {rule.rule}"


def test_errors_carry_the_headers_too(app, client_as):
    owner = client_as(owner=True)
    app.view_functions["healthz"] = lambda: 1 / 0

    answers = [owner.get("/nothing-here"), owner.get("/healthz"), owner.get("/logout"), owner.post("/logout")]

    assert [answer.status_code for answer in answers] == [404, 500, 405, 400]
    for answer in answers:
        check_headers(answer, answer.request.path)


def test_files_are_kept_by_browsers_and_pages_are_not(app):
    client = app.test_client()

    assert "no-store" not in client.get("/static/shopadmin.css").headers.get("Cache-Control", "")
    assert client.get("/login").headers["Cache-Control"] == "no-store"


def cookies(response):
    return response.headers.getlist("Set-Cookie")


def test_over_tls_the_cookie_is_for_this_host_alone_and_never_in_the_clear(app):
    response = app.test_client().get("/login", base_url="https://localhost")

    (cookie,) = cookies(response)
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")


def test_on_this_machine_the_cookie_works_without_tls(app):
    response = app.test_client().get("/login")

    (cookie,) = cookies(response)
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert "Strict-Transport-Security" not in response.headers


def test_a_plain_cookie_does_not_sign_in_over_tls(app):
    client = testing.sign_in(app, testing.make_account(app))

    response = client.get("/admin/", base_url="https://localhost")

    assert response.status_code == 302


FAR = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.mark.parametrize("path", ["/login", "/admin/", "/"])
def test_plain_http_from_another_machine_is_refused_with_a_reason(app, path):
    client = testing.sign_in(app, testing.make_account(app))

    response = client.get(path, environ_base=FAR, headers={"Accept-Language": "en"})

    assert response.status_code == 403
    assert b"INSECURE_HTTP" in response.data
    check_headers(response, path)


def test_whoever_asks_for_the_risk_gets_it_with_a_banner(make_app):
    app = make_app(INSECURE_HTTP=True)

    response = app.test_client().get("/login", environ_base=FAR)

    assert response.status_code == 200
    assert b"strip-insecure" in response.data


def test_a_load_balancer_may_ask_whether_we_live(app):
    assert app.test_client().get("/healthz", environ_base=FAR).status_code == 200


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_every_address_of_this_machine_counts_as_here(app, peer):
    assert app.test_client().get("/login", environ_base={"REMOTE_ADDR": peer}).status_code == 200


def test_a_claim_of_tls_is_believed_from_a_trusted_proxy_alone(make_app):
    claim = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "shop.example"}
    plain = make_app()
    behind = make_app(TRUSTED_PROXIES=1, TRUSTED_HOSTS=["shop.example"])

    refused = plain.test_client().get("/login", environ_base=FAR, headers=claim)
    taken = behind.test_client().get("/login", environ_base={"REMOTE_ADDR": "10.0.0.1"}, headers=claim)

    assert refused.status_code == 403
    assert taken.status_code == 200
    assert cookies(taken)[0].startswith("__Host-session=")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:8000", "a b", "127.0.0.1.nip.io"]
)
def test_a_foreign_host_is_refused(app, host):
    response = app.test_client().get("/login", headers={"Host": host})

    assert response.status_code == 400
    assert host.encode() not in response.data


def test_a_forwarded_host_is_not_believed(app):
    response = app.test_client().get("/admin/", headers={"X-Forwarded-Host": "evil.example"})

    assert response.status_code == 302
    assert "evil" not in response.location


def test_an_error_tells_its_reference_and_nothing_else(app, client_as):
    secret = "select password from account /srv/shop"

    def fail():
        raise RuntimeError(secret)

    app.view_functions["healthz"] = fail

    response = client_as(owner=True).get("/healthz")

    text = response.get_data(as_text=True)
    assert response.status_code == 500
    assert not any(word in text for word in ("select", "RuntimeError", "Traceback", "/srv", "Flask", "Werkzeug"))
    assert "<code>" in text


def test_an_error_page_needs_no_database(app, monkeypatch):
    def gone(*_arguments, **_more):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(db.session().__class__, "execute", gone)

    response = app.test_client().get("/nothing-here")

    assert response.status_code == 404
    check_headers(response, "/nothing-here")


def test_a_refused_method_says_which_are_allowed(app):
    response = app.test_client().get("/logout")

    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
