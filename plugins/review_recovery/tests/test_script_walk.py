"""The shipped script in a real Chromium, in both languages: from the list to a call that ends with a refusal."""

import re
import threading
from collections.abc import Iterator

import pytest
import waitress
from flask import Flask
from playwright.sync_api import Browser, expect
from runs_of_tests import NOON, case, make_case, path, set_platform
from shopadmin_review_recovery import run_views
from shopadmin_review_recovery.services import runs, scripts

from shopadmin import testing
from shopadmin.plugin_api import is_contact_blocked

WORDS = {
    "en": {
        "ring": "Ring the buyer", "said": "Hello, is this Sample buyer 1?", "yes": "Yes", "go": "Yes, go on",
        "well": "All well now", "next": "Go on", "ask": "It is entirely up to you.", "refuses": "Refuses",
        "over": "Refused; no more contact", "fine": "Nothing speaks against publishing it.",
        "stop": "“Don't contact me”",
    },
    "zh": {
        "ring": "给买家打电话", "said": "您好，请问是Sample buyer 1吗？", "yes": "是本人", "go": "方便，您说",
        "well": "已经没事了", "next": "继续", "ask": "改不改完全由您。", "refuses": "拒绝", "over": "已拒绝，不再联系",
        "fine": "可以发布。", "stop": "“别再联系我”",
    },
}  # fmt: skip


class Noon:
    """A clock that stands at an hour at which buyers may be rung."""

    @staticmethod
    def now(_zone):
        return NOON


@pytest.fixture
def address(shop: Flask, monkeypatch) -> Iterator[str]:
    """The shop on a free port of the loopback."""
    set_platform(shop)
    scripts.ensure_shipped()
    monkeypatch.setattr(runs, "datetime", Noon)
    monkeypatch.setattr(run_views, "datetime", Noon)
    server = waitress.create_server(shop, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_call_from_the_gate_to_the_refusal_on_a_phone(
    shop: Flask, address: str, browser: Browser, language: str
) -> None:
    words = WORDS[language]
    client = testing.sign_in(shop, testing.make_account(shop, is_owner=True))
    with client.session_transaction() as cookie:
        cookie["language"] = language
    session = client.get_cookie("session")
    case_id = make_case()
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740})
    context.add_cookies([{"name": "session", "value": session.value, "url": address}])
    page = context.new_page()

    page.goto("/admin/review-recovery/scripts/")
    testing.follow(page.get_by_role("link", name="default").first)
    expect(page.get_by_text(words["fine"])).to_be_visible()
    page.locator("svg a[href='#node-ask_ok']").click()
    expect(page).to_have_url(re.compile("#node-ask_ok$"))
    assert testing.page_width(page) <= 360

    page.goto(f"/admin/review-recovery/calls/?case={case_id}")
    page.locator("#call-language").select_option(language)
    testing.follow(page.get_by_role("button", name=words["ring"]))
    expect(page.get_by_text(words["said"])).to_be_visible()
    expect(page.get_by_role("button", name=words["stop"])).to_be_visible()
    for word in ("yes", "go", "well", "next"):
        testing.follow(page.get_by_role("button", name=words[word], exact=True))
    expect(page.get_by_text(words["ask"])).to_be_visible()
    assert testing.page_width(page) <= 360
    for word in ("refuses", "next", "next"):
        testing.follow(page.get_by_role("button", name=words[word], exact=True))
    expect(page.get_by_text(words["over"]).first).to_be_visible()
    context.close()

    assert path(1)[-3:] == ["refuse", "warm_close", "[refused]"]
    assert is_contact_blocked(case(case_id).buyer_id)
