"""A campaign in each state for the demo shop, what buyers did with the envelopes of two of them, and a push.

What has begun cannot be added while the lock is on. The demo is loaded by the tables' owner, whoever serves: the
triggers go and come back in the transaction that fills the demo. What buyers did is done by the services, with the
lock on; of the campaign that is over it is done as if it ran today, and then moved back to its days.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, DemoShop, record_audit, shop_settings, writing
from shopadmin_red_envelope import triggers
from shopadmin_red_envelope.domain.states import lock_at
from shopadmin_red_envelope.domain.times import to_ms
from shopadmin_red_envelope.models import RedEnvelopeActivity, RedEnvelopeCampaign
from shopadmin_red_envelope.services import changing, demo_push, demo_uses, denominations, expiring, sealing


@dataclass(frozen=True, slots=True)
class _Shown:
    """One of the demo's campaigns: days from today to its first and last, amounts in fen."""

    title: str
    state: str
    first: int
    last: int
    amount: int
    threshold: int | None
    category: str


# A category of the owner's own beside the one that ships.
_HOME, _CLOTHING = "家居用品", "womens_clothing"
_HOME_AMOUNTS = (500, 1000, 2000, 3000, 5000)
_RUNNING = _Shown("周年庆红包", "scheduled", -2, 5, 1000, 9900, _HOME)
# Past buyers were told of this one.
_OVER = _Shown("夏末清仓红包", "scheduled", -40, -33, 2000, 9900, _HOME)
_SHOWN = (
    _OVER,
    _Shown("老客回访红包", "withdrawn", 9, 12, 500, None, _HOME),
    _Shown("换季上新红包", "scheduled", 6, 12, 2000, 15900, _CLOTHING),
    _RUNNING,
    _Shown("双旦预热红包", "draft", 20, 26, 1000, 8900, _HOME),
)
# By how many days the one that is over is moved while buyers use it.
_MOVED = 38


def load(shop: DemoShop) -> None:
    """Add the campaigns relative to the demo's day; nothing in a shop that is not the demo."""
    if not shop_settings().is_demo:
        return
    owner = Actor(shop.owner_id, "", True, frozenset())
    with writing() as session:
        denominations.save(owner, _HOME, _HOME_AMOUNTS, "CNY", 0)
        with _unlocked(session):
            made = {shown: _add(session, shop, shown, _MOVED if shown is _OVER else 0) for shown in _SHOWN}
        record_audit(None, "red_envelope.lock.rebuilt", "red_envelope.campaign", reason="demo")
        now, running, over = changing.now(session), made[_RUNNING], made[_OVER]
        days = _instants(shop, _OVER)
        audience = demo_push.draw(days["lock_at"], over.currency)
        moved = demo_uses.use_then(session, shop, over, days, audience, now) if _is_collected(over, now) else {}
        if _is_collected(running, now):
            demo_uses.use(session, shop, running, now)
        with _unlocked(session):
            _move_back(session, over, days)
            demo_uses.move_back(session, over, moved)
        expiring.expire_unused()
        with _unlocked(session):
            demo_uses.date_expiry(session, over)
        demo_push.add(session, shop, over, audience)


@contextlib.contextmanager
def _unlocked(session: Session) -> Iterator[None]:
    """Without the triggers for the time of the block."""
    session.flush()
    connection = session.connection()
    is_deferring = connection.dialect.name == "postgresql"
    if is_deferring:
        # No trigger can go while one waits for the commit.
        connection.exec_driver_sql("set constraints all immediate")
    triggers.remove_all(connection)
    yield
    session.flush()
    if is_deferring:
        connection.exec_driver_sql("set constraints all deferred")
    triggers.install_all(connection)


def _is_collected(campaign: RedEnvelopeCampaign, now: int) -> bool:
    """Whether it can be collected by the database's clock, which need not be the demo's."""
    return (campaign.claim_from or 0) <= now < (campaign.claim_to or 0)


def _instants(shop: DemoShop, shown: _Shown, moved: int = 0) -> Mapping[str, int]:
    # At midnight of the shop, as people choose it.
    midnight = shop.today.astimezone(shop_settings().zone).replace(hour=0, minute=0, second=0, microsecond=0)
    start, end, use_to = (
        to_ms(midnight + timedelta(days=day + moved)) for day in (shown.first, shown.last, shown.last + 3)
    )
    return {
        "lock_at": lock_at(start, start) or start, "claim_from": start, "claim_to": end, "use_from": start,
        "use_to": use_to,
    }  # fmt: skip


def _add(session: Session, shop: DemoShop, shown: _Shown, moved: int) -> RedEnvelopeCampaign:
    times = _instants(shop, shown, moved)
    activity = RedEnvelopeActivity(
        name=shown.title.removesuffix("红包"), kind="store", supports_store_envelopes=True,
        starts_at=times["claim_from"], ends_at=times["claim_to"], version=1,
    )  # fmt: skip
    session.add(activity)
    session.flush()
    campaign = RedEnvelopeCampaign(
        title=shown.title, activity_id=activity.id, state=shown.state, category=shown.category,
        denomination_version=1, amount=shown.amount, currency="CNY", quantity=200, threshold=shown.threshold,
        mode="page", after_order_discounts=False, rule_version="2016-08-23", version=2, **times,
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    if shown.state == "scheduled" and times["claim_from"] <= to_ms(shop.today):
        sealing.seal(session, campaign, times["claim_from"])
    return campaign


def _move_back(session: Session, campaign: RedEnvelopeCampaign, times: Mapping[str, int]) -> None:
    """Its terms to its own days, and its seal over them."""
    activity = session.get_one(RedEnvelopeActivity, campaign.activity_id)
    activity.starts_at, activity.ends_at = times["claim_from"], times["claim_to"]
    for name, instant in times.items():
        setattr(campaign, name, instant)
    session.flush()
    sealing.seal_anew(session, campaign)
