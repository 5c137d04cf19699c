"""An owner's way in a real Chromium: switch the plugin on, set a campaign up, see it pass its start."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import waitress
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from red_envelope_shop import NOW, Clock, stored

from shopadmin import testing
from shopadmin.plugin_api import db
from shopadmin.services import plugins as plugin_states

WORDS = {
    "en": {
        "on": "Switch on", "activity": "New activity", "campaign": "New campaign", "save": "Save",
        "schedule": "Schedule", "amount": "Change the amount", "locked": "Everything is locked",
        "waiting": "It begins in", "state": "Running",
    },
    "zh": {
        "on": "启用", "activity": "新建促销活动", "campaign": "新建红包活动", "save": "保存",
        "schedule": "排期", "amount": "更改金额", "locked": "全部已锁定", "waiting": "距离开始还有", "state": "进行中",
    },
}  # fmt: skip


@pytest.fixture
def address(shop: Flask, clock: Clock) -> Iterator[str]:
    """The shop on a free port of the loopback."""
    server = waitress.create_server(shop, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@contextmanager
def owner_page(shop: Flask, browser: Browser, address: str, language: str) -> Iterator[Page]:
    client = testing.sign_in(shop, testing.make_account(shop, is_owner=True))
    with client.session_transaction() as cookie:
        cookie["language"] = language
    session = client.get_cookie("session")
    assert session is not None
    context = browser.new_context(base_url=address)
    context.add_cookies([{"name": "session", "value": session.value, "url": address}])
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_the_plugins_page_to_a_campaign_that_has_begun(
    shop: Flask, clock: Clock, address: str, browser: Browser, language: str
) -> None:
    words = WORDS[language]
    plugin_states.disable(None, "red_envelope")
    db.session.remove()

    with owner_page(shop, browser, address, language) as page:
        assert page.goto("/admin/red-envelope/").status == 404  # type: ignore[union-attr]

        page.goto("/admin/plugins/details/red_envelope")
        testing.follow(page.get_by_role("button", name=words["on"]).first)
        page.goto("/admin/red-envelope/activities/")
        testing.follow(page.get_by_role("link", name=words["activity"]).first)
        page.fill("[name=name]", "Summer")
        page.fill("[name=starts_at]", "2026-06-19T00:00")
        page.fill("[name=ends_at]", "2026-06-25T00:00")
        testing.follow(page.get_by_role("button", name=words["save"]))
        page.goto("/admin/red-envelope/")
        testing.follow(page.get_by_role("link", name=words["campaign"]).first)
        page.fill("[name=title]", "Summer ten")
        page.select_option("[name=activity_id]", label="Summer")
        page.select_option("[name=denomination]", "womens_clothing|1000")
        for field, time in (("claim_from", "19"), ("claim_to", "20"), ("use_from", "19"), ("use_to", "21")):
            page.fill(f"[name={field}]", f"2026-06-{time}T00:00")
        testing.follow(page.get_by_role("button", name=words["save"]))
        testing.follow(page.get_by_role("button", name=words["schedule"]))
        expect(page.get_by_text(words["waiting"])).to_be_visible()
        ticking = page.get_by_role("timer").inner_text()
        expect(page.get_by_role("timer")).not_to_have_text(ticking)
        page.select_option("[name=amount]", "500")
        testing.follow(page.get_by_role("button", name=words["amount"]))
        expect(page.get_by_text("5.00").first).to_be_visible()

        clock.set(NOW + 24 * 3_600_000 - 2500)
        page.reload()
        clock.set(clock.start)

        # The page asks anew when its countdown ends.
        expect(page.get_by_text(words["locked"])).to_be_visible()
        expect(page.get_by_text(words["state"]).first).to_be_visible()
        expect(page.locator("[name=amount]")).to_have_count(0)
    (campaign,) = stored()["campaign"]
    assert 500 in campaign
    assert len(stored()["seal"]) == 1
