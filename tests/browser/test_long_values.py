"""Values that are longer than a phone is wide: they wrap, and none is cut off."""

import pytest

from shopadmin import testing
from shopadmin.services import audit
from shopadmin.services.transactions import writing

pytestmark = pytest.mark.browser


@pytest.fixture
def open_page(served, make_context):
    def page(width):
        with served.app.app_context():
            owner = testing.make_account(served.app, is_owner=True)
        context = make_context(width=width)
        served.sign_in(context, owner, "en")
        return context.new_page()

    return page


@pytest.fixture
def page(open_page):
    return open_page(360)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_number_of_32_digits_wraps_in_the_activity_log(served, open_page, width):
    page = open_page(width)
    with served.app.app_context(), writing():
        audit.record(None, "sample.thing.done", "sample.thing", "9" * 32, after={"text": "x" * 90})

    page.goto(f"{served.url}/admin/activity/")

    assert "9" * 32 in page.inner_text("main")
    assert testing.page_width(page) == width


@pytest.mark.parametrize("width", [1280, 360])
def test_a_code_breaks_within_no_word_in_the_activity_log(served, open_page, width):
    page, codes = open_page(width), ("core.account.sign_in_link_made", "buyer_labels.label.proposed")
    with served.app.app_context(), writing():
        for code in codes:
            audit.record(None, code, "account", "1", after={"kind": "call", "tier": "1"})

    page.goto(f"{served.url}/admin/activity/")

    assert set(codes) <= set(page.locator("td code").all_inner_texts())
    broken = """codes => codes.flatMap(code => [...code.childNodes]).filter(part => {
        const lines = document.createRange();
        lines.selectNodeContents(part);
        return lines.getClientRects().length > 1;
    }).map(part => part.textContent)"""
    assert page.eval_on_selector_all("td code", broken) == []


def test_no_tile_cuts_its_value_off_and_the_search_says_what_it_is(served, page):
    page.goto(f"{served.url}/admin/components/")
    cut = "values => values.filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)"

    assert page.get_by_text("CN¥5,000,000,000.00").count() == 1
    assert page.eval_on_selector_all(".tile-value", cut) == []
    assert testing.page_width(page) == 360
    wide = """input => {
        const shown = document.createElement("canvas").getContext("2d"), style = getComputedStyle(input);
        shown.font = style.font;
        return shown.measureText(input.placeholder).width + parseFloat(style.paddingLeft) > input.clientWidth;
    }"""
    assert not page.eval_on_selector("[data-search]", wide)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_list_shows_a_number_of_128_digits_whole_and_two_lines_of_what_somebody_wrote(served, open_page, width):
    page = open_page(width)

    page.goto(f"{served.url}/admin/components/")

    table = page.get_by_role("table", name="Long values")
    beyond = "(table, wide) => table.getBoundingClientRect().right > wide.getBoundingClientRect().right + 1"
    panel = page.locator("section", has=table)
    assert not table.evaluate(beyond, panel.element_handle())
    assert "2" * 128 in table.inner_text()
    heights = table.locator(".excerpt").evaluate_all("found => found.map(each => each.offsetHeight)")
    assert max(heights) <= 45


def test_a_long_term_on_a_phone_leaves_more_than_half_of_the_room_to_its_value(served, page):
    page.goto(f"{served.url}/admin/components/")

    share = """list => {
        list.classList.remove("pairs-end");
        list.querySelector("dt").textContent = "From an order amount of everything together";
        return list.querySelector("dd").offsetWidth / list.offsetWidth;
    }"""
    assert page.locator(".pairs").first.evaluate(share) > 0.5


def test_the_mark_of_a_tile_stays_round_beside_a_long_title(served, page):
    page.goto(f"{served.url}/admin/components/")

    size = """tile => {
        tile.querySelector(".tile-title").prepend("Whatever the envelopes took off all of them ");
        return [tile.querySelector(".tile-mark").offsetWidth, tile.querySelector(".tile-mark").offsetHeight];
    }"""
    assert page.locator(".tile:has(.tile-mark)").first.evaluate(size) == [28, 28]


def test_an_order_number_under_a_title_stays_on_one_line(served, open_page):
    page = open_page(1280)
    page.goto(f"{served.url}/admin/components/")

    lines = """cell => {
        cell.innerHTML = '<span>#1<span class="note">926112700000000496</span></span>';
        const note = cell.querySelector(".note");
        return note.offsetHeight / parseFloat(getComputedStyle(note).lineHeight);
    }"""
    assert page.locator(".data td.primary").first.evaluate(lines) < 1.5


def test_a_period_breaks_between_its_times_and_not_within_a_day(served, page):
    page.goto(f"{served.url}/admin/components/")

    heights = """main => {
        const time = '<time class="num text-wrap">2026-12-18 00:00:33 UTC+08:00</time>';
        main.innerHTML = `<p>${time} – ${time}</p>`;
        return [...main.querySelectorAll("time")].map(each => each.offsetHeight / main.querySelector("p").offsetHeight);
    }"""
    assert page.locator("main").evaluate(heights) == [0.5, 0.5]
