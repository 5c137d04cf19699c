"""A shop with the plugin and its tables, and a clock that tests set."""

import os
from collections.abc import Callable, Iterator

import pytest
import red_envelope_race_table as race_table
import shopadmin_red_envelope
from flask import Flask, current_app
from hypothesis import HealthCheck, settings
from red_envelope_api import Buyer, buyer
from red_envelope_shop import NOW, Clock
from shopadmin_red_envelope import triggers
from sqlalchemy import Engine, create_engine, text

from shopadmin.plugin_api import db
from shopadmin.services import schema

# How long examples take says more about the machine than about the rule.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the race table, where the races are run at full length."""
    if "SHOPADMIN_RACE_SEEDS" not in os.environ:
        return
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    lines = [line for report in reports for name, line in report.user_properties if name == "race"]
    if lines:
        for text_line in race_table.table(lines):
            terminalreporter.write_line(text_line)


@pytest.fixture
def shop(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """A new shop with the plugin and without a limit on calls, its context pushed."""
    app = make_app({"red_envelope": shopadmin_red_envelope}, prepare=_make_tables, API_CALLS_PER_BUYER=10**6)
    with app.app_context():
        _serve_as_another(app)
        yield app
        db.session.remove()


def _make_tables() -> None:
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            if not connection.scalar(text("select 1 from pg_roles where rolname = 'serving'")):
                connection.execute(text("create role serving login"))
    _serve_as_another(current_app)
    schema.upgrade()


def _serve_as_another(app: Flask) -> None:
    """Name another role than the owner of the tables, to whom the migrations give what it needs."""
    if db.engine.dialect.name == "postgresql":
        app.config["DATABASE_URL"] = db.engine.url.set(username="serving").render_as_string(hide_password=False)


@pytest.fixture
def serving(shop: Flask, clock: Clock) -> Iterator[Engine]:
    """Connections as the application's database user, which on PostgreSQL owns no table."""
    if db.engine.dialect.name == "sqlite":
        yield db.engine.execution_options(shopadmin_writes=True)
        return
    engine = create_engine(shop.config["DATABASE_URL"])
    yield engine
    engine.dispose()


@pytest.fixture
def clock(shop: Flask) -> Clock:
    """The shop's clock stands at NOW until a test moves it."""
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        connection.exec_driver_sql("create table plugin_red_envelope_clock (ms bigint)")
        connection.exec_driver_sql(f"insert into plugin_red_envelope_clock values ({NOW})")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("grant select on plugin_red_envelope_clock to serving")
        triggers.tell_time(connection, "(select ms from plugin_red_envelope_clock)")
        connection.commit()
    return Clock(db.engine.execution_options(shopadmin_writes=True))


@pytest.fixture
def anna(shop: Flask) -> Buyer:
    """A buyer of a storefront of the shop's."""
    return buyer(shop)
