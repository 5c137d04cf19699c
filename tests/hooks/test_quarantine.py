"""A plugin that is wrong is left out with the reason; the shop starts without it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from flask_admin.base import BaseView, expose

from shopadmin import testing
from shopadmin.admin.base import AdminView
from shopadmin.api_contract import STOREFRONT, ApiAnswer, ApiEndpoint, ApiModel, ApiQuery, ApiScope
from shopadmin.contract import AuditMessage, Manifest, Permission
from shopadmin.hookspecs import hookimpl
from shopadmin.services import activity
from shopadmin.services.audit import record as record_audit
from shopadmin.services.transactions import writing


def plugin(name: str, api_version: int = 1, **hooks: object) -> SimpleNamespace:
    manifest = Manifest(name=name, title=name, version="1.0", api_version=api_version)
    found = {"shopadmin_manifest": hookimpl(lambda: manifest)}
    return SimpleNamespace(**found, **{hook: hookimpl(function) for hook, function in hooks.items()})


class Unnamed(AdminView):
    @expose("/")
    def index(self):
        return "secret"


class Outside(BaseView):
    @expose("/")
    def index(self):
        return "secret"


class Greedy(AdminView):
    permissions = {"index": "core.orders:read"}  # noqa: RUF012

    @expose("/")
    def index(self):
        return "secret"


class Proper(AdminView):
    permissions = {"index": "good.page:read"}  # noqa: RUF012

    @expose("/")
    def index(self):
        return "proper page"


WRONG = {
    "without a manifest": ("bad", SimpleNamespace(), "no shopadmin_manifest"),
    "with another name": ("bad", plugin("other"), "bad name"),
    "named like the core": ("core", plugin("core"), "core"),
    "for another API": ("bad", plugin("bad", api_version=99), "API version 99"),
    "with a misspelled hook": (
        "bad",
        plugin("bad", shopadmin_order_badgers=lambda orders: {}),
        "did you mean shopadmin_order_badges",
    ),
    "with a view outside the base": (
        "bad",
        plugin("bad", shopadmin_admin_views=lambda: [Outside(endpoint="bad")]),
        "not an AdminView",
    ),
    "with a page without a permission": (
        "bad",
        plugin("bad", shopadmin_admin_views=lambda: [Unnamed(endpoint="bad")]),
        "no permission",
    ),
    "with a core permission": (
        "bad",
        plugin("bad", shopadmin_admin_views=lambda: [Greedy(endpoint="bad")]),
        "not one of the plugin's",
    ),
    "with a core endpoint": (
        "bad",
        plugin("bad", shopadmin_admin_views=lambda: [Unnamed(endpoint="admin")]),
        "does not start with bad",
    ),
}


def answering(*endpoints):
    return plugin("bad", shopadmin_api_endpoints=lambda: list(endpoints))


class Answer(ApiModel):
    text: str


class Parameters(ApiQuery):
    row_id: int


SOUND = ApiEndpoint("GET", "/api/v1/bad/rows", "wallet", "Rows", lambda call: None, Answer)
WRONG |= {
    f"with an endpoint {what}": ("bad", answering(*endpoints), reason)
    for what, endpoints, reason in (
        ("of the core's", [replace(SOUND, path="/api/v1/buyer-tokens")], "must lie under /api/v1/bad/"),
        ("of another plugin's", [replace(SOUND, path="/api/v1/badly/rows")], "must lie under /api/v1/bad/"),
        ("outside the API", [replace(SOUND, path="/admin/orders/")], "must lie under /api/v1/bad/"),
        ("in two ways", [SOUND, SOUND], "is declared twice"),
        ("with an unknown scope", [replace(SOUND, scope="everything")], "unknown scope everything"),
        ("with no scope", [replace(SOUND, scope="")], "unknown scope"),
        ("for any storefront", [replace(SOUND, scope=STOREFRONT)], "unknown scope storefront"),
        ("with a foreign scope", [replace(SOUND, scope=ApiScope("good.all", "All"))], "does not start with bad."),
        ("that changes by GET", [replace(SOUND, effect="transaction")], "effect transaction"),
        ("with a body of another base", [replace(SOUND, method="POST", body=Parameters)], "is not a ApiModel"),
        ("with undeclared parameters", [replace(SOUND, path="/api/v1/bad/rows/{row_id}")], "params must declare"),
        ("with parameters of no path", [replace(SOUND, params=Parameters)], "params must declare nothing"),
        ("that is none", ["GET /api/v1/bad/rows"], "str instead of ApiEndpoint"),
    )
}


@pytest.mark.parametrize(("name", "wrong", "reason"), WRONG.values(), ids=list(WRONG))
def test_a_wrong_plugin_is_left_out_with_the_reason(make_app, name, wrong, reason):
    app = make_app(plugins={name: wrong})

    plugins = app.extensions["shopadmin.hooks"].plugins
    assert [found.name for found in plugins.quarantined] == [name]
    assert reason in plugins.quarantined[0].reason
    assert plugins.names() == []
    assert app.test_client().get("/healthz").status_code == 200


def test_a_plugin_whose_name_begins_with_anothers_is_left_out(make_app):
    app = make_app(plugins={"gift": plugin("gift"), "gift_card": plugin("gift_card")})

    plugins = app.extensions["shopadmin.hooks"].plugins
    assert plugins.names() == ["gift"]
    assert "prefix" in plugins.quarantined[0].reason


def test_a_plugin_declares_endpoints_and_scopes_of_its_own(make_app):
    own = replace(SOUND, path="/api/v1/gift-card/rows", scope=ApiScope("gift_card.rows", "Rows"), needs_buyer=False,
                  run=lambda call: ApiAnswer(Answer(text=call.caller.label)))  # fmt: skip
    app = make_app(plugins={"gift_card": plugin("gift_card", shopadmin_api_endpoints=lambda: [own])})

    answer = testing.api_client(app, "gift_card.rows").get("/gift-card/rows")
    refused = testing.api_client(app, "wallet").get("/gift-card/rows")

    assert answer.get_json() == {"text": "Sample storefront"}
    assert refused.status_code == 403


def test_a_view_of_a_quarantined_plugin_is_not_reachable_even_for_the_owner(make_app):
    app = make_app(plugins={"bad": plugin("bad", shopadmin_admin_views=lambda: [Unnamed(endpoint="bad")])})
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))

    response = owner.get("/admin/bad/")

    assert response.status_code in (403, 404)
    assert b"secret" not in response.data


def test_a_proper_plugin_brings_a_page_that_needs_its_own_permission(make_app):
    good = plugin(
        "good",
        shopadmin_admin_views=lambda: [Proper(endpoint="good")],
        shopadmin_permissions=lambda: [Permission("good.page:read", "Page")],
    )
    app = make_app(plugins={"good": good})
    allowed = testing.sign_in(app, testing.make_account(app, "good.page:read"))
    refused = testing.sign_in(app, testing.make_account(app, "core.orders:read"))

    assert b"proper page" in allowed.get("/admin/good/").data
    assert refused.get("/admin/good/").status_code == 403


def test_a_plugin_that_is_off_answers_404(make_app):
    good = plugin(
        "good",
        shopadmin_admin_views=lambda: [Proper(endpoint="good")],
        shopadmin_permissions=lambda: [Permission("good.page:read", "Page")],
    )
    app = make_app(plugins={"good": good})
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
    app.extensions["shopadmin.hooks"].is_on = lambda name: False

    assert owner.get("/admin/good/").status_code == 404


def test_a_sentence_for_anothers_act_takes_the_plugin_out(make_app):
    bad = plugin("bad", shopadmin_audit_messages=lambda: [AuditMessage("core.order.changed", "Nothing happened")])
    app = make_app(plugins={"bad": bad})

    (left_out,) = app.extensions["shopadmin.hooks"].plugins.quarantined
    assert left_out.name == "bad"
    with app.app_context():
        assert activity.sentence("core.order.changed") != "Nothing happened"


def test_a_plugin_says_what_its_entries_in_the_activity_log_mean(make_app):
    said = [AuditMessage("good.toy.wound", "Wound a toy up"), AuditMessage("good.toy", "Toy")]
    app = make_app(plugins={"good": plugin("good", shopadmin_audit_messages=lambda: said)})
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
    with app.app_context(), writing():
        record_audit(None, "good.toy.wound", "good.toy", 7)

    page = owner.get("/admin/activity/").text

    assert "Wound a toy up" in page
    assert "Toy 7" in page


def test_safe_mode_starts_without_plugins(make_app):
    app = make_app(plugins={"good": plugin("good")}, SAFE_MODE=True)

    assert app.extensions["shopadmin.hooks"].plugins.names() == []
