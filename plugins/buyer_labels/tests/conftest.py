"""A shop with the plugin and its tables."""

from collections.abc import Callable, Iterator

import pytest
import shopadmin_buyer_labels
from flask import Flask
from hypothesis import HealthCheck, settings

from shopadmin.plugin_api import db
from shopadmin.services import schema

# How long examples take says more about the machine than about the rule.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture
def shop(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """A new shop with the plugin, its context pushed."""
    app = make_app({"buyer_labels": shopadmin_buyer_labels}, prepare=schema.upgrade)
    with app.app_context():
        yield app
        db.session.remove()
