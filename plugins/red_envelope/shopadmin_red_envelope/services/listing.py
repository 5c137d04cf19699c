"""The list of campaigns: a tab for each state, by the database's clock."""

from sqlalchemy import ColumnElement, and_, literal_column, or_, select

from shopadmin.plugin_api import ListSpec, Sort, View, db
from shopadmin_red_envelope.domain.states import STATES
from shopadmin_red_envelope.labels import STATE_LABELS
from shopadmin_red_envelope.models import RedEnvelopeCampaign as Campaign
from shopadmin_red_envelope.triggers import read_clock


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
            *(View(state, STATE_LABELS[state], (_in(state, dialect),)) for state in STATES),
        ),
    )  # fmt: skip


_SPECS = {dialect: _spec(dialect) for dialect in ("sqlite", "postgresql")}
