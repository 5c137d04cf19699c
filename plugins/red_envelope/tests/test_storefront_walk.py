"""The whole day in a real Chromium: the owner sets up, the start passes, a buyer does the rest in the storefront.

Each page is left as a picture in the test's folder.
"""

import importlib.util
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import waitress
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from red_envelope_shop import Clock, make_activity, make_campaign, stored

from shopadmin import testing

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "storefront" / "app.py"


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The app on a free port of the loopback."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture
def admin(shop: Flask, clock: Clock) -> Iterator[str]:
    """The shop's address."""
    with served(shop) as address:
        yield address


@pytest.fixture
def storefront(shop: Flask, admin: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The example's address, as it stands in its folder."""
    spec = importlib.util.spec_from_file_location("example_storefront", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, example)  # where Flask looks for its templates
    spec.loader.exec_module(example)
    with served(example.create_app(admin, testing.make_token(shop))) as address:
        yield address


@pytest.fixture
def owner(shop: Flask, browser: Browser, admin: str) -> Iterator[Page]:
    session = testing.sign_in(shop, testing.make_account(shop, is_owner=True)).get_cookie("session")
    assert session is not None
    context = browser.new_context(base_url=admin)
    context.add_cookies([{"name": "session", "value": session.value, "url": admin}])
    yield context.new_page()
    context.close()


@pytest.fixture
def guest(browser: Browser, storefront: str) -> Iterator[Page]:
    context = browser.new_context(base_url=storefront)
    yield context.new_page()
    context.close()


def set_up(owner: Page) -> None:
    """A campaign of ten yuan from fifty on, scheduled."""
    owner.goto("/admin/red-envelope/")
    testing.follow(owner.get_by_role("link", name="New campaign").first)
    owner.fill("[name=title]", "Summer ten")
    owner.select_option("[name=activity_id]", label="Summer")
    owner.select_option("[name=denomination]", "womens_clothing|1000")
    owner.fill("[name=threshold]", "50")
    for field, day in (("claim_from", "19"), ("claim_to", "20"), ("use_from", "19"), ("use_to", "21")):
        owner.fill(f"[name={field}]", f"2026-06-{day}T00:00")
    testing.follow(owner.get_by_role("button", name="Save"))
    testing.follow(owner.get_by_role("button", name="Schedule"))
    expect(owner.get_by_text("It begins in")).to_be_visible()


def look(page: Page, folder: Path, name: str) -> None:
    """Keep a picture, wide and narrow; at 360 pixels nothing sticks out to the side."""
    page.wait_for_load_state()
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    page.set_viewport_size({"width": 360, "height": 760})
    page.screenshot(path=folder / f"{name}-360.png", full_page=True)
    assert testing.page_width(page) <= 360
    page.set_viewport_size({"width": 1280, "height": 900})


def order(guest: Page, shirts: int, scarves: int) -> None:
    """Order so many with the envelope, and pay."""
    guest.fill("#SHIRT", str(shirts))
    guest.fill("#SCARF", str(scarves))
    testing.follow(guest.get_by_role("button", name="Update the basket"))
    testing.follow(guest.get_by_role("button", name="Order").first)
    testing.follow(guest.get_by_role("button", name="Pay"))
    expect(guest.get_by_role("status")).to_have_text("Paid.")


@pytest.mark.browser
def test_from_the_owners_campaign_to_the_buyers_refunds(
    shop: Flask, clock: Clock, owner: Page, guest: Page, tmp_path: Path
) -> None:
    make_activity()
    set_up(owner)
    look(owner, tmp_path, "1-scheduled")
    guest.goto("/")
    expect(guest.get_by_text("opens 2026-06-18 16:00 UTC")).to_be_visible()
    clock.set(clock.start)
    owner.select_option("[name=amount]", "500")
    testing.follow(owner.get_by_role("button", name="Change the amount"))
    expect(owner.get_by_text("The campaign has begun. From the start on nobody changes it").first).to_be_visible()
    look(owner, tmp_path, "2-locked")

    guest.reload()
    look(guest, tmp_path, "3-open")
    testing.follow(guest.get_by_role("button", name="Collect"))
    expect(guest.get_by_role("status")).to_have_text("The envelope is in your wallet.")
    testing.follow(guest.get_by_role("button", name="Collect"))
    expect(guest.get_by_role("status")).to_contain_text("The buyer has this envelope already")
    guest.fill("#SCARF", "1")
    testing.follow(guest.get_by_role("button", name="Update the basket"))
    expect(guest.get_by_text("¥10.00 more for the ¥10.00 envelope")).to_be_visible()
    look(guest, tmp_path, "4-too-little")
    order(guest, 1, 1)
    look(guest, tmp_path, "5-paid")
    testing.follow(guest.get_by_role("button", name="Return one Silk scarf"))
    expect(guest.get_by_text("back: ¥36.00")).to_be_visible()
    expect(guest.get_by_text("redeemed")).to_be_visible()
    look(guest, tmp_path, "6-part-refund")

    refund = stored()["refund"]
    assert len(refund) == 1
    testing.follow(guest.get_by_role("button", name="Return one Silk scarf"))
    expect(guest.get_by_role("status")).to_contain_text("So many units of this line are not left to refund.")
    assert stored()["refund"] == refund


@pytest.mark.browser
def test_who_returns_everything_has_the_envelope_again(shop: Flask, clock: Clock, guest: Page, tmp_path: Path) -> None:
    make_campaign("scheduled")
    clock.set(clock.start)
    guest.goto("/")
    testing.follow(guest.get_by_role("button", name="Collect"))
    order(guest, 1, 1)

    testing.follow(guest.get_by_role("button", name="Return all"))

    expect(guest.get_by_role("status")).to_have_text("The money is back, and so is the envelope.")
    expect(guest.get_by_text("available")).to_be_visible()
    expect(guest.get_by_text("back: ¥90.00 and the envelope")).to_be_visible()
    look(guest, tmp_path, "7-full-refund")
