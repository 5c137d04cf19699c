"""A backup holds campaigns in every state, and what comes back is as locked as before."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import shopadmin_red_envelope
from flask import Flask
from red_envelope_shop import stored
from shopadmin_red_envelope.services import campaigns, integrity, sealing
from sqlalchemy import exc

from shopadmin.app import create_app
from shopadmin.plugin_api import ObjectionsError, db, writing
from shopadmin.services import backups, restores, schema
from shopadmin.services.demo import load

PLUGIN = {"red_envelope": shopadmin_red_envelope}


def test_campaigns_of_every_state_come_back_as_locked_as_they_were(make_app: Callable[..., Flask]) -> None:
    app = make_app(plugins=PLUGIN)
    with app.app_context():
        schema.upgrade()
        load.load(datetime.now(UTC))
        sealing.seal_due()
        before, lock = stored(), everything_that_locks()
        assert before["ledger"] != []
        archive = backups.create()
        scheduled = next(row for row in before["campaign"] if "scheduled" in row and row[0] not in sealed(before))
        campaigns.withdraw(None, scheduled[0], version_of(scheduled[0]))
        assert stored() != before

        restores.restore(archive)
        again = reopened(app)

    with again.app_context():
        assert stored() == before
        assert everything_that_locks() == lock
        assert len(sealed(before)) == 2
        assert list(integrity.problems()) == []
        for campaign in sealed(before):
            with pytest.raises(ObjectionsError):
                campaigns.withdraw(None, campaign, version_of(campaign))
        with pytest.raises(exc.IntegrityError, match="red_envelope:"), writing() as session:
            session.connection().exec_driver_sql("update plugin_red_envelope_campaign set amount = 1, threshold = null")
        assert stored() == before
        db.session.remove()
        db.engine.dispose()


def everything_that_locks() -> list[Any]:
    """Every trigger of the shop, the log's included, with whether it fires, and every function as it is declared."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            found = connection.exec_driver_sql("select name, sql from sqlite_master where type in ('trigger', 'view')")
            return sorted(map(tuple, found))
        triggers = connection.exec_driver_sql(
            "select pg_get_triggerdef(t.oid), t.tgenabled from pg_trigger t join pg_class c on c.oid = t.tgrelid "
            "where not t.tgisinternal and c.relnamespace = current_schema()::regnamespace"
        )
        functions = connection.exec_driver_sql(
            "select pg_get_functiondef(oid), pg_get_userbyid(proowner) from pg_proc "
            "where pronamespace = current_schema()::regnamespace"
        )
        return sorted(map(tuple, [*triggers, *functions]))


def sealed(rows: dict[str, list[Any]]) -> list[int]:
    return [row[0] for row in rows["seal"]]


def version_of(campaign: int) -> int:
    return campaigns.find(campaign).version


def reopened(app: Flask) -> Flask:
    """The shop as the next process finds it."""
    db.session.remove()
    db.engine.dispose()
    names = ("DATA_FOLDER", "DATABASE_URL", "DATABASE_MIGRATE_URL", "SECRET_KEY", "TESTING")
    return create_app({name: app.config[name] for name in names}, plugins=PLUGIN)
