"""Whether the plugin's data may be taken away: not while a campaign is still owed to buyers."""

from sqlalchemy import func, select

from shopadmin.plugin_api import Problem, db
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.models import RedEnvelopeCampaign
from shopadmin_red_envelope.services import changing


def objections() -> list[Problem]:
    """What speaks against erasing: scheduled campaigns that have not ended."""
    now = changing.now()
    unended = select(func.count()).where(RedEnvelopeCampaign.state == "scheduled", RedEnvelopeCampaign.use_to > now)
    return [messages.problem("not_ended")] if db.session().scalar(unended) else []
