"""Which plugins are switched on: asked on every request, so that a switch needs no restart."""

from flask import g
from sqlalchemy import select

from shopadmin.models import db
from shopadmin.models.plugins import PluginState


def is_on(name: str) -> bool:
    """Whether the plugin is on; one nobody has switched yet is. One query per request."""
    if "plugins_off" not in g:
        g.plugins_off = set(db.session().scalars(select(PluginState.name).where(PluginState.state != "on")))
    return name not in g.plugins_off
