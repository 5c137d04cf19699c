"""Each hole that a page could have is planted once, to see that it is caught: else a guard proves nothing."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from flask_admin.base import BaseView, expose
from forms import text_of
from matrix import address, points_of, principals, rules, seed
from sqlalchemy import select

from shopadmin import hookspecs, testing
from shopadmin.admin import gate
from shopadmin.admin.base import AdminView
from shopadmin.admin.list_view import AdminListView, Column
from shopadmin.contract import Manifest, Permission
from shopadmin.domain.identifiers import mask_name
from shopadmin.models import db
from shopadmin.models.buyers import Buyer
from shopadmin.models.plugins import PluginState
from shopadmin.services import access, lists
from shopadmin.services.transactions import writing

READ = Permission("holes.row:read", "Rows")
EXPORT = Permission("holes.row:export", "Export")


def plugin(*views, permissions=(READ, EXPORT)):
    """A throw-away plugin ``holes`` with these views."""

    class Holes:
        @hookspecs.hookimpl
        def shopadmin_manifest(self):
            return Manifest(name="holes", title="Holes", version="1", api_version=1)

        @hookspecs.hookimpl
        def shopadmin_permissions(self):
            return permissions

        @hookspecs.hookimpl
        def shopadmin_admin_views(self):
            return views

    return {"holes": Holes()}


class Bare(BaseView):
    """Flask-Admin's own base: nothing stands before its methods."""

    @expose("/")
    def index_view(self):
        return "PLANTED"


class Unnamed(AdminView):
    """A method that names no permission."""

    permissions = {"index_view": "holes.row:read"}  # noqa: RUF012

    @expose("/")
    def index_view(self):
        return "fine"

    @expose("/more", methods=["GET", "POST"])
    def more(self):
        return "PLANTED"


class Borrowed(AdminView):
    """A permission of the core's: it would open with a right that was granted for something else."""

    permissions = {"index_view": "core.today:read"}  # noqa: RUF012

    @expose("/")
    def index_view(self):
        return "PLANTED"


@pytest.mark.parametrize("view", [Bare, Unnamed, Borrowed])
def test_a_view_that_is_not_guarded_takes_its_plugin_out(make_app, view):
    app = make_app(plugins=plugin(view(name="Holes", endpoint="holes", url="/admin/holes")))
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))

    response = owner.get("/admin/holes/")

    assert response.status_code == 404
    assert b"PLANTED" not in response.data
    assert "holes" in str(app.extensions["shopadmin.hooks"].plugins.quarantined)
    assert owner.get("/admin/").status_code == 200


def test_a_route_that_is_added_past_the_registry_refuses_everybody_and_fails_the_matrix(make_app):
    app = make_app()
    app.add_url_rule("/planted", "planted", lambda: "PLANTED")
    rule = next(found for found in rules(app) if found.endpoint == "planted")

    answers = {found.name: found.client.get("/planted") for found in principals(app, only=frozenset())}

    assert answers["owner"].status_code == 403
    assert answers["anonymous"].status_code == 302
    assert not any(b"PLANTED" in answer.data for answer in answers.values())
    with pytest.raises(AssertionError, match="declares nobody"):
        points_of(app, rule)


def test_a_route_without_a_sample_value_fails_the_matrix(make_app):
    app = make_app()
    app.add_url_rule("/planted/<what>", "planted", lambda what: what)
    gate.declare(app, "planted", gate.SELF)
    rule = next(found for found in rules(app) if found.endpoint == "planted")

    with app.app_context(), pytest.raises(AssertionError, match="no sample value"):
        address(app, rule, seed(app))


def test_a_declared_point_that_nobody_knows_fails_the_matrix_and_lets_nobody_pass(make_app):
    app = make_app()
    app.add_url_rule("/planted", "planted", lambda: "PLANTED")
    gate.declare(app, "planted", "core.nothing:read")
    rule = next(found for found in rules(app) if found.endpoint == "planted")

    response = testing.sign_in(app, testing.make_account(app, is_owner=True)).get("/planted")

    assert response.status_code == 403
    with pytest.raises(AssertionError, match="unknown"):
        points_of(app, rule)


class BuyersOfHoles(AdminListView):
    """A list whose spec has a scope and a masked column; ``unscoped`` and ``unmasked`` plant the holes."""

    permissions = {  # noqa: RUF012
        "index_view": "holes.row:read",
        "details_view": "holes.row:read",
        "export": "holes.row:export",
    }
    title = "Holes"
    columns = (
        Column("platform", "Platform", export="platform"),
        Column("name", "Name", export="name", permission="core.buyers:contact"),
    )
    spec = lists.ListSpec(
        query=select(Buyer.id, Buyer.platform, Buyer.name),
        id_column=Buyer.id,
        sorts=(lists.Sort("newest", "Newest", (Buyer.id,)),),
        scope=lambda query, actor: query if actor.is_owner else query.where(Buyer.platform == "mine"),
        search=lambda term, actor: Buyer.name == term if actor.can("core.buyers:contact") else None,
    )


