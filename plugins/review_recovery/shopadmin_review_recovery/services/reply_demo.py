"""Quick replies, answers and compensation of the demo shop, by the services that people use."""

from sqlalchemy import select

from shopadmin.plugin_api import AccountId, Actor, DemoShop, accounts_that_may, shop_settings, writing
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.domain.states import OPEN
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import answers, compensation_decisions, compensations, reply_files
from shopadmin_review_recovery.services.answers import Answer

_CAN = frozenset({permissions.READ, permissions.REPLY})
# What is asked for in the first of the open cases, and what becomes of it.
_ASKED = (
    ("refund", "20", "杯口有裂纹，退部分货款", "approved"),
    ("gift", "15", "等了两周，送一盒茶包", ""),
    ("replacement", "39", "发错颜色，补发对的", "settled"),
    ("coupon", "10", "包装压坏", "declined"),
)
_BY_HAND = "您好，您反映的情况我们已经记下，今天核实后答复您。"


def load(shop: DemoShop) -> None:
    """Load the shipped replies, answer some cases, ask for compensation in some; nothing in a shop that is no demo."""
    if not shop_settings().is_demo:
        return
    owner = Actor(shop.owner_id, "", True, frozenset())
    clerk = Actor(_somebody_else(shop.owner_id), "小林", False, _CAN)
    with writing() as session:
        reply_files.load_starter(owner)
        query = select(ReviewCase).where(
            ReviewCase.state.in_(OPEN), ReviewCase.buyer_id.is_not(None), ReviewCase.order_id.is_not(None)
        )
        found = session.scalars(query.order_by(ReviewCase.id).limit(8)).all()
        for case, asked in zip(found, _ASKED, strict=False):
            _compensate(owner, clerk, case.id, *asked)
        for case in found[4:]:
            _answer(clerk, case)


def _compensate(owner: Actor, clerk: Actor, case_id: int, kind: str, amount: str, reason: str, end: str) -> None:
    asked = compensations.request(clerk, case_id, kind, amount, reason)
    if end in ("approved", "settled"):
        compensation_decisions.approve(owner, asked.id)
    if end == "settled":
        compensation_decisions.settle(clerk, asked.id)
    if end == "declined":
        compensation_decisions.decline(owner, asked.id, "买家已收到补发")


def _answer(clerk: Actor, case: ReviewCase) -> None:
    """By a quick reply where one needs nothing to be typed, else by hand, which the gaps then show."""
    ready = [
        found.reply
        for found in answers.suggestions(case, "zh", "")
        if not answers.check(answers.inserted(clerk, case, "zh", "", found.reply.id))
    ]
    text = answers.inserted(clerk, case, "zh", "", ready[0].id) if ready and case.id % 2 else _BY_HAND
    used = (ready[0].id,) if text != _BY_HAND else ()
    answers.send(clerk, case.id, Answer(f"{case.id:032x}", "chat", "service", "zh", text, used))


def _somebody_else(owner_id: int) -> AccountId:
    """A member of the team; in a demo without one, an account that is none."""
    others = [account for account in accounts_that_may("core.reviews:reply") if account != owner_id]
    return others[0] if others else AccountId(owner_id + 1)
