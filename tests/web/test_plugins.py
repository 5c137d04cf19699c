"""The Plugins page: the owner's alone; a switch is felt by the next request."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from flask_admin.base import expose
from forms import send
from sqlalchemy import text

from shopadmin import hook_guard, plugin_manager, testing
from shopadmin.admin.base import AdminView
from shopadmin.contract import Manifest, Permission
from shopadmin.hookspecs import hookimpl
from shopadmin.services import plugin_data, plugin_health, plugins, schema
from shopadmin.services.transactions import writing

GIFT = Path(__file__).resolve().parents[1] / "support" / "gift"


@pytest.fixture
def shop(make_app, tmp_path):
    """A shop with the sample plugin on, a card in its table, an order."""
    folder = tmp_path / "plugins"
    shutil.copytree(GIFT, folder / "gift", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o022)
    found, _failed = plugin_manager.installed(frozenset({"gift"}), folder)
    app = make_app(plugins=found | {"wrong": object()})
    with app.app_context():
        schema.upgrade("gift")
        plugins.look_again()
        with writing() as session:
            session.execute(text("insert into plugin_gift_card (id, amount) values (1, 500)"))
        testing.make_order()
    return app


@pytest.fixture
def owner(shop):
    return testing.sign_in(shop, testing.make_account(shop, is_owner=True))


def post(client, url: str, **fields):
    return send(client, "/admin/profile/", url, **fields)


def state(shop) -> str:
    with shop.app_context():
        return plugins.card("gift").state


def test_the_list_names_every_plugin_and_why_one_was_left_out(owner):
    page = owner.get("/admin/plugins/").text

    assert "Gifts" in page
    assert "no shopadmin_manifest" in page


def test_the_page_shows_what_a_plugin_asks_for_before_it_is_switched_on(shop, owner):
    with shop.app_context():
        plugins.disable(None, "gift")

    page = owner.get("/admin/plugins/details/gift").text

    assert "See gift cards" in page
    assert "gift.card:read" in page
    assert "/admin/plugins/details/gift/enable" in page


def test_a_switch_is_felt_by_the_next_request(shop, owner):
    order = "/admin/orders/details/1"
    assert owner.get("/admin/gift/").status_code == 200
    assert "A gift for" in owner.get(order).text

    assert post(owner, "/admin/plugins/details/gift/disable").status_code == 302
    assert owner.get("/admin/gift/").status_code == 404
    assert "A gift for" not in owner.get(order).text
    assert "/admin/gift/" not in owner.get("/admin/orders/").text

    assert post(owner, "/admin/plugins/details/gift/enable").status_code == 302
    assert owner.get("/admin/gift/").status_code == 200


def test_settings_are_checked_by_the_plugins_own_form_and_kept(shop, owner):
    assert post(owner, "/admin/plugins/details/gift/settings", greeting="").status_code == 400
    with shop.app_context():
        assert plugins.load_settings("gift") == {}

    assert post(owner, "/admin/plugins/details/gift/settings", greeting="Good day").status_code == 302

    with shop.app_context():
        assert plugins.load_settings("gift") == {"greeting": "Good day"}
    assert "Good day" in owner.get("/admin/plugins/details/gift").text


def test_erasing_asks_for_the_name_and_for_the_plugin_to_be_off(shop, owner):
    erase = "/admin/plugins/details/gift/erase"
    assert post(owner, erase, typed="gift").status_code == 409
    post(owner, "/admin/plugins/details/gift/disable")
    assert post(owner, erase, typed="Gifts").status_code == 400
    with shop.app_context():
        assert plugin_data.measure("gift").rows == 1

    assert post(owner, erase, typed="gift").status_code == 302

    with shop.app_context():
        assert plugin_data.measure("gift").tables == 0


def test_the_reason_for_leaving_one_out_stands_once_and_nothing_is_claimed_of_its_permissions(owner):
    page = owner.get("/admin/plugins/details/wrong").text

    assert page.count("no shopadmin_manifest") == 1
    assert "It brings no permissions of its own" not in page
    row = owner.get("/admin/plugins/").text.partition("/admin/plugins/details/wrong")[2].partition("</tr>")[0]
    assert "no shopadmin_manifest" in row.partition('data-label="Trouble"')[2]


def test_the_reason_is_said_in_the_readers_language(owner):
    send(owner, "/admin/profile/", "/preferences/language", language="zh")

    assert "没有 shopadmin_manifest" in owner.get("/admin/plugins/").text


def test_switching_off_asks_first_and_says_what_becomes_of_it(shop, owner, monkeypatch):
    def dialog():
        return owner.get("/admin/plugins/details/gift").text.partition('id="disable"')[2].partition("</dialog>")[0]

    assert "/admin/plugins/details/gift/disable" in dialog()
    assert "everybody’s grants stay" in dialog()
    assert "Gifts are being wrapped." not in dialog()

    monkeypatch.setenv("GIFTS_ARE_WRAPPED", "1")

    assert "Gifts are being wrapped." in dialog()
    assert post(owner, "/admin/plugins/details/gift/disable").status_code == 302
    assert state(shop) == "off"


def test_a_plugin_that_cannot_say_what_speaks_against_it_can_be_switched_off_all_the_same(shop, owner, monkeypatch):
    plugin = shop.extensions["shopadmin.hooks"].plugins.manager.get_plugin("gift")
    monkeypatch.setattr(plugin, "os", None)  # its check fails

    page = owner.get("/admin/plugins/details/gift")

    assert page.status_code == 200
    assert 'id="disable"' in page.text
    assert "AttributeError" in owner.get("/admin/plugins/details/gift").text


def test_slow_calls_are_not_called_failures_and_a_hook_that_is_always_slow_is_named(shop, owner):
    with shop.app_context():
        hooks, now = hook_guard.record(), datetime.now(UTC)
        slow = hook_guard.HookFailure("gift", "shopadmin_order_panels", "took 1003 ms", now, "", "slow")
        hooks.unstored.extend([slow] * 5)
        plugin_health.store(hooks, now)

    for page in ("/admin/plugins/", "/admin/plugins/details/gift"):
        assert "slows pages down: shopadmin_order_panels took 1003 ms" in owner.get(page).text
    assert "5 slow calls" in owner.get("/admin/plugins/").text
    assert "failure" not in owner.get("/admin/plugins/").text


class OddView(AdminView):
    """One page that raises, and one that answers nothing."""

    permissions: ClassVar = {"index_view": "odd.page:read", "nothing_view": "odd.page:read"}

    @expose("/")
    def index_view(self):
        raise ValueError("on purpose")

    @expose("/nothing")
    def nothing_view(self):
        return None


@pytest.mark.parametrize(("address", "error"), [("", "ValueError: on purpose"), ("nothing", "TypeError: The view")])
def test_a_fault_of_a_plugins_page_is_named_with_it_and_pauses_nothing(make_app, address, error):
    hooks = {
        "shopadmin_manifest": lambda: Manifest(name="odd", title="Odd", version="1", api_version=1),
        "shopadmin_permissions": lambda: [Permission("odd.page:read", "See")],
        "shopadmin_admin_views": lambda: [OddView(name="Odd", endpoint="odd")],
    }
    plugin = SimpleNamespace(**{name: hookimpl(found) for name, found in hooks.items()})
    app = make_app({"odd": plugin}, PROPAGATE_EXCEPTIONS=False)
    client = testing.sign_in(app, testing.make_account(app, is_owner=True))

    answers = [client.get(f"/admin/odd/{address}") for _ in range(plugin_health.PAUSE_ERRORS + 1)]

    assert {answer.status_code for answer in answers} == {500}
    page = client.get("/admin/plugins/details/odd").text
    assert f"page /admin/odd/{address}" in page
    assert error in page
    with app.app_context():
        assert plugins.card("odd").state == "on"


def test_a_plugin_that_was_left_out_cannot_be_switched_on(owner):
    response = post(owner, "/admin/plugins/details/wrong/enable")

    assert response.status_code == 409
    assert "no shopadmin_manifest" in response.text


@pytest.mark.parametrize("act", ["", "/enable", "/disable", "/settings", "/erase"])
def test_an_unknown_plugin_is_a_404(owner, act):
    url = f"/admin/plugins/details/nothing{act}"

    assert (post(owner, url) if act else owner.get(url)).status_code == 404


def test_nobody_but_the_owner_comes_here(shop):
    everything = [
        code for code, found in shop.extensions["shopadmin.permissions"].items() if found.level == "grantable"
    ]
    helper = testing.sign_in(shop, testing.make_account(shop, *everything))

    assert helper.get("/admin/plugins/").status_code == 403
    assert helper.get("/admin/plugins/details/gift").status_code == 403
    for act in ("enable", "disable", "settings", "erase"):
        assert post(helper, f"/admin/plugins/details/gift/{act}", typed="gift").status_code == 403
    assert state(shop) == "on"


def test_safe_mode_is_said_on_the_page(make_app):
    app = make_app(SAFE_MODE=True)
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))

    assert "SHOPADMIN_SAFE_MODE" in owner.get("/admin/plugins/").text


def test_in_safe_mode_every_plugin_is_listed_with_its_failures_and_can_be_switched_off(make_app):
    app = make_app(plugins={"odd": object()}, SAFE_MODE=True)
    with app.app_context():
        hooks, now = hook_guard.record(), datetime.now(UTC)
        hooks.unstored.append(hook_guard.HookFailure("odd", "shopadmin_order_badges", "OSError: no", now, ""))
        plugin_health.store(hooks, now)
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))

    listed, page = owner.get("/admin/plugins/").text, owner.get("/admin/plugins/details/odd").text
    assert "Not loaded (safe mode)" in listed
    assert "1 failure" in listed
    assert "OSError: no" in page
    assert 'id="disable"' in page

    assert post(owner, "/admin/plugins/details/odd/disable").status_code == 302
    page = owner.get("/admin/plugins/details/odd").text
    assert "stays off" in page
    assert 'id="disable"' not in page
    assert "stays off · 1 failure" in owner.get("/admin/plugins/").text
    assert post(owner, "/admin/plugins/details/odd/enable").status_code == 409
