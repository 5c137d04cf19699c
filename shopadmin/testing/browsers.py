"""Chromium, for the tests that look at a page as a person does: it acts, waits until a page stands, and looks."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page


CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# A fresh profile without the connections that Chromium opens on its own account.
CHROMIUM_SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

# How many milliseconds something may take on a machine that does much else; who is never answered fails after that.
PATIENCE = 60_000


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program; without one the test is left out."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> "Iterator[Browser]":
    """Chromium, one for all browser tests of the run: Playwright cannot be started twice in a process."""
    from playwright.sync_api import expect, sync_playwright  # only who tests in a browser needs it installed

    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        launched = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_SWITCHES), timeout=PATIENCE)
        launched.on("context", lambda context: context.set_default_timeout(PATIENCE))
        yield launched
        launched.close()


def follow(control: "Locator") -> None:
    """Press what leads to another page, and wait until that page stands.

    A click alone returns as soon as the other page begins, or, where a form is sent, sometimes before that.
    """
    with control.page.expect_navigation():
        control.click()


def axe_finds(page: "Page") -> list[dict[str, Any]]:
    """What axe has against the whole page, which needs a context with ``bypass_csp``: axe is an inline script."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_load_state()
    return [
        {"id": found["id"], "targets": [node["target"] for node in found["nodes"]][:3]}
        for found in Axe().run(page).response["violations"]
    ]


def page_width(page: "Page") -> int:
    """How wide the whole page is, with what sticks out to the side."""
    page.wait_for_load_state()
    return int(page.evaluate("document.documentElement.scrollWidth"))
