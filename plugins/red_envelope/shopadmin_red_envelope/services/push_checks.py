"""Whether the groups of a push are still those that chance made: drawn again from the seed, they must be the same."""

from collections.abc import Iterator

from sqlalchemy import select

from shopadmin.plugin_api import Problem, db
from shopadmin_red_envelope.domain import pushes as rules
from shopadmin_red_envelope.models import RedEnvelopePush, RedEnvelopePushBuyer


def problems() -> Iterator[Problem]:
    """Every push whose groups somebody has changed since."""
    query = select(RedEnvelopePush).where(RedEnvelopePush.drawn_at.is_not(None)).order_by(RedEnvelopePush.id)
    for push in db.session().scalars(query):
        if not is_as_drawn(push):
            text = f"the groups of the push of campaign {push.campaign_id} are not those that were drawn"
            yield Problem("red_envelope.push", text)


def is_as_drawn(push: RedEnvelopePush) -> bool:
    """Whether nobody was moved from one group to the other, added or taken away."""
    buyer = RedEnvelopePushBuyer
    rows = db.session().execute(select(buyer.buyer_id, buyer.state).where(buyer.push_id == push.id)).all()
    left = push.no_consent + push.do_not_contact + push.excluded + push.no_address
    everybody = [row.buyer_id for row in rows]
    holdout = frozenset(row.buyer_id for row in rows if row.state == "holdout")
    if push.past_buyers != len(everybody) + left:
        return False
    return holdout == rules.draw(everybody, push.holdout_percent, push.seed)
