"""The addresses that only forms are sent to: opened by themselves they lead to the page that the form stands on."""

from importlib import import_module
from importlib.util import find_spec

from shopadmin.admin import form_pages

PLUGINS = [name for name in ("red_envelope", "review_recovery", "buyer_labels") if find_spec(f"shopadmin_{name}")]


def test_every_address_of_a_form_of_the_core_and_the_shipped_plugins_has_its_page(make_app):
    app = make_app({name: import_module(f"shopadmin_{name}") for name in PLUGINS})
    sent_to = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin/") and "GET" not in (rule.methods or ()):
            with app.test_request_context():
                path = rule.build(dict.fromkeys(rule.arguments, "1"))[1]
                sent_to[path] = form_pages.page_of(path)
    adapter = app.url_map.bind("localhost")

    assert [path for path, page in sent_to.items() if not page] == []
    assert all(adapter.match(page.partition("?")[0], "GET") for page in sent_to.values())
    assert len(sent_to) > 50
    # Forms that stand on another view's page, or on one with the row in the question.
    for path, page in {
        "/admin/review-recovery/evidence/case/1/order": "/admin/review-recovery/evidence/?case=1",
        "/admin/review-recovery/calls/start/1": "/admin/review-recovery/calls/?case=1",
        "/admin/review-recovery/calls/run/1/step": "/admin/review-recovery/calls/run/1",
        # Split 1 is not buyer 1, whose page stands above; nothing else does.
        "/admin/buyer-labels/merges/split/1/undo": "/admin/",
        "/admin/orders/details/1/status/1": "/admin/orders/details/1",
    }.items():
        assert sent_to.get(path, page) == page


def test_what_is_no_address_of_a_form_leads_nowhere(app):
    with app.test_request_context():
        for path in ("/logout", "/admin/orders/", "/admin/nothing/here", "/admin/", "/api/v1/claims", "/admin//", "x"):
            assert form_pages.page_of(path) == "", path
