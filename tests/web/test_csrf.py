"""A page of somebody else's cannot act through a browser that is signed in here (A13)."""

import pytest
from forms import token_in
from matrix import METHODS, PLUGINS, UNSAFE, address, digest, points_of, rules, seed

from shopadmin import testing
from shopadmin.admin import gate, opting_out


@pytest.fixture
def shop(make_app):
    app = make_app(PLUGINS, DEVELOPMENT=True)
    with app.app_context():
        return app, seed(app)


def unsafe(app, seeds):
    """Address and method of everything that changes something, log-in, log-out, upload and links included."""
    return [
        (address(app, rule, seeds), method)
        for rule in rules(app)
        # Blind to cookies, so there is nothing to forge; so is the signed link in a mail.
        if gate.BEARER not in points_of(app, rule) and rule.endpoint != opting_out.ENDPOINT
        for method in sorted((rule.methods or set()) & UNSAFE & set(METHODS))
    ]


def refused(app, client, seeds, **request):
    """Answers by address; every one of them must be a 400."""
    answers = {}
    for path, method in unsafe(app, seeds):
        answers[f"{method} {path}"] = client.open(path, method=method, **request).status_code
    return answers


@pytest.fixture
def owner(shop):
    app, _seeds = shop
    return testing.sign_in(app, testing.make_account(app, is_owner=True))


def test_without_a_token_nothing_is_done(shop, owner):
    app, seeds = shop
    before = digest(app)

    answers = refused(app, owner, seeds)

    assert len(answers) > 30
    assert {path: code for path, code in answers.items() if code != 400} == {}
    assert digest(app) == before


def test_the_token_of_another_browser_is_no_good(shop, owner):
    app, seeds = shop
    foreign, before = token_in(app.test_client().get("/login")), digest(app)

    answers = refused(app, owner, seeds, data={"csrf_token": foreign})

    assert {path: code for path, code in answers.items() if code != 400} == {}
    assert digest(app) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://localhost"},  # another scheme is another origin
        {"Origin": "http://localhost:8080"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_from_elsewhere_gets_nowhere_even_with_a_token(shop, owner, headers):
    app, seeds = shop
    token, before = token_in(owner.get("/admin/")), digest(app)

    answers = refused(app, owner, seeds, headers=headers, data={"csrf_token": token})

    assert {path: code for path, code in answers.items() if code != 400} == {}
    assert digest(app) == before


def test_a_page_of_ours_gets_through(shop, owner):
    token = token_in(owner.get("/admin/"))
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}

    response = owner.post("/preferences/theme", data={"csrf_token": token, "theme": "dark"}, headers=headers)

    assert response.status_code == 302


def test_a_request_that_says_nothing_of_its_origin_needs_the_token_alone(shop, owner):
    token = token_in(owner.get("/admin/"))

    assert owner.post("/preferences/theme", data={"csrf_token": token, "theme": "dark"}).status_code == 302
