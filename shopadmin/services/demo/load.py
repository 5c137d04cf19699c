"""Fill an untouched shop with the demo, know one again, and empty it. A real shop is never touched."""

import random
import shutil
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopadmin import hook_calls
from shopadmin.contract import AccountId, BuyerId, DemoShop, OrderId
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.cases import Incident, Note
from shopadmin.services import (
    audit,
    contacts,
    database_roles,
    occupancy,
    plugins,
    schema,
    schema_state,
    settings,
    shops,
)
from shopadmin.services.demo import catalogue, complaints, messages, orders, people, reviews
from shopadmin.services.demo.orders import DemoOrder
from shopadmin.services.transactions import writing

_SEED = 20
LOADED = "core.demo.loaded"


class RealShopError(Exception):
    """The data folder holds a shop that is not the demo."""


def load(now: datetime) -> bool:
    """Fill the shop, all or nothing; False when the demo is there already. ``now``: aware UTC.

    By the role that owns the tables: a plugin may have rows to show that its own lock keeps out. Raises RealShopError
    for a shop that somebody owns or that holds orders.
    """
    with database_roles.as_owner(), writing() as session:
        if settings.load().is_demo:
            return False
        if not shops.is_untouched():
            raise RealShopError
        settings.save(None, name="示例小铺", currency="CNY", timezone="Asia/Shanghai", language="zh", is_demo=True)
        counts = _fill(session, now)
        audit.record(None, LOADED, "settings", after=counts)
    return True


def _fill(session: Session, now: datetime) -> dict[str, Any]:
    rng = random.Random(_SEED)  # noqa: S311 - the same shop every time is the point
    keys = contacts.keyring()
    team = people.add_team(session, now)
    orders.add_products(session)
    buyers = people.add_buyers(session, rng, keys, now)
    made = orders.add_orders(session, rng, keys, buyers, now)
    orders.add_money_back(session, made, team["owner"], now)
    waiting = reviews.add_reviews(session, rng, made, team["客服"], now)
    _add_notes(session, rng, made, team["客服"], now)
    _add_incidents(session, rng, made, team["仓库"], now)
    session.flush()
    complaints.add_complaint(session, made, team["客服"], now)
    messages.add_messages(made, team["客服"], now)
    hook_calls.demo_data(
        DemoShop(
            today=now,
            order_ids=tuple(OrderId(order.id) for order in made),
            buyer_ids=tuple(BuyerId(buyer.id) for buyer in buyers),
            owner_id=AccountId(team["owner"]),
        )
    )
    return {"orders": len(made), "buyers": len(buyers), "reviews": reviews.REVIEWS, "bad_unanswered": waiting}


def _add_notes(session: Session, rng: random.Random, made: list[DemoOrder], written_by: int, now: datetime) -> None:
    for order in rng.sample(made, 14):
        at = min(order.row["created_at"] + timedelta(hours=2), now)
        text = rng.choice(catalogue.NOTES)
        session.add(Note(subject="order", subject_id=order.id, text=text, written_by=written_by, written_at=at))


def _add_incidents(session: Session, rng: random.Random, made: list[DemoOrder], by: int, now: datetime) -> None:
    delivered = [order for order in made if order.is_reviewable and order.row["platform"] == "taobao"]
    for number, order in enumerate(rng.sample(delivered, 12), 1):
        kind, note, cost = catalogue.INCIDENT_KINDS[number % len(catalogue.INCIDENT_KINDS)]
        session.add(
            Incident(
                incident_no=f"DEMO-{number:03}",
                kind=kind,
                order_id=order.id,
                order_no=order.row["order_no"],
                note=note,
                cost=cost,
                currency=order.row["currency"] if cost else "",
                occurred_at=min(order.row["delivered_at"], now),
                recorded_by=by,
            )
        )


def age(now: datetime) -> timedelta | None:
    """How long ago the demo was loaded; None in a shop that is not the demo."""
    if not settings.load().is_demo:
        return None
    loaded = db.session().scalar(select(func.max(AuditEntry.at)).where(AuditEntry.code == LOADED))
    return now - loaded if loaded else timedelta(0)


def empty() -> None:
    """Throw the demo shop away and leave an empty database. Raises RealShopError, occupancy.OccupiedError.

    Broken off halfway, it leaves an empty shop or the demo: both can be filled or emptied again.
    """
    if not settings.load().is_demo:
        raise RealShopError
    folder = current_app.config["DATA_FOLDER"]
    with occupancy.alone(folder):
        db.session.remove()
        for owner in reversed(schema_state.owners()):
            if owner in schema_state.heads():
                schema.downgrade(owner, "base")
        shutil.rmtree(folder / "attachments", ignore_errors=True)
        schema.upgrade()
        plugins.switch_on_installed()