class Leaking(BuyersOfHoles):
    """The masked column without its permission, and a page of one row that goes around the scope."""

    columns = (Column("platform", "Platform", export="platform"), Column("name", "Name", export="name"))

    @expose("/details/<row_id>")
    def details_view(self, row_id):
        return db.session.get(Buyer, int(row_id)).name


def shop_with(make_app, view):
    """An app with the list, one row within the scope and one beyond, and a client that may read and export."""
    app = make_app(plugins=plugin(view(name="Holes", endpoint="holes", url="/admin/holes")))
    with app.app_context():
        seeds = seed(app)
        row = Buyer(platform="mine", ref="mine:1", name="PLANTEDNAME", created_at=datetime.now(UTC))
        with writing() as session:
            session.add(row)
            session.flush()
            mine = row.id
    client = testing.sign_in(app, testing.make_account(app, "holes.row:read", "holes.row:export"))
    return SimpleNamespace(app=app, client=client, mine=mine, foreign=seeds.ids["buyers"])


def everything_shown(shop):
    """All that the list gives out: page, search, file, the page of a row."""
    paths = ["", "?search=PLANTEDNAME", "export/csv", "export/xlsx", f"details/{shop.mine}", f"details/{shop.foreign}"]
    return {path: shop.client.get(f"/admin/holes/{path}") for path in paths}


def test_a_masked_column_and_a_scope_hold_in_list_details_search_and_export(make_app):
    shop = shop_with(make_app, BuyersOfHoles)

    shown = everything_shown(shop)

    assert not any(b"PLANTEDNAME" in answer.data for path, answer in shown.items() if not path.startswith("?"))
    assert not any(b"MARKBUYERNAME" in answer.data or b"/test" in answer.data for answer in shown.values())
    assert shown[f"details/{shop.mine}"].status_code == 200
    assert shown[f"details/{shop.foreign}"].status_code == 404


def test_the_search_of_a_masked_column_finds_what_no_search_finds(make_app):
    shop = shop_with(make_app, BuyersOfHoles)

    guessed, wrong = (shop.client.get(f"/admin/holes/?search={term}") for term in ("PLANTEDNAME", "OTHERNAME99"))

    assert text_of(guessed).replace("PLANTEDNAME", "") == text_of(wrong).replace("OTHERNAME99", "")


def test_a_column_that_leaks_and_an_unscoped_id_are_seen(make_app):
    """The control: with the holes planted the same questions find them."""
    shop = shop_with(make_app, Leaking)

    shown = everything_shown(shop)

    assert b"PLANTEDNAME" in shown[""].data
    assert b"PLANTEDNAME" in shown["export/csv"].data
    assert b"MARKBUYERNAME" in shown[f"details/{shop.foreign}"].data


def test_a_leak_in_a_page_of_the_core_is_seen_by_the_matrix(make_app, monkeypatch):
    app = make_app()
    with app.app_context():
        seed(app)
    reader = testing.sign_in(app, testing.make_account(app, "core.orders:read"))
    masked = reader.get("/admin/orders/").data

    monkeypatch.setattr("shopadmin.services.masking.shown_name", lambda actor, name: name)

    assert b"MARKBUYERNAME" not in masked
    assert mask_name("MARKBUYERNAME").encode() in masked
    assert b"MARKBUYERNAME" in reader.get("/admin/orders/").data


def test_an_export_needs_its_own_permission_and_that_of_the_list(make_app):
    view = BuyersOfHoles(name="Holes", endpoint="holes", url="/admin/holes")
    app = make_app(plugins=plugin(view))
    answers = {
        points: testing.sign_in(app, testing.make_account(app, *points)).get("/admin/holes/export/csv").status_code
        for points in (("holes.row:read",), ("holes.row:export",), ("holes.row:read", "holes.row:export"))
    }

    assert list(answers.values()) == [403, 403, 200]


def test_the_second_lock_holds_where_the_gate_was_told_something_else(make_app):
    app = make_app()
    gate.declared(app)["orders.index_view"] = gate.SELF
    client = testing.sign_in(app, testing.make_account(app))

    response = client.get("/admin/orders/")

    assert response.status_code == 403


def test_a_plugin_that_is_switched_off_shows_nothing_and_its_grants_sleep(make_app):
    app = make_app(plugins=plugin(BuyersOfHoles(name="Holes", endpoint="holes", url="/admin/holes")))
    account_id = testing.make_account(app, "holes.row:read")
    client = testing.sign_in(app, account_id)
    before = client.get("/admin/holes/").status_code
    with app.app_context(), writing() as session:
        session.add(PluginState(name="holes", state="off", changed_at=datetime.now(UTC)))

    after = client.get("/admin/holes/").status_code
    with app.app_context():
        actor = access.load_actor(account_id)

    assert (before, after) == (200, 404)
    assert "holes.row:read" not in actor.permissions
