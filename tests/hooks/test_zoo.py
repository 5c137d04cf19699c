"""A zoo of bad plugins: whatever one does, every core page answers, and the Plugins page names the culprit."""

import json
import os
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import commands
import pytest
from flask_admin.base import expose

from shopadmin import hook_guard, hookspecs, testing
from shopadmin.admin.base import AdminView
from shopadmin.contract import Badge, Manifest, Panel, Permission
from shopadmin.hookspecs import hookimpl
from shopadmin.services import plugin_trouble, settings

MANIFEST = """
from shopadmin.plugin_api import AdminView, Base, Manifest, Permission, hookimpl


@hookimpl
def shopadmin_manifest():
    return Manifest(name={name!r}, title="Sample", version="1.0", api_version={api})

"""
VIEW = """
from flask_admin.base import BaseView, expose


class Page(AdminView):
    permissions = {{"index": "{name}.page:read"}}

    @expose("/")
    def index(self):
        return "page"


class Outside(BaseView):
    @expose("/")
    def index(self):
        return "page"


@hookimpl
def shopadmin_permissions():
    return [Permission("{name}.page:read", "Read")]


@hookimpl
def shopadmin_admin_views():
    return [{made}]
"""
TABLE = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column


class Row(Base):
    __tablename__ = "{table}"
    id: Mapped[int] = mapped_column({kind}primary_key=True)
