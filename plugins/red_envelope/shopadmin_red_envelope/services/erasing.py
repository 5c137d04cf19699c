"""Whether the plugin's data may be taken away, not while a campaign is still owed to buyers; and forgetting a buyer."""

from sqlalchemy import func, select, update

from shopadmin.plugin_api import Problem, db
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopeHold, RedEnvelopePushBuyer, RedEnvelopeRefund
from shopadmin_red_envelope.services import changing


def objections() -> list[Problem]:
    """What speaks against erasing: campaigns that have not ended, orders and refunds that are not settled."""
    now = changing.now()
    unended = select(func.count()).where(RedEnvelopeCampaign.state == "scheduled", RedEnvelopeCampaign.use_to > now)
    held = select(func.count()).where(RedEnvelopeHold.state == "live")
    refunding = select(func.count()).where(
        RedEnvelopeRefund.completed_at.is_(None), RedEnvelopeRefund.cancelled_at.is_(None)
    )
    asked = (("not_ended", unended), ("not_released", held), ("not_completed", refunding))
    return [messages.problem(code) for code, query in asked if db.session().scalar(query)]


def forget_buyer(buyer_id: int) -> None:
    """Empty the buyer's reference in pushes, inside the transaction around: nobody has the empty one, so that no push
    writes to the row's next owner and reports count it as gone.
    """
    theirs = update(RedEnvelopePushBuyer).where(RedEnvelopePushBuyer.buyer_id == buyer_id)
    db.session().connection().execute(theirs.values(ref=""))
