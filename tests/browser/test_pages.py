"""Every page in a real browser: accessible, quiet in the console, and no wider than a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from shopadmin import testing
from tests.browser.conftest import Served

pytestmark = pytest.mark.browser
LOOKS = [(theme, language) for theme in ("light", "dark") for language in ("en", "zh")]
# What a page links to that is no page of its own.
FRAGMENTS = re.compile(r"/(export|charts?|picture|progress|late|fragment|rejected|download)\b|\.(svg|csv|xlsx|json)\b")


def addresses(served: Served, page: Page) -> list[str]:
    """Every page that takes no parameter, and the first of each kind that a list leads to."""
    rules = [
        rule.rule
        for rule in served.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.rule.startswith("/admin")
    ]
    plain = sorted(rule for rule in rules if not FRAGMENTS.search(rule))
    found = dict.fromkeys(plain)
    for address in plain:
        page.goto(served.url + address)
        links = page.eval_on_selector_all("main a[href]", "found => found.map(link => link.getAttribute('href'))")
        kinds: dict[str, str] = {}
        for link in links:
            if link.startswith("/admin/") and "?" not in link and not FRAGMENTS.search(link):
                kinds.setdefault(re.sub(r"\d+", "#", link), link)
        found |= dict.fromkeys(kinds.values())
    return list(found)


@pytest.fixture(scope="session")
def owner(served: Served) -> int:
    """The demo's owner."""
    return testing.make_account(served.app, is_owner=True)


@pytest.fixture(scope="session")
def pages(served: Served, owner: int, browser: Any) -> list[str]:
    """Addresses of all pages, found once."""
    context = browser.new_context()
    served.sign_in(context, owner, "en")
    found = addresses(served, context.new_page())
    context.close()
    return found


def test_the_pages_that_must_be_there_are_found(pages: list[str]) -> None:
    wanted = ("/admin/", "/admin/orders/", "/admin/reviews/", "/admin/buyers/", "/admin/imports/", "/admin/team/")

    assert set(wanted) <= set(pages)
    assert any(re.fullmatch(r"/admin/orders/details/\d+", address) for address in pages)
    assert any(re.fullmatch(r"/admin/reviews/details/\d+", address) for address in pages)


@pytest.mark.parametrize(("theme", "language"), LOOKS)
def test_axe_finds_nothing(served, owner, pages, make_context: Callable[..., BrowserContext], theme, language):
    context = make_context(bypass_csp=True)
    served.sign_in(context, owner, language, theme)
    page, violations = context.new_page(), {}

    for address in pages:
        page.goto(served.url + address)
        if found := testing.axe_finds(page):
            violations[address] = found

    assert violations == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_is_wider_than_a_phone(served, owner, pages, make_context, language):
    context = make_context(width=360)
    served.sign_in(context, owner, language)
    page, wide = context.new_page(), {}

    for address in pages:
        page.goto(served.url + address)
        width = testing.page_width(page)
        if width > 360:
            wide[address] = width

    assert wide == {}


def test_the_console_stays_silent_while_every_control_is_used(served, owner, pages, make_context):
    context = make_context()
    served.sign_in(context, owner, "en")
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append((page.url, message.text)))
    page.on("pageerror", lambda error: said.append((page.url, str(error))))
    page.on("dialog", lambda dialog: dialog.dismiss())

    for address in pages:
        page.goto(served.url + address)
        page.wait_for_load_state("networkidle")
        # Open and close again: an open menu would lie over the next control.
        for summary in page.query_selector_all("summary:visible"):
            summary.click()
            summary.evaluate("summary => summary.click()")
        for opener in page.query_selector_all("[data-dialog]:visible"):
            opener.click()
            page.keyboard.press("Escape")

    assert said == []


def test_on_a_low_screen_the_side_bar_shows_where_one_is(served, owner, make_context):
    context = make_context()
    served.sign_in(context, owner, "en")
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 500})

    page.goto(f"{served.url}/admin/tokens/")

    here = page.locator(".sidebar [aria-current]").bounding_box()
    foot = page.locator(".sidebar-foot").bounding_box()
    assert 0 <= here["y"] < here["y"] + here["height"] <= foot["y"]


def test_a_page_works_without_scripts(served, owner, make_context):
    context = make_context(java_script_enabled=False)
    served.sign_in(context, owner, "en")
    page = context.new_page()
    page.goto(served.url + "/admin/orders/")

    page.select_option("select[name=status]", "shipped")
    testing.follow(page.locator("form.filters button[type=submit]"))

    assert "status=shipped" in page.url
    marks = page.locator("table.data tbody .mark").all_inner_texts()
    assert marks
    assert set(marks) == {"Shipped"}


def test_what_one_form_holds_is_not_lost_to_another_without_a_word(served, owner, make_context):
    context = make_context()
    served.sign_in(context, owner, "en")
    page, asked = context.new_page(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(served.url + "/admin/reviews/details/1")
    page.fill("#reply-text", "Half an answer")

    page.fill("#note-text", "A note")
    with page.expect_event("dialog"):
        page.click('form[action$="/note"] button')

    assert asked == ["beforeunload"]
    assert page.input_value("#reply-text") == "Half an answer"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_log_in_page_is_accessible_and_fits_a_phone(served, make_context, language):
    context = make_context(width=360, bypass_csp=True, locale="zh-CN" if language == "zh" else "en-GB")
    page = context.new_page()

    page.goto(served.url + "/login")

    assert testing.axe_finds(page) == []
    assert testing.page_width(page) <= 360
    assert page.evaluate("document.documentElement.lang") == ("zh" if language == "zh" else "en")
