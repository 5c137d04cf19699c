"""Values that are longer than a phone is wide: they wrap, and none is cut off."""

import pytest

from shopadmin import testing
from shopadmin.services import audit
from shopadmin.services.transactions import writing

pytestmark = pytest.mark.browser


@pytest.fixture
def page(served, make_context):
    with served.app.app_context():
        owner = testing.make_account(served.app, is_owner=True)
    context = make_context(width=360)
    served.sign_in(context, owner, "en")
    return context.new_page()


def test_a_number_of_32_digits_wraps_in_the_activity_log(served, page):
    with served.app.app_context(), writing():
        audit.record(None, "sample.thing.done", "sample.thing", "9" * 32, after={"text": "x" * 90})

    page.goto(f"{served.url}/admin/activity/")

    assert "9" * 32 in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_no_tile_cuts_its_value_off_and_the_search_says_what_it_is(served, page):
    page.goto(f"{served.url}/admin/components/")
    cut = "values => values.filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)"

    assert page.get_by_text("CN¥5,000,000,000.00").count() == 1
    assert page.eval_on_selector_all(".tile-value", cut) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    wide = """input => {
        const shown = document.createElement("canvas").getContext("2d"), style = getComputedStyle(input);
        shown.font = style.font;
        return shown.measureText(input.placeholder).width + parseFloat(style.paddingLeft) > input.clientWidth;
    }"""
    assert not page.eval_on_selector("[data-search]", wide)
