"""Campaigns to rush at: set up through the plugin's own services, and begun by the database's clock."""

import time
from collections.abc import Sequence

from flask import Flask
from shopadmin_red_envelope.domain.checks import Activity, Terms
from shopadmin_red_envelope.services import activities, campaigns, sealing
from shopadmin_red_envelope.services.changing import now
from sqlalchemy import text

from shopadmin.models import db

HOUR_MS = 3_600_000
# From the set-up to the start: the last two seconds before it are closed for changes.
LEAD_MS = 3_000
# To set one up, on a slow disk.
EACH_MS = 150
PREFIX = "plugin_red_envelope_"


def begin(app: Flask, stocks: Sequence[int]) -> list[int]:
    """Campaigns with so many pieces each; returns their ids once they have begun and are sealed."""
    with app.app_context():
        start = now() + LEAD_MS + EACH_MS * len(stocks)
        db.session.rollback()
        activity = activities.create(None, Activity("Rush", "store", True, start, start + 48 * HOUR_MS))
        made = [_schedule(activity, start, stock) for stock in stocks]
        while now() < start:
            db.session.rollback()
            time.sleep(0.1)
        db.session.rollback()
        sealing.seal_due()
        db.session.remove()
    return made


def _schedule(activity: int, start: int, stock: int) -> int:
    terms = Terms(
        title="Rush", category="womens_clothing", amount=1000, quantity=stock, threshold=5000,
        claim_from=start, claim_to=start + 24 * HOUR_MS, use_from=start, use_to=start + 48 * HOUR_MS,
    )  # fmt: skip
    made = campaigns.create(None, terms, activity)
    campaigns.schedule(None, made, 1)
    return made


def drop_triggers(app: Flask) -> None:
    """Leave the tables, keys and indexes as they are, but write nothing by itself: a rival writes every row on its own.

    A rival that had to pay for the shop's guards as well would be easy to beat.
    """
    with app.app_context(), db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        if connection.dialect.name == "sqlite":
            names = connection.scalars(text("select name from sqlite_master where type = 'trigger'")).all()
            statements = [f"drop trigger {name}" for name in names]
        else:
            rows = connection.execute(
                text("select tgname, tgrelid::regclass as of_table from pg_trigger where not tgisinternal")
            ).all()
            statements = [f"drop trigger {row.tgname} on {row.of_table}" for row in rows]
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
