"""The side bar, and the tabs of a plugin's views that share one entry of it."""

import re
from types import SimpleNamespace

import pytest
from flask_admin.base import expose
from wtforms import Form

from shopadmin import testing
from shopadmin.plugin_api import AdminView, Manifest, MenuItem, Permission, hookimpl

POINTS = ("toy.doll:read", "toy.train:read", "toy.broom:read")


def view(name: str, point: str, menu_item: MenuItem | None) -> AdminView:
    class Toys(AdminView):
        permissions = dict.fromkeys(("index_view", "one_view", "level_view"), point)
        level_pages = ("level_view",)

        @expose("/")
        def index_view(self):
            return self.render("admin/master.html")

        @expose("/one")
        def one_view(self):
            return self.render("admin/master.html")

        @expose("/level")
        def level_view(self):
            return self.render("admin/master.html")

    Toys.menu_item = menu_item
    return Toys(name=name.title(), endpoint=f"toy_{name}", url=f"/admin/toys/{name}")


@pytest.fixture
def shop(make_app):
    """A plugin with views of one group, not in the order of their weights, and one without an entry."""
    toy = SimpleNamespace(
        shopadmin_manifest=hookimpl(lambda: Manifest(name="toy", title="Toys", version="1.0", api_version=1)),
        shopadmin_permissions=hookimpl(lambda: [Permission(point, point) for point in POINTS]),
        shopadmin_settings_form=hookimpl(lambda: Form),
        shopadmin_admin_views=hookimpl(
            lambda: [
                view("trains", POINTS[1], MenuItem("care", 22, "gift", group="Toy box")),
                view("dolls", POINTS[0], MenuItem("care", 21, "gift", group="Toy box")),
                view("bears", POINTS[1], MenuItem("care", 23, "gift", group="Toy box")),
                view("brooms", POINTS[2], None),
            ]
        ),
    )
    return make_app(plugins={"toy": toy})


def entry(page: str) -> list[tuple[str, bool]]:
    """Where the group's entry leads, and whether it is marked as where one is."""
    found = re.findall(r'<a class="menu-link" href="([^"]+)"([^>]*) title="Toy box">', page)
    return [(address, "aria-current" in more) for address, more in found]


def tabs(page: str) -> list[tuple[str, bool]]:
    found = re.findall(r'<a class="tab" href="[^"]+"([^>]*)>([^<]+)<', page)
    return [(label, "aria-current" in more) for more, label in found]


def test_views_of_one_group_are_one_entry_and_tabs_of_each_other(shop):
    client = testing.sign_in(shop, testing.make_account(shop, *POINTS))

    page = client.get("/admin/toys/trains/").text

    assert entry(page) == [("/admin/toys/dolls/", True)]
    assert tabs(page) == [("Dolls", False), ("Trains", True), ("Bears", False)]


def test_the_entry_leads_to_what_its_reader_may_open_and_no_tab_tells_of_the_rest(shop):
    client = testing.sign_in(shop, testing.make_account(shop, POINTS[1]))

    page = client.get("/admin/toys/trains/").text

    assert entry(page) == [("/admin/toys/trains/", True)]
    assert tabs(page) == [("Trains", True), ("Bears", False)]


def test_pages_below_and_those_without_an_entry_keep_it_marked_and_have_no_tabs(shop):
    client = testing.sign_in(shop, testing.make_account(shop, *POINTS))

    for address in ("/admin/toys/dolls/one", "/admin/toys/brooms/"):
        page = client.get(address).text
        assert entry(page) == [("/admin/toys/dolls/", True)]
        assert tabs(page) == []


def test_a_page_on_the_level_of_the_first_has_the_same_tabs(shop):
    client = testing.sign_in(shop, testing.make_account(shop, *POINTS))

    page = client.get("/admin/toys/trains/level").text

    assert tabs(page) == [("Dolls", False), ("Trains", True), ("Bears", False)]


def test_the_settings_of_the_plugin_are_the_last_tab_for_those_who_may_set_them(shop):
    client = testing.sign_in(shop, testing.make_account(shop, is_owner=True))

    page = client.get("/admin/toys/dolls/").text

    assert tabs(page)[-1] == ("Settings", False)
    assert "/admin/plugins/details/toy#settings" in page


def test_a_page_that_has_nothing_beside_it_has_no_tabs(shop):
    client = testing.sign_in(shop, testing.make_account(shop, POINTS[0]))

    assert tabs(client.get("/admin/toys/dolls/").text) == []
