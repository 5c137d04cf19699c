"""Past buyers who may be told, and pushes to them."""

from datetime import UTC, datetime
from typing import Any

from red_envelope_shop import Clock, make_campaign
from shopadmin_red_envelope import triggers
from shopadmin_red_envelope.domain.times import to_datetime
from shopadmin_red_envelope.models import RedEnvelopePush, RedEnvelopePushBuyer
from shopadmin_red_envelope.services import push_drawing, push_sending, pushes
from shopadmin_red_envelope.services.pushes import Letter
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models.buyers import Buyer, BuyerIdentifier
from shopadmin.models.messages import OutboxMessage
from shopadmin.plugin_api import Actor, db, give_consent, writing
from shopadmin.services import contacts

OWNER = Actor(1, "Owner", True, frozenset())  # type: ignore[arg-type]
LETTER = Letter("email", "Ten yuan off", "From tomorrow on ten yuan come off orders of fifty.", 10, 30)
# Seconds: a piece of work is never broken off because the machine does much else.
ENOUGH = 600.0
# Long before every campaign.
BEFORE = datetime(2026, 1, 5, tzinfo=UTC)


def past_buyer(number: int, consents: bool = True, email: bool = True, status: str = "completed") -> int:
    """A buyer ``test:buyer<number>`` with an order from before; returns the id. Made in one transaction."""
    keys, address = contacts.keyring(), f"buyer{number}@example.com"
    with writing() as session:
        buyer = Buyer(platform="test", ref=f"test:buyer{number}", name=f"Sample {number}", created_at=BEFORE)
        session.add(buyer)
        session.flush()
        if email:
            session.add(
                BuyerIdentifier(
                    buyer_id=buyer.id, kind="email", value_hash=contacts.identifier_hash(keys, "email", address),
                    value_encrypted=contacts.seal_identifier(keys, address), tail_hash=None,
                )
            )  # fmt: skip
        testing.make_order(number, buyer_id=buyer.id, status=status, created_at=BEFORE)
        if consents:
            give_consent(OWNER, buyer.id, "marketing", "order_form")
        return buyer.id


def past_buyers(count: int, first: int = 1) -> list[int]:
    """So many who agreed and can be reached."""
    with writing():
        return [past_buyer(number) for number in range(first, first + count)]


def written(campaign: int, **changes: Any) -> int:
    """A push whose text is written; returns its version."""
    letter = Letter(**({name: getattr(LETTER, name) for name in Letter.__dataclass_fields__} | changes))
    found = pushes.of_campaign(campaign)
    pushes.save(None, campaign, letter, found.version if found else 0)
    return version(campaign)


def drawn(campaign: int, **changes: Any) -> RedEnvelopePush:
    """A push whose groups are drawn."""
    pushes.draw(None, campaign, written(campaign, **changes))
    push_drawing.draw_due(ENOUGH)
    return of(campaign)


def started(campaign: int, **changes: Any) -> RedEnvelopePush:
    """A push that is being sent, nothing of it yet."""
    push = drawn(campaign, **changes)
    pushes.send(None, campaign, push.version)
    return of(campaign)


def sent(campaign: int, **changes: Any) -> RedEnvelopePush:
    """A push that went out."""
    started(campaign, **changes)
    push_sending.send_due(ENOUGH)
    return of(campaign)


def of(campaign: int) -> RedEnvelopePush:
    db.session.rollback()
    found = pushes.of_campaign(campaign)
    assert found is not None
    return found


def version(campaign: int) -> int:
    return of(campaign).version


def members(campaign: int, state: str | None = None) -> list[int]:
    """Whose state is this one, or everybody."""
    query = select(RedEnvelopePushBuyer.buyer_id).where(RedEnvelopePushBuyer.push_id == of(campaign).id)
    if state:
        query = query.where(RedEnvelopePushBuyer.state == state)
    return list(db.session.scalars(query.order_by(RedEnvelopePushBuyer.buyer_id)))


def outbox() -> list[OutboxMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.buyer_id)))


def names(buyer_ids: list[int]) -> list[str]:
    """What the storefront calls them."""
    refs = dict(db.session.execute(select(Buyer.id, Buyer.ref)).all())
    return [refs[buyer].partition(":")[2] for buyer in buyer_ids]


def tamper(statement: str) -> None:
    """What somebody can change who owns the tables and takes the triggers away."""
    db.session.rollback()
    with db.engine.execution_options(shopadmin_writes=True).begin() as connection:
        triggers.remove_later(connection, "0005")
        connection.exec_driver_sql(statement)
        triggers.install_later(connection, "0005")


def push_campaign(clock: Clock, mode: str = "push", **changes: Any) -> int:
    """A scheduled campaign that begins a day later."""
    return make_campaign("scheduled", mode=mode, **changes)


def during(clock: Clock, hours: float = 1) -> datetime:
    """An instant while envelopes can be used."""
    return to_datetime(clock.start + int(hours * 3_600_000))
