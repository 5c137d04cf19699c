"""Who gets what: every route × every principal × every method, expected from what the routes declare.

The cases are made from the URL map, so a page that is added is in it from its first day, and a route that declares
nothing or has a parameter without a sample value fails here.
"""

import html
import re

import pytest
from matrix import (
    MARKERS,
    METHODS,
    PASSED,
    PLUGINS,
    UNSAFE,
    address,
    digest,
    methods_at,
    points_of,
    principals,
    rules,
    seed,
)

from shopadmin.admin import gate

# Who may do what is asked of the routes; what the pages do is tried on both databases elsewhere.
pytestmark = pytest.mark.one_database
FILES = ("static", "bootstrap.static", "icons.sprite")


@pytest.fixture
def shop(make_app):
    """An app with every page of the core, development's included, and one row of everything."""
    app = make_app(PLUGINS, DEVELOPMENT=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        return app, seed(app)


@pytest.fixture
def tell(request):
    """Say something on the terminal whatever is captured: the number of cases belongs to the result."""
    plugins = request.config.pluginmanager
    capture, terminal = plugins.get_plugin("capturemanager"), plugins.get_plugin("terminalreporter")

    def say(text):
        with capture.global_and_fixture_disabled():
            terminal.ensure_newline()
            terminal.write_line(text)

    return say


def sends_away(principal, points, response):
    """Whether the answer is the right refusal: nobody is sent to the log-in page, somebody gets a 403.

    The storefront API asks everybody for a token, whatever cookie they have.
    """
    if gate.BEARER in points:
        return response.status_code == 401
    if principal.is_anonymous:
        return response.status_code == 302 and response.location.startswith("/login")
    return response.status_code == 403


def leaks(principal, response):
    """Markers in the answer that this principal must not see."""
    return [marker for marker in principal.hidden() if marker.encode() in response.data]


def leaks_beyond_link(rule, principal, response):
    """The same for somebody who holds a single-use link, whose page greets them by their own address."""
    own = ("marktarget@", "markinvitee@") if rule.endpoint.startswith("account.") else ()
    return [marker for marker in leaks(principal, response) if marker not in own]


def test_every_rule_declares_a_point(shop):
    app, seeds = shop

    for rule in rules(app):
        assert points_of(app, rule)
        assert address(app, rule, seeds)


def test_whoever_lacks_the_permission_is_refused_and_changes_nothing(shop, tell):
    app, seeds = shop
    everybody = list(principals(app))
    before, cases, wrong = digest(app), 0, []

    for rule in rules(app):
        points, path = points_of(app, rule), address(app, rule, seeds)
        for method in sorted((rule.methods or set()) & set(METHODS)):
            for principal in everybody:
                if principal.may(points):
                    continue
                response = principal.client.open(path, method=method)
                cases += 1
                if not sends_away(principal, points, response) or leaks(principal, response):
                    wrong.append((principal.name, method, rule.rule, response.status_code, leaks(principal, response)))
            if method in UNSAFE and digest(app) != before:
                wrong.append(("somebody", method, rule.rule, "changed something"))
                before = digest(app)

    assert not wrong
    tell(f"permission matrix: {cases} refusals")


def test_whoever_holds_the_permission_sees_the_page_and_nothing_beyond(shop, tell):
    app, seeds = shop
    everybody, cases, wrong = list(principals(app)), 0, []

    for rule in rules(app):
        if "GET" not in (rule.methods or ()):
            continue
        points, path = points_of(app, rule), address(app, rule, seeds)
        for principal in everybody:
            if principal.may(points):
                response = principal.client.get(path)
                cases += 1
                is_right = response.status_code in PASSED.get(rule.endpoint, {200})
                leaked = leaks_beyond_link(rule, principal, response)
                if not is_right or leaked:
                    wrong.append((principal.name, rule.rule, response.status_code, leaked))

    assert not wrong
    tell(f"permission matrix: {cases} pages")


def test_a_method_that_no_route_has_is_refused_to_everybody(shop, tell):
    app, seeds = shop
    everybody, cases, wrong, before = list(principals(app, only=frozenset())), 0, [], digest(app)

    for rule in rules(app):
        for method in sorted(set(METHODS) - methods_at(app, rule.rule)):
            for principal in everybody:
                response = principal.client.open(address(app, rule, seeds), method=method)
                cases += 1
                if not is_no_method(app, method, response) or leaks(principal, response):
                    wrong.append((principal.name, method, rule.rule, response.status_code))

    assert not wrong
    assert digest(app) == before
    tell(f"permission matrix: {cases} wrong methods")


def is_no_method(app, method, response):
    """405; or of the address of a form, the way to the page that the form stands on, which asks who is there itself."""
    if method == "GET" and response.status_code == 302 and "Allow" not in response.headers:
        return "GET" in app.url_map.bind("localhost").match(response.location, "GET", return_rule=True)[0].methods
    return response.status_code == 405 and "Allow" in response.headers


def test_whoever_loads_the_address_of_a_form_anew_finds_its_page(shop, tell):
    """Where a refused form was shown: the page is there, or it was never shown under that address."""
    app, seeds = shop
    owner = list(principals(app, only=frozenset()))[-1]
    never_shown = {"profile.end_session"}
    cases, wrong = 0, []

    for rule in rules(app):
        if not rule.rule.startswith("/admin/") or "GET" in methods_at(app, rule.rule) or rule.endpoint in never_shown:
            continue
        response = owner.client.get(address(app, rule, seeds))
        shown = owner.client.get(response.location) if response.status_code == 302 else response
        cases += 1
        if shown.status_code != 200:
            wrong.append((rule.rule, response.status_code, response.location, shown.status_code))

    assert not wrong
    tell(f"permission matrix: {cases} addresses of forms")


def test_whoever_holds_the_permission_may_do_it(make_app, tell):
    app = make_app(PLUGINS, DEVELOPMENT=True, WTF_CSRF_ENABLED=False)
    wanted = [
        (rule.endpoint, method)
        for rule in rules(app)
        if gate.BEARER not in points_of(app, rule)
        for method in sorted((rule.methods or set()) & UNSAFE)
    ]
    cases, wrong, seen = 0, [], set()

    for endpoint, method in wanted:
        fresh = make_app(PLUGINS, DEVELOPMENT=True, WTF_CSRF_ENABLED=False)
        with fresh.app_context():
            seeds = seed(fresh)
        rule = next(found for found in rules(fresh) if found.endpoint == endpoint)
        points = points_of(fresh, rule)
        principal = least_of_those_who_may(fresh, points)
        response = principal.client.open(address(fresh, rule, seeds), method=method)
        cases += 1
        seen.update(marker for marker in MARKERS if marker.encode() in response.data)
        leaked = leaks_beyond_link(rule, principal, response)
        if not is_passed(endpoint, response) or leaked:
            wrong.append((principal.name, method, rule.rule, response.status_code, leaked))

    assert not wrong
    assert {"MARKADDRESS", "13900139777", "13900139666"} <= seen, "the reveal shows nothing: the markers prove nothing"
    tell(f"permission matrix: {cases} acts")


def least_of_those_who_may(app, points):
    """Who passes with the fewest permissions: an act may use its row up, so each is tried once."""
    return min((found for found in principals(app, only=points) if found.may(points)), key=rank)


def rank(principal):
    return (principal.is_owner, not principal.is_anonymous, len(principal.points))


def is_passed(endpoint, response):
    """An act is done, or its empty form refused with a reason; never a refusal of the person, never a fault."""
    if endpoint == "profile.end_session":
        return response.status_code == 404  # the seeded session is somebody else's
    if endpoint in PASSED and endpoint != "security.login":
        return response.status_code in PASSED[endpoint]
    is_done = response.status_code in (200, 302, 303, 400, 409)
    return (is_done and not (response.location or "").startswith("/login?")) or endpoint == "logout"


def test_every_marker_is_seen_by_the_owner(shop):
    """Else a marker that no page ever shows would prove nothing."""
    app, seeds = shop
    owner = list(principals(app, only=frozenset()))[-1]

    text = b"".join(
        owner.client.get(address(app, rule, seeds)).data
        for rule in rules(app)
        if "GET" in (rule.methods or ()) and rule.endpoint not in ("static", "bootstrap.static")
    )

    only_on_request = {"MARKRECIPIENT", "MARKADDRESS", "13900139666"}  # behind "reveal"
    not_built_yet = {"MARKFILE"} if "imports" not in app.blueprints else set()
    assert {marker for marker in MARKERS if marker.encode() not in text} == only_on_request | not_built_yet


def shown_controls(text):
    """Addresses that a page offers: links, and the targets of forms with their methods."""
    links = [("GET", found) for found in re.findall(r'<a [^>]*href="(/[^"]*)"', text)]
    forms = re.findall(r"<form ([^>]*)>", text)
    posts = [("POST", found.group(1)) for form in forms if (found := re.search(r'action="(/[^"]*)"', form))]
    return [(method, html.unescape(found)) for method, found in links + posts]


def test_ui_and_server_agree(shop, tell):
    """Whatever a page offers somebody may be opened or sent by them: no button leads to a refusal."""
    app, seeds = shop
    adapter, cases, wrong = app.url_map.bind("localhost"), 0, set()

    for principal in principals(app):
        if principal.is_anonymous:
            continue
        for rule in rules(app):
            points = points_of(app, rule)
            if "GET" not in (rule.methods or ()) or not principal.may(points) or rule.endpoint in FILES:
                continue
            response = principal.client.get(address(app, rule, seeds))
            if response.mimetype != "text/html":
                continue
            for method, target in set(shown_controls(response.get_data(as_text=True))):
                method = "GET" if is_search_form(response, target) else method
                found, _values = adapter.match(target.partition("?")[0].partition("#")[0], method, return_rule=True)
                cases += 1
                if not principal.may(points_of(app, found)):
                    wrong.add((principal.name, rule.rule, method, found.rule))

    assert not wrong
    tell(f"permission matrix: {cases} controls")


def is_search_form(response, target):
    """Whether the page's form with this target only asks."""
    return re.search(rf'<form[^>]*method="get"[^>]*action="{re.escape(target)}"', response.get_data(as_text=True))
