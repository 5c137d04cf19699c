"""A shop with the plugin and its tables, and a clock that tests set."""

from collections.abc import Callable, Iterator

import pytest
import shopadmin_red_envelope
from flask import Flask
from red_envelope_shop import NOW, Clock
from shopadmin_red_envelope import triggers

from shopadmin.plugin_api import db
from shopadmin.services import schema


@pytest.fixture
def shop(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """A new shop with the plugin, its context pushed."""
    app = make_app(plugins={"red_envelope": shopadmin_red_envelope})
    with app.app_context():
        schema.upgrade()
        yield app
        db.session.remove()


@pytest.fixture
def clock(shop: Flask) -> Clock:
    """The shop's clock stands at NOW until a test moves it."""
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        connection.exec_driver_sql("create table plugin_red_envelope_clock (ms bigint)")
        connection.exec_driver_sql(f"insert into plugin_red_envelope_clock values ({NOW})")
        triggers.tell_time(connection, "(select ms from plugin_red_envelope_clock)")
        connection.commit()
    return Clock(db.engine.execution_options(shopadmin_writes=True))
