"""The components: all shown on their page, no inline script or style anywhere, and no icon that does not exist."""

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import shopadmin
from shopadmin import testing
from shopadmin.admin.charts import Look, Series, chart_svg
from shopadmin.admin.components import samples
from shopadmin.admin.icons import ICONS, known_icons
from shopadmin.admin.list_view import Column

PACKAGE = Path(shopadmin.__file__).parent
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
NAMES = [str(path.relative_to(PACKAGE / "templates")) for path in TEMPLATES]
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)

INLINE = {
    "a style attribute": re.compile(r"""\sstyle\s*=\s*["']""", re.I),
    "an event handler": re.compile(r"""\son[a-z]+\s*=\s*["']""", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
    "a script without a source": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "a style sheet of its own": re.compile(r"<style\b", re.I),
    "an address of another host": re.compile(r"""(?:src|href|action)\s*=\s*["']\s*(?:https?:)?//""", re.I),
}
# The cover of an evidence pack is read from a file, out of reach of our style sheet and of our header.
OWN_STYLE = "evidence/cover.html"
TONES = "ok|warn|danger|info|neutral|primary|secondary|quiet|item|item-danger|link-danger"
# Where the macros take an icon: alone, by keyword, after a tone, or last after a text.
ICON = re.compile(
    rf"""(?:svg|icon_svg|ui\.icon)\("([a-z0-9-]+)"|icon="([a-z0-9-]+)"|"(?:{TONES})",\s"([a-z0-9-]+)"(?!:)|_\("[^"]*"\),\s"([a-z0-9-]+)"\)"""
)
MENU_ICON = re.compile(r"""MenuItem\(\s*"[a-z]*",\s*\d+,\s*"([a-z0-9-]+)"\s*[,)]""")


def read(path):
    return COMMENT.sub("", path.read_text("utf-8"))


def components():
    text = (PACKAGE / "templates/components/ui.html").read_text("utf-8")
    return re.findall(r"set (\w+) = \w+\.\w+", text)


@pytest.fixture
def page(make_app):
    app = make_app(DEVELOPMENT=True)
    client = testing.sign_in(app, testing.make_account(app, is_owner=True))
    return client.get("/admin/components/")


@pytest.mark.parametrize("name", components())
def test_every_component_is_shown_on_the_component_page(name):
    text = read(PACKAGE / "templates/admin/components.html")

    assert re.search(rf"\bui\.{name}\(", text)


def test_every_kind_of_cell_is_shown_on_the_component_page():
    shown = {column.get("kind", "text") for table in ("columns", "details", "written") for column in samples()[table]}

    assert shown == set(get_args(get_type_hints(Column)["kind"]))


def test_every_macro_is_documented_at_its_head():
    for path in sorted((PACKAGE / "templates/components").glob("*.html")):
        text = path.read_text("utf-8")
        documented = " ".join(re.findall(r"\{#-?(.*?)-?#\}", text, re.DOTALL))
        for name in re.findall(r"macro (\w+)\(", text):
            assert re.search(rf"\b{name}\(", documented), f"{path.name}: {name}"


def test_the_component_page_opens(page):
    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_the_component_page_is_not_there_outside_development(client_as):
    assert client_as(owner=True).get("/admin/components/").status_code == 404


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
@pytest.mark.parametrize("what", INLINE)
def test_no_template_holds(path, what):
    found = INLINE[what].search(read(path)) is not None

    assert found == (what == "a style sheet of its own" and path.match(OWN_STYLE))


def test_every_icon_of_a_template_exists():
    used = {name for path in TEMPLATES for found in ICON.findall(read(path)) for name in found if name}
    used |= {name for path in PACKAGE.rglob("*.py") for name in MENU_ICON.findall(path.read_text("utf-8"))}

    assert len(used) > 50
    assert used - set(TONES.split("|")) <= set(ICONS)


def test_every_icon_in_the_sprite_exists():
    assert set(ICONS) <= known_icons()
    assert len(ICONS) == len(set(ICONS))


def test_icons_come_once_and_are_kept(app, page):
    address = re.search(rb'href="(/icons/[^#"]+)#', page.data).group(1).decode()

    response = app.test_client().get(address)

    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert len(response.data) < 60_000
    assert app.test_client().get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert app.test_client().get("/icons/any/no-such-icon.svg").status_code == 404


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["line", "bar", "stacked", "across"])
def test_charts_hold_no_script_and_are_the_same_for_the_same_data(kind, theme):
    def draw():
        return chart_svg(kind, ["Mon", "Tue"], [Series("Orders", [3, None]), Series("<script>", [1, 2])], Look(theme))

    svg = draw()

    assert b"<script" not in svg
    assert svg == draw()


@pytest.mark.parametrize(("most", "marks"), [(58, "0 20 40"), (7, "0 2 4 6"), (1, "0 1"), (1203, "0 400 800 1,200")])
def test_the_steps_of_a_chart_are_even_and_say_no_number_twice(most, marks):
    svg = chart_svg("bar", ["Mon"], [Series("Orders", [most])], Look()).decode()

    assert re.findall(r"<text[^>]*>([^<]*)</text>", svg) == [*marks.split(), "Mon"]


@pytest.mark.parametrize(("width", "kept"), [(340, ["Drawn for the mes…", "四季通用的家居用…"]), (720, None)])
def test_labels_beside_each_other_do_not_meet(width, kept):
    labels = ["Drawn for the message", "四季通用的家居用品红包"]

    svg = chart_svg("bar", labels, [Series("Orders", [1, 1])], Look(width=width)).decode()

    assert re.findall(r"<text[^>]*>([^<]*)</text>", svg)[-2:] == (kept or labels)


def test_shares_have_steps_between_whole_numbers():
    svg = chart_svg("bar", ["Mon"], [Series("Share", [0.3])], Look(), show="{:.0%}".format).decode()

    assert re.findall(r"<text[^>]*>([^<]*)</text>", svg) == ["0%", "8%", "16%", "24%", "Mon"]


def test_a_chart_brings_its_own_policy(make_app):
    app = make_app(DEVELOPMENT=True)
    client = testing.sign_in(app, testing.make_account(app, is_owner=True))

    response = client.get("/admin/components/chart.svg?theme=dark&size=small")

    assert response.mimetype == "image/svg+xml"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert response.headers["ETag"]
