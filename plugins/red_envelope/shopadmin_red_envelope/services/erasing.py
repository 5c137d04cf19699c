"""Whether the plugin's data may be taken away: not while a campaign is still owed to buyers."""

from sqlalchemy import func, select

from shopadmin.plugin_api import Problem, db
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopeHold, RedEnvelopeRefund
from shopadmin_red_envelope.services import changing


def objections() -> list[Problem]:
    """What speaks against erasing: campaigns that have not ended, orders and refunds that are not settled."""
    now = changing.now()
    unended = select(func.count()).where(RedEnvelopeCampaign.state == "scheduled", RedEnvelopeCampaign.use_to > now)
    held = select(func.count()).where(RedEnvelopeHold.state == "live")
    refunding = select(func.count()).where(RedEnvelopeRefund.completed_at.is_(None))
    asked = (("not_ended", unended), ("not_released", held), ("not_completed", refunding))
    return [messages.problem(code) for code, query in asked if db.session().scalar(query)]
