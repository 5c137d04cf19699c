"""Failing plugins: what is kept of them, when they are paused, what a hook may not do."""

import gc
import threading
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from shopadmin import hook_guard, testing
from shopadmin.app import create_app
from shopadmin.contract import Badge, Manifest
from shopadmin.hookspecs import hookimpl
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.orders import Order
from shopadmin.models.plugins import PluginState
from shopadmin.services import plugin_health, plugins, settings
from shopadmin.services.transactions import writing


def plugin(name: str, **hooks: object) -> SimpleNamespace:
    manifest = Manifest(name=name, title=name, version="1.0", api_version=1)
    found = {"shopadmin_manifest": hookimpl(lambda: manifest)}
    return SimpleNamespace(**found, **{f"shopadmin_{hook}": hookimpl(function) for hook, function in hooks.items()})


def raising(orders: object) -> None:
    raise RuntimeError("on purpose")


@pytest.fixture
def shop(make_app):
    """``shop(badges)``: an app whose plugin ``odd`` answers with them, an order in it, and its owner's client."""

    def make(badges):
        app = make_app(plugins={"odd": plugin("odd", order_badges=badges)})
        with app.app_context():
            testing.make_order()
        return app, testing.sign_in(app, testing.make_account(app, is_owner=True))

    return make


def kept(app) -> list[tuple[str, str, str]]:
    with app.app_context():
        return [(found.hook, found.kind, found.error) for found in plugin_health.recent("odd")]


def state(app) -> str | None:
    with app.app_context():
        return db.session.scalar(select(PluginState.state).where(PluginState.name == "odd"))


def test_a_failure_is_kept_with_the_reference_of_its_page(shop):
    app, owner = shop(raising)

    response = owner.get("/admin/orders/")

    assert response.status_code == 200
    with app.app_context():
        (found,) = plugin_health.recent("odd")
    assert (found.hook, found.kind, found.error) == ("shopadmin_order_badges", "error", "RuntimeError: on purpose")
    assert len(found.reference) == 8  # as on the error card


def test_the_fifth_error_within_ten_minutes_pauses_the_plugin(shop):
    app, owner = shop(raising)
    for _ in range(4):
        assert owner.get("/admin/orders/").status_code == 200
    assert state(app) is None

    owner.get("/admin/orders/")
    owner.get("/admin/orders/")

    assert state(app) == "paused"
    assert len(kept(app)) == 5
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.plugin.paused")).one()
    assert (entry.object_id, entry.account_id, entry.reason) == ("odd", None, "5 errors in 10 minutes")


def test_errors_that_are_ten_minutes_old_do_not_count(shop):
    app, _owner = shop(raising)
    now = datetime.now(UTC)
    with app.app_context():
        hooks = hook_guard.record()
        old = [failure(now - timedelta(minutes=10, seconds=1)) for _ in range(4)]
        hooks.unstored.extend([*old, failure(now)])

        plugin_health.store(hooks, now)

    assert state(app) is None


def failure(at: datetime) -> hook_guard.HookFailure:
    return hook_guard.HookFailure("odd", "shopadmin_order_badges", "RuntimeError", at, "")


def test_a_plugin_that_is_switched_on_again_gets_another_try(shop):
    app, owner = shop(raising)
    for _ in range(5):
        owner.get("/admin/orders/")
    with app.app_context():
        plugins.enable(None, "odd")

    owner.get("/admin/orders/")

    assert state(app) == "on"


def test_failures_are_forgotten_after_a_month(shop):
    app, _owner = shop(raising)
    now = datetime.now(UTC)
    with app.app_context():
        hooks = hook_guard.record()
        hooks.unstored.append(failure(now - plugin_health.KEPT_FOR - timedelta(seconds=1)))
        plugin_health.store(hooks, now - timedelta(days=1))
        assert len(kept(app)) == 1

        hooks.unstored.append(failure(now))
        plugin_health.store(hooks, now)

    assert len(kept(app)) == 1


def test_a_hook_that_reads_may_not_write(shop):
    app, owner = shop(lambda orders: settings.save(None, name="Mine now"))

    assert owner.get("/admin/orders/").status_code == 200

    (found,) = kept(app)
    assert "plugin odd writes in a hook that only reads" in found[2]
    with app.app_context():
        assert settings.load().name != "Mine now"


def test_a_hook_that_reads_changes_nothing_behind_the_sessions_back_either(shop):
    def sneak(orders):
        db.session.execute(text("update shop_order set buyer_note = 'sneaked in'"))
        db.session.commit()

    app, owner = shop(sneak)

    assert owner.get("/admin/orders/").status_code == 200

    with app.app_context():
        assert db.session.scalars(select(Order.buyer_note)).all() != ["sneaked in"]
        assert len(kept(app)) == 1


def test_writing_is_possible_again_after_a_hook_that_reads(shop):
    app, owner = shop(lambda orders: {order.id: [Badge("seen")] for order in orders})
    owner.get("/admin/orders/")

    with app.app_context(), writing():
        pass

    assert kept(app) == []


def test_a_call_that_never_comes_back_is_named_and_its_plugin_paused(shop):
    going_on = threading.Event()
    app, owner = shop(lambda orders: going_on.wait(30) and {})
    lost = threading.Thread(target=lambda: owner.get("/admin/orders/"), daemon=True)
    lost.start()
    hooks = app.extensions["shopadmin.hooks"]
    while not hooks.calls:
        time.sleep(0.01)

    plugin_health.look(app, hooks, time.monotonic() + plugin_health.STUCK_SECONDS - 1)
    assert state(app) is None
    plugin_health.look(app, hooks, time.monotonic() + plugin_health.STUCK_SECONDS + 1)
    plugin_health.look(app, hooks, time.monotonic() + plugin_health.STUCK_SECONDS + 1)

    other = testing.sign_in(app, testing.make_account(app, "core.orders:read"))
    assert other.get("/admin/orders/").status_code == 200
    assert state(app) == "paused"
    assert [(hook, kind) for hook, kind, _error in kept(app)] == [("shopadmin_order_badges", "stuck")]
    going_on.set()
    lost.join(10)


def test_the_thread_that_looks_at_calls_ends_with_its_app(databases, tmp_path):
    def watching() -> set[threading.Thread]:
        return {thread for thread in threading.enumerate() if thread.name == plugin_health.WATCH}

    before = watching()
    app = create_app(databases.fresh(tmp_path), plugins={"odd": plugin("odd")})
    app.test_client().get("/")
    (thread,) = watching() - before

    with app.app_context():
        db.engine.dispose()
    del app
    gc.collect()

    thread.join(10)
    assert not thread.is_alive()
