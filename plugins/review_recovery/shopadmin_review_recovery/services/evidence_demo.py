"""One case of the demo shop that somebody tied a demand to: evidence, a suspicion, a complaint, an incident."""

from datetime import timedelta

from sqlalchemy import select

from shopadmin.plugin_api import Actor, DemoShop, EvidenceOrigin, shop_settings, writing
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import complaints, evidence, incidents, suspicions

_TEXTS = (
    ("chat", "差评先挂着，转我五十就改，不转我再发两条。", "平台聊天", 1),
    ("call", "买家在电话里又提了一次五十元，没有说商品哪里有问题。", "", 0),
)


def load(shop: DemoShop) -> None:
    """Let the owner work on a case; nothing in a shop that is not the demo, or has none."""
    if not shop_settings().is_demo:
        return
    owner = Actor(shop.owner_id, "", True, frozenset())
    with writing() as session:
        # Rather one whose order was in order.
        worked_on = select(ReviewCase.id).where(
            ReviewCase.state.in_(("on_hold", "triaged", "contacting")),
            ReviewCase.order_id.is_not(None),
            ReviewCase.buyer_id.is_not(None),
        )
        case_id = session.scalar(worked_on.order_by(ReviewCase.fact != "none", ReviewCase.id.desc()).limit(1))
        if case_id is None:
            return
        for what, text, source, tier in _TEXTS:
            origin = EvidenceOrigin(shop.today - timedelta(hours=2), source, tier)
            evidence.keep_text(owner, case_id, what, text, origin)
            session.flush()
        suspicions.suspect(owner, case_id, "professional", "聊天和电话里都拿评价换钱", shop.today)
        complaints.open_for(owner, case_id, "extortion")
        session.flush()
        incidents.record_demand(owner, case_id, shop.today - timedelta(hours=2), "要求转五十元")
