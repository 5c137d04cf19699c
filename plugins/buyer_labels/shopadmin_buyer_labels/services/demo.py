"""Labels of the demo shop: some in each status, by the services that people use. The people are invented.

A label that was erased is missing: that takes a buyer who was forgotten, and the demo forgets nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shopadmin.plugin_api import (
    Actor,
    DemoShop,
    EvidenceOrigin,
    accounts_that_may,
    orders_of,
    shop_settings,
    writing,
)
from shopadmin_buyer_labels import labels, permissions
from shopadmin_buyer_labels.domain.drafts import Draft
from shopadmin_buyer_labels.services import (
    appeals,
    complaints,
    demo_orders,
    demo_people,
    demo_pictures,
    ending,
    proposing,
    reviewing,
)
from shopadmin_buyer_labels.services.attaching import Piece

# Anybody of the demo's people but the owner may stand for the one who proposes.
_COLLEAGUE = "core.orders:read"


@dataclass(frozen=True, slots=True)
class _Story:
    """One label: what it says, what proves it (kind, tier, words), how many days ago, and how far it has come.

    ``picture``: words on a picture that proves it too.
    """

    code: str
    severity: int
    note: str
    proof: tuple[str, int, str] | None
    days: int
    steps: Sequence[str] = ()
    picture: Sequence[str] = ()


_REVIEWED = ("prepare", "submit", "approve")
_ACTIVE = (*_REVIEWED, "told")
_STORIES = (
    _Story("conduct.threat_to_staff", 1, "电话中对客服出言威胁", None, 1),
    _Story("promo.multi_account", 2, "用四个账号领取了新人券", ("chat", 1, "四个账号的收货地址相同"), 3),
    _Story(
        "refund.item_swapped", 2, "退回的序列号与发出的不同", ("logistics", 2, "仓库开箱照片：序列号不同"), 4,
        ("prepare", "submit"), ("SAMPLE", "sent: No. 4711", "back: No. 4217"),
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


# Those who ordered most were labelled early, so that rules have something to hold and reports something to compare.
_GRAVE: Sequence[_Story] = tuple(
    _Story(
        code, 3, note, ("decision", 3, "平台裁定：支持商家（样例）"), 58 - number, _ACTIVE,
        ("SAMPLE", "came back so", f"on day {number + 1}"),
    )
    for number, (code, note) in enumerate(
        (
            ("refund.item_swapped", "退回的是旧款，序列号不同"),
            ("refund.false_not_received", "签收照片清楚，平台驳回退款"),
            ("refund.empty_parcel", "退回的包裹重量为30克"),
            ("refund.item_swapped", "退回的商品缺少配件"),
            ("refund.false_not_received", "驿站有取件记录"),
            ("refund.empty_parcel", "仓库开箱录像：包裹是空的"),
            ("refund.item_swapped", "退回的是其他品牌的商品"),
            ("refund.item_swapped", "退回的尺码不同，吊牌被调换"),
        )
    )
)  # fmt: skip
_REFUNDED_TWICE = _Story(
    "refund.false_not_received", 2, "快递柜有取件记录", ("logistics", 2, "快递柜取件记录（样例）"), 25, _ACTIVE
)
_OBJECTED = _Story(
    "refund.empty_parcel", 2, "称重记录为25克", ("logistics", 2, "快递称重记录（样例）"), 35, (*_REVIEWED, "told")
)


def load(shop: DemoShop) -> None:
    """Label some of the demo's buyers; nothing in a shop that is not the demo, or where nobody could review."""
    owner = Actor(shop.owner_id, "", True, frozenset())
    others = [account for account in accounts_that_may(_COLLEAGUE) if account != shop.owner_id]
    if not shop_settings().is_demo or not others:
        return
    may = frozenset({permissions.READ, permissions.PROPOSE})
    colleague = Actor(others[0], "", False, may)
    people = _People(owner, colleague)
    with writing():
        demo_orders.begin(owner, shop.today)
        for buyer_id, story in zip(shop.buyer_ids[3:], _STORIES, strict=False):
            _tell(people, buyer_id, story, shop.today)
        busy = demo_orders.waiting_buyers(shop.buyer_ids, shop.today)
        for buyer_id, story in zip(busy, _GRAVE, strict=False):
            _tell(people, buyer_id, story, shop.today)
        _object(people, shop)
        demo_people.tell(owner, shop)
        demo_orders.hold(owner, busy[: len(_GRAVE)], shop.today)


@dataclass(frozen=True, slots=True)
class _People:
    """Who proposes and who reviews."""

    owner: Actor
    colleague: Actor


def _object(people: _People, shop: DemoShop) -> None:
    """An objection that waits, and one that was right; and a complaint to the platform of the first one's order."""
    first, second = shop.buyer_ids[20], shop.buyer_ids[21]
    label_id = _tell(people, first, _REFUNDED_TWICE, shop.today)
    said_at = shop.today - timedelta(days=3)
    words = appeals.Objection("样例买家：快递柜的取件码不是我用的，是室友拿错了。", "chat", said_at)
    appeals.open_for(people.colleague, label_id, words, said_at)
    order = next((found for found in orders_of([first], 5) if found.platform == "taobao"), None)
    if order is not None:
        note = "样例：包裹已签收，买家仍申请仅退款。"
        complaints.open_for_label(people.owner, label_id, order.id, "malicious_refund", note)
    label_id = _tell(people, second, _OBJECTED, shop.today)
    said_at = shop.today - timedelta(days=20)
    words = appeals.Objection("样例买家：我退回的是两件，称重的是另一个包裹。", "phone", said_at)
    appeal_id = appeals.open_for(people.colleague, label_id, words, said_at)
    # Nobody else of the demo may decide, so the owner may, once the pause is over (G10).
    decided_at = said_at + timedelta(days=2)
    appeals.decide(people.owner, appeal_id, "upheld", "corrected", "重新称重，记录属于另一单", decided_at)


def _tell(people: _People, buyer_id: int, story: _Story, today: datetime) -> int:
    at, colleague, owner = today - timedelta(days=story.days), people.colleague, people.owner
    day = at.astimezone(shop_settings().zone).date() - timedelta(days=2)
    draft = Draft(story.code, story.severity, day, story.note)
    pieces: tuple[Piece, ...] = ()
    if story.proof is not None:
        kind, tier, words = story.proof
        pieces = (Piece(kind, words, EvidenceOrigin(at, "", tier)),)
    if story.picture:
        drawn = demo_pictures.parcel(*story.picture)
        pieces += (Piece("picture", drawn, EvidenceOrigin(at, "", 1), "sample-parcel.png"),)
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
    return label_id


_FURTHER = {
    "told": lambda owner, label_id, at: reviewing.told(owner, label_id, None, "已通过站内消息告知", at),
    "suspend": lambda owner, label_id, at: ending.suspend(owner, label_id, None, "等待快递复核", at),
    "revoke": lambda owner, label_id, at: ending.revoke(owner, label_id, None, "是仓库发错颜色", at),
    "correct": lambda owner, label_id, at: ending.correct(owner, label_id, None, "称重记录属于另一个包裹", at),
}
