"""One complaint of the demo shop, with evidence that is obviously made up."""

import io
from datetime import datetime, timedelta

from PIL import Image, ImageDraw
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shopadmin.contract import AccountId, Actor, EvidenceOrigin
from shopadmin.domain.evidence import Kind
from shopadmin.domain.money import to_decimal
from shopadmin.models.complaints import Complaint, ComplaintEvent
from shopadmin.services import access
from shopadmin.services.complaints import opening, working
from shopadmin.services.demo.orders import DemoOrder

_TEXTS: tuple[tuple[Kind, str, str, str, int], ...] = (
    ("chat", "contacted", "旺旺聊天记录（样例）", "客服：您好，请问收到的商品有什么问题吗？\n样例买家：没问题。", 1),
    (
        "chat",
        "demand",
        "旺旺聊天记录（样例）",
        "样例买家：给 88 示例币，不然就差评。邮箱 sample@example.com。",
        1,
    ),
    ("order", "order", "店铺后台（样例）", "订单号 {order_no}，金额 {total:,.2f} 元，状态：已完成。", 1),
)


def add_complaint(session: Session, made: list[DemoOrder], by: int, now: datetime) -> None:
    """A demand tied to a review: all is there but the picture of the review, which the demo leaves to be added."""
    found = next(order for order in made if order.is_reviewable and order.row["platform"] == "taobao")
    actor = Actor(AccountId(by), "客服", False, frozenset(permission.code for permission in access.CORE_PERMISSIONS))
    about = opening.about_order(actor, found.id)
    assert about is not None  # noqa: S101 - the order was made a moment ago
    note = "样例：买家以差评要挟，想要示例币。"
    complaint_id = opening.by_hand(actor, about, "extortion", None, note)
    for number, (kind, item, source, text, tier) in enumerate(_TEXTS):
        at = now - timedelta(hours=5) + timedelta(minutes=20 * number)
        filled = text.format(order_no=found.row["order_no"], total=to_decimal(found.row["total"], "CNY"))
        working.add_evidence(actor, complaint_id, kind, filled, EvidenceOrigin(at, source, tier), item)
    origin = EvidenceOrigin(now - timedelta(hours=4), "示例截图", 1)
    working.add_evidence(actor, complaint_id, "picture", _screenshot(), origin, "demand", "sample-chat.png")
    working.add_call(actor, complaint_id, "SAMPLE-001", "热线说：请在平台工具里提交。")
    _date(session, complaint_id, now)


def _date(session: Session, complaint_id: int, now: datetime) -> None:
    """What was written down a moment ago happened as long before ``now`` as the demo says."""
    session.flush()
    opened_at = now - timedelta(hours=3)
    changes = {"complaint_no": "DEMO-C001", "opened_at": opened_at, "deadline_at": now + timedelta(days=2)}
    session.execute(update(Complaint).where(Complaint.id == complaint_id).values(**changes))
    events = select(ComplaintEvent.id).where(ComplaintEvent.complaint_id == complaint_id).order_by(ComplaintEvent.id)
    for number, event_id in enumerate(session.scalars(events).all()):
        at = opened_at + timedelta(minutes=5 * number)
        session.execute(update(ComplaintEvent).where(ComplaintEvent.id == event_id).values(at=at))


def _screenshot() -> bytes:
    """A picture of a chat that nobody could take for a real one."""
    picture = Image.new("RGB", (480, 320), "#eef2f5")
    pen = ImageDraw.Draw(picture)
    said = (("white", 24, "SAMPLE: 88 or 1 star!"), ("#b7e3a1", 190, "We cannot do that."),
            ("white", 24, "SAMPLE: then 1 star."))  # fmt: skip
    for number, (colour, left, text) in enumerate(said):
        top = 40 + 90 * number
        pen.rounded_rectangle((left, top, left + 260, top + 56), 12, fill=colour)
        pen.text((left + 16, top + 20), text, fill="#1b1f24")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