"""


def source(name: str, body: str = "", api: int = 1) -> str:
    return MANIFEST.format(name=name, api=api) + body


# File name (the plugin's) to what it holds and the reason for which it is left out.
AT_START = {
    "raises": ("raise RuntimeError('on purpose')\n", "import: RuntimeError: on purpose"),
    "leaves": ("raise SystemExit('on purpose')\n", "import: SystemExit"),
    "typo": ("def broken(:\n", "import: SyntaxError"),
    "needs": ("import a_package_that_nobody_has\n", "import: ModuleNotFoundError"),
    "future": (source("future", api=99), "made for API version 99"),
    "nobody": ("x = 1\n", "no shopadmin_manifest"),
    "another": (source("somebody"), "bad name"),
    "Capital": (source("Capital"), "bad name"),
    "stumbles": (
        "from shopadmin.plugin_api import hookimpl\n@hookimpl\ndef shopadmin_manifest():\n    raise OSError('no')\n",
        "OSError: no",
    ),
    "garbage": (
        "from shopadmin.plugin_api import hookimpl\n\n\n@hookimpl\ndef shopadmin_manifest():\n    return 'me'\n",
        "does not return a Manifest",
    ),
    "misspelled": (
        source("misspelled", "\n@hookimpl\ndef shopadmin_order_badgers(orders):\n    return {}\n"),
        "did you mean shopadmin_order_badges",
    ),
    "unmarked": (
        source("unmarked", "\ndef shopadmin_order_badges(orders):\n    return {}\n"),
        "shopadmin_order_badges is not marked with @hookimpl",
    ),
    "squatter": (
        source("squatter", TABLE.format(table="squatter_row", kind="")),
        "table squatter_row does not start with plugin_squatter_",
    ),
    "chained": (
        source("chained", TABLE.format(table="plugin_chained_row", kind='ForeignKey("shop_order.id"), ')),
        "a foreign key to shop_order",
    ),
    "doubled": (source("doubled", VIEW.format(name="doubled", made='Page(endpoint="orders")')), "does not start with"),
    "outsider": (
        source("outsider", VIEW.format(name="outsider", made='Outside(endpoint="outsider")')),
        "is not an AdminView",
    ),
    "greedy": (
        source(
            "greedy", "\n@hookimpl\ndef shopadmin_permissions():\n    return [Permission('core.all:read', 'All')]\n"
        ),
        "permission core.all:read does not start with greedy.",
    ),
    "viewless": (
        source("viewless", "\n@hookimpl\ndef shopadmin_admin_views():\n    raise OSError('no')\n"),
        "shopadmin_admin_views: OSError: no",
    ),
    "undecided": (
        source("undecided", "\n@hookimpl\ndef shopadmin_permissions():\n    return ['read']\n"),
        "str instead of Permission",
    ),
    "tame_lion": (source("tame_lion"), "share a prefix"),
}


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    """A shop with all of them and one that behaves, and what ``shopadmin plugins check`` says."""
    data = tmp_path_factory.mktemp("zoo")
    folder = data / "plugins"
    folder.mkdir(mode=0o700)
    for name, (text, _reason) in AT_START.items() | {("tame", (source("tame"), ""))}:
        (folder / f"{name}.py").write_text(text)
        (folder / f"{name}.py").chmod(0o600)
    assert run(data, "init", "--json").returncode == 0
    return data


def run(data: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE")}
    return commands.run(arguments, environment | {"SHOPADMIN_DATA": str(data)} | variables, timeout=120)


def test_what_is_wrong_at_the_start_is_left_out_with_the_reason_and_the_shop_starts(zoo):

    checked = run(zoo, "plugins", "check", "--json")
    listed = run(zoo, "plugins", "list", "--json")

    said = {row["name"]: row["reason"] for row in json.loads(checked.stdout)["problems"]}
    states = {row["name"]: row["state"] for row in json.loads(listed.stdout)["plugins"]}
    assert checked.returncode == 1
    assert said.keys() == AT_START.keys()
    assert {name: reason for name, (_text, reason) in AT_START.items() if reason not in said[name]} == {}
    assert {name: states[name] for name in AT_START} == dict.fromkeys(AT_START, "quarantined")
    assert states["tame"] == "on"
    assert run(zoo, "check").returncode == 0


def test_safe_mode_leaves_all_of_them_alone(zoo):
    (zoo / "plugins" / "marker.py").write_text("open(__file__ + '.imported', 'w')\n")
    (zoo / "plugins" / "marker.py").chmod(0o600)

    listed = run(zoo, "plugins", "list", "--json", SHOPADMIN_SAFE_MODE="1")

    rows = {row["name"]: row for row in json.loads(listed.stdout)["plugins"]}
    assert rows.keys() >= AT_START.keys() | {"tame"}
    assert {row["state"] for row in rows.values()} == {"not_loaded"}
    assert {row["reason"] for row in rows.values()} == {"not loaded (safe mode)"}
    assert rows["tame"]["decided"] == "on"
    assert not (zoo / "plugins" / "marker.py.imported").exists()
    assert run(zoo, "plugins", "list").returncode == 0
    assert (zoo / "plugins" / "marker.py.imported").exists()
    (zoo / "plugins" / "marker.py").unlink()


def misbehaving(answer) -> SimpleNamespace:
    """A plugin whose every hook that is asked while the shop runs does ``answer``."""
    declared = {"shopadmin_manifest", "shopadmin_permissions", "shopadmin_admin_views", "shopadmin_cli_commands"}
    declared |= {"shopadmin_audit_messages", "shopadmin_api_endpoints"}
    hooks = {name for name in vars(hookspecs) if name.startswith("shopadmin_")} - declared
    found = {name: hookimpl(lambda: answer()) for name in hooks}
    return with_manifest(**found)


def with_manifest(**hooks) -> SimpleNamespace:
    manifest = Manifest(name="odd", title="Odd one", version="1.0", api_version=1)
    permissions = [Permission("odd.card:read", "See cards")]
    return SimpleNamespace(
        **{
            "shopadmin_manifest": hookimpl(lambda: manifest),
            "shopadmin_permissions": hookimpl(lambda: permissions),
            **hooks,
        }
    )


def raising():
    raise RuntimeError("on purpose")


class Failing(AdminView):
    permissions = {"index": "odd.card:read"}  # noqa: RUF012

    @expose("/")
    def index(self):
        raise RuntimeError("on purpose")


def panel(template: str, **context):
    return hookimpl(lambda order: [Panel("Card", template, "odd.card:read", context)])


def sleeping(seconds: float, answer):
    def slept(orders):
        time.sleep(seconds)
        return answer

    return hookimpl(slept)


def slow_panel(order):
    time.sleep(0.4)
    return [Panel("Card", "admin/progress.html", "odd.card:read", {})]


WHILE_RUNNING = {
    "raises in every hook": misbehaving(raising),
    "leaves in every hook": misbehaving(lambda: (_ for _ in ()).throw(KeyError("on purpose"))),
    "returns a number": misbehaving(lambda: 7),
    "returns texts": misbehaving(lambda: ["one", "two"]),
    "returns a mapping of nonsense": misbehaving(lambda: {1: 2}),
    "writes in hooks that read": misbehaving(lambda: settings.save(None, name="Mine now")),
    "has a panel without a template": with_manifest(shopadmin_order_panels=panel("odd/nowhere.html")),
    "has a template that fails": with_manifest(shopadmin_order_panels=panel("admin/model/list.html")),
    "has a badge that sleeps": with_manifest(shopadmin_order_badges=sleeping(0.4, {})),
    "has a slow panel": with_manifest(shopadmin_order_panels=hookimpl(slow_panel)),
    "gives badges of nothing": with_manifest(
        shopadmin_order_badges=hookimpl(
            lambda orders: {None: [Badge("x")], 0: []} | {order.id: None for order in orders}
        )
    ),
    "has a page that fails": with_manifest(
        shopadmin_admin_views=hookimpl(lambda: [Failing(name="Odd", endpoint="odd")]),
        shopadmin_order_badges=hookimpl(lambda orders: raising()),
    ),
}
PAGES = (
    "/admin/",
    "/admin/orders/",
    "/admin/orders/details/1",
    "/admin/buyers/",
    "/admin/reviews/",
    "/admin/reviews/details/1",
    "/admin/products/",
    "/admin/incidents/",
    "/admin/search/?q=T0",
    "/admin/imports/",
    "/admin/activity/",
    "/admin/team/",
    "/admin/settings/",
)


@pytest.mark.parametrize("kind", WHILE_RUNNING)
def test_whatever_a_plugin_does_every_core_page_answers_and_the_culprit_is_named(make_app, kind, monkeypatch):
    monkeypatch.setattr(hook_guard, "SLOW_SECONDS", 0.3)
    app = make_app(plugins={"odd": WHILE_RUNNING[kind]})
    with app.app_context():
        order_id = testing.make_order()
        testing.make_review(order_id=order_id)
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))

    answers = {page: owner.get(page).status_code for page in PAGES}

    assert answers == dict.fromkeys(PAGES, 200)
    page = owner.get("/admin/plugins/").text
    assert "Odd one" in page
    assert "failure" in page or "slow call" in page
    with app.app_context():
        assert settings.load().name != "Mine now"
        assert [name for name, _reason in plugin_trouble.findings()] == ["odd"]


def test_a_page_of_a_plugin_that_fails_is_an_error_with_a_reference(make_app):
    app = make_app(plugins={"odd": WHILE_RUNNING["has a page that fails"]})
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))

    response = owner.get("/admin/odd/")

    assert response.status_code == 500
    assert "on purpose" not in response.text
    assert owner.get("/admin/orders/").status_code == 200
