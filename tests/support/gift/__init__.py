"""A plugin for tests: a package with a table, a page, a panel, settings and a wish not to be erased."""

import os

from flask_admin.base import expose
from wtforms import Form, StringField
from wtforms.validators import InputRequired

from shopadmin.plugin_api import AdminView, Manifest, MenuItem, Panel, Permission, Problem, hookimpl


class GiftsView(AdminView):
    permissions = {"index_view": "gift.card:read"}  # noqa: RUF012
    menu_item = MenuItem("grow", 50, "gift")

    @expose("/")
    def index_view(self):
        return "all gifts"


class GiftSettings(Form):
    greeting = StringField("Greeting", [InputRequired()])


@hookimpl
def shopadmin_manifest():
    return Manifest(name="gift", title="Gifts", version="2.0", api_version=1, summary="Sample of a plugin")


@hookimpl
def shopadmin_permissions():
    return [Permission("gift.card:read", "See gift cards", "All of them.", sensitive=True)]


@hookimpl
def shopadmin_admin_views():
    return [GiftsView(name="Gifts", endpoint="gift")]


@hookimpl
def shopadmin_settings_form():
    return GiftSettings


@hookimpl
def shopadmin_order_panels(order):
    return [Panel("Gift", "shopadmin_local_gift/panel.html", "gift.card:read", {"order_no": order.order_no})]


@hookimpl
def shopadmin_check_erase():
    return [Problem("gift.busy", "Gifts are being wrapped.")] if os.environ.get("GIFTS_ARE_WRAPPED") else []
