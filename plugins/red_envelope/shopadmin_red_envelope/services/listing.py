"""The list of campaigns: a tab for each state, by the database's clock; and how things stand, for Today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select

from shopadmin.plugin_api import ListSpec, Sort, View, db
from shopadmin_red_envelope.labels import STATE_LABELS
from shopadmin_red_envelope.models import RedEnvelopeCampaign as Campaign
from shopadmin_red_envelope.services import changing
from shopadmin_red_envelope.triggers import read_clock

# The search page shows as many hits of each area.
MOST_HITS = 5
MOST_OFFERED = 100
# What runs first, then what comes. One list of all in this order has no index that could page it: where a campaign
# stands follows from the clock.
_TABS = ("running", "scheduled", "draft", "ended", "withdrawn")


def _in(state: str, dialect: str) -> ColumnElement[bool]:
    """The same as ``states.shown_state`` says, in SQL."""
    now: ColumnElement[int] = literal_column(f"({read_clock(dialect)})")
    has_begun = Campaign.lock_at <= now
    is_coming = or_(Campaign.lock_at.is_(None), Campaign.lock_at > now)
    return {
        "draft": and_(Campaign.state == "draft", is_coming),
        "scheduled": and_(Campaign.state == "scheduled", is_coming),
        "running": and_(Campaign.state == "scheduled", has_begun, Campaign.use_to > now),
        "ended": and_(Campaign.state == "scheduled", has_begun, Campaign.use_to <= now),
        "withdrawn": or_(Campaign.state == "withdrawn", and_(Campaign.state == "draft", has_begun)),
    }[state]


def spec() -> ListSpec:
    """The list for the database in use."""
    return _SPECS[db.engine.dialect.name]


def _spec(dialect: str) -> ListSpec:
    return ListSpec(
        query=select(
            Campaign.id, Campaign.title, Campaign.state, Campaign.amount, Campaign.currency, Campaign.quantity,
            Campaign.lock_at, Campaign.use_to, Campaign.category,
        ),
        id_column=Campaign.id,
        sorts=(Sort("newest", STATE_LABELS["newest"], (Campaign.id,)),),
        search=lambda term, _actor: Campaign.title.icontains(term, autoescape=True),
        views=(
            View("all", STATE_LABELS["all"]),
            *(View(state, STATE_LABELS[state], (_in(state, dialect),)) for state in _TABS),
        ),
    )  # fmt: skip


_SPECS = {dialect: _spec(dialect) for dialect in ("sqlite", "postgresql")}


@dataclass(frozen=True, slots=True)
class Overview:
    """How many campaigns run and wait; ``next_start``, ``now``: milliseconds UTC by the database's clock.

    ``late_drafts``: drafts that begin within the time asked for and would be lost then.
    """

    now: int
    running: int
    scheduled: int
    late_drafts: int
    next_start: int | None


def overview(remind: timedelta) -> Overview:
    """How things stand; ``remind``: how long before its start a draft is a late one."""
    session, dialect, now = db.session(), db.engine.dialect.name, changing.now()

    def count(state: str, *more: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(_in(state, dialect), *more)) or 0

    return Overview(
        now=now,
        running=count("running"),
        scheduled=count("scheduled"),
        late_drafts=count("draft", Campaign.lock_at <= now + remind // timedelta(milliseconds=1)),
        next_start=session.scalar(select(func.min(Campaign.lock_at)).where(_in("scheduled", dialect))),
    )


def latest() -> Sequence[Any]:
    """Id and title of the latest campaigns, for a choice."""
    found = select(Campaign.id, Campaign.title).order_by(Campaign.id.desc()).limit(MOST_OFFERED)
    return db.session().execute(found).all()


def find_titles(term: str) -> Sequence[Any]:
    """The latest campaigns whose name holds the term: id, title, state, lock_at, use_to."""
    columns = (Campaign.id, Campaign.title, Campaign.state, Campaign.lock_at, Campaign.use_to)
    matching = Campaign.title.icontains(term, autoescape=True)
    return db.session().execute(select(*columns).where(matching).order_by(Campaign.id.desc()).limit(MOST_HITS)).all()
