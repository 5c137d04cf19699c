"""Labels of the demo shop: some in each status, by the services that people use. The people are invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shopadmin.plugin_api import (
    Actor,
    DemoShop,
    EvidenceOrigin,
    accounts_that_may,
    shop_settings,
    writing,
)
from shopadmin_buyer_labels import labels, permissions
from shopadmin_buyer_labels.domain.drafts import Draft
from shopadmin_buyer_labels.services import ending, proposing, reviewing
from shopadmin_buyer_labels.services.proposing import Piece

# Anybody of the demo's people but the owner may stand for the one who proposes.
_COLLEAGUE = "core.orders:read"


@dataclass(frozen=True, slots=True)
class _Story:
    """One label: what it says, what proves it (kind, tier, words), how many days ago, and how far it has come."""

    code: str
    severity: int
    note: str
    proof: tuple[str, int, str] | None
    days: int
    steps: Sequence[str] = ()


_REVIEWED = ("prepare", "submit", "approve")
_ACTIVE = (*_REVIEWED, "told")
_STORIES = (
    _Story("conduct.threat_to_staff", 1, "电话中对客服出言威胁", None, 1),
    _Story("promo.multi_account", 2, "用四个账号领取了新人券", ("chat", 1, "四个账号的收货地址相同"), 3),
    _Story(
        "refund.item_swapped", 2, "退回的序列号与发出的不同", ("logistics", 2, "仓库开箱照片：序列号不同"), 4,
        ("prepare", "submit"),
    ),
    _Story("refund.false_not_received", 2, "快递显示已签收", ("logistics", 2, "快递签收记录，本人签收"), 6, _REVIEWED),
    _Story("refund.empty_parcel", 3, "退回的包裹内没有商品", ("decision", 3, "平台裁定：支持商家"), 12, _ACTIVE),
    _Story(
        "delivery.cod_refused_repeat", 2, "货到付款第三次没有签收", ("logistics", 2, "快递退回记录三份"), 20, _ACTIVE
    ),
    _Story(
        "payment.chargeback_represented_won", 2, "银行裁定拒付不成立", ("decision", 2, "银行通知：商家胜诉"), 30,
        (*_ACTIVE, "suspend"),
    ),
    _Story("review.extortion_demand", 3, "以评价为条件索要200元", ("decision", 3, "平台裁定：勒索成立"), 200, _ACTIVE),
    _Story("refund.item_swapped", 2, "退回的商品颜色不同", ("logistics", 2, "仓库开箱照片"), 40, (*_ACTIVE, "revoke")),
    _Story("refund.empty_parcel", 2, "包裹重量为20克", ("logistics", 2, "快递称重记录"), 50, (*_ACTIVE, "correct")),
    _Story("clear.reviewed_ok", 1, "核实过以往的记录，没有问题", ("chat", 1, "与买家的沟通记录"), 15, _ACTIVE),
)  # fmt: skip


def load(shop: DemoShop) -> None:
    """Label some of the demo's buyers; nothing in a shop that is not the demo, or where nobody could review."""
    owner = Actor(shop.owner_id, "", True, frozenset())
    others = [account for account in accounts_that_may(_COLLEAGUE) if account != shop.owner_id]
    if not shop_settings().is_demo or not others:
        return
    may = frozenset({permissions.READ, permissions.PROPOSE})
    colleague = Actor(others[0], "", False, may)
    with writing():
        for buyer_id, story in zip(shop.buyer_ids[3:], _STORIES, strict=False):
            _tell(owner, colleague, buyer_id, story, shop.today - timedelta(days=story.days))


def _tell(owner: Actor, colleague: Actor, buyer_id: int, story: _Story, at: datetime) -> None:
    day = at.astimezone(shop_settings().zone).date() - timedelta(days=2)
    draft = Draft(story.code, story.severity, day, story.note)
    pieces: tuple[Piece, ...] = ()
    if story.proof is not None:
        kind, tier, words = story.proof
        pieces = (Piece(kind, words, EvidenceOrigin(at, "", tier)),)
    label_id = proposing.propose(colleague, buyer_id, draft, pieces, now=at)
    for step in story.steps:
        at += timedelta(hours=3)
        if step == "prepare":
            proposing.check_own_fault(colleague, label_id, None, False, labels.LOOKED_AT, "六项均已核查", at)
            proposing.contacted(colleague, label_id, None, day + timedelta(days=1), "买家未作解释", at)
        elif step == "submit":
            reviewing.submit(colleague, label_id, None, at)
        elif step == "approve":
            reviewing.approve(owner, label_id, None, "证据充分", at)
        else:
            _FURTHER[step](owner, label_id, at)


_FURTHER = {
    "told": lambda owner, label_id, at: reviewing.told(owner, label_id, None, "已通过站内消息告知", at),
    "suspend": lambda owner, label_id, at: ending.suspend(owner, label_id, None, "等待快递复核", at),
    "revoke": lambda owner, label_id, at: ending.revoke(owner, label_id, None, "是仓库发错颜色", at),
    "correct": lambda owner, label_id, at: ending.correct(owner, label_id, None, "称重记录属于另一个包裹", at),
}
