"""Messages of the demo shop to invented buyers: some that somebody sent by hand, some that wait for it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from shopadmin.contract import AccountId, Actor, BuyerId, MessageRequest
from shopadmin.services import access, settings
from shopadmin.services.demo.orders import DemoOrder
from shopadmin.services.messages import marking, sending

# What is said of an order, and whether it went out.
_SAID = (
    ("您好，您的订单 {order_no} 已发出，物流信息可在订单页查看。", True),
    ("您好，订单 {order_no} 的包裹在中转站多停了一天，我们已联系快递加急，抱歉让您久等。", True),
    ("您好，订单 {order_no} 有一件商品缺货，预计后天补发，您看可以吗？", False),
    ("您好，订单 {order_no} 的退款已原路退回，请留意到账。", False),
)


def add_messages(made: Sequence[DemoOrder], by: int, now: datetime) -> None:
    """Asked for at ten the day before, where the shop is: no hour that is quiet for its buyers."""
    actor = Actor(AccountId(by), "客服", False, frozenset(permission.code for permission in access.CORE_PERMISSIONS))
    zone = settings.load().zone
    at = datetime.combine(now.astimezone(zone).date() - timedelta(days=1), time(10), zone)
    buyers: dict[int, DemoOrder] = {}
    for order in made:
        if order.row["platform"] == "taobao" and order.row["buyer_id"] and len(buyers) < len(_SAID):
            buyers.setdefault(order.row["buyer_id"], order)
    for number, ((buyer_id, order), (text, is_sent)) in enumerate(zip(sorted(buyers.items()), _SAID, strict=True), 1):
        wanted = MessageRequest(
            f"core.demo.{number}", BuyerId(buyer_id), "chat", text.format(order_no=order.row["order_no"])
        )
        asked = sending.send(actor, wanted, at)
        if is_sent:
            marking.mark_sent(actor, asked.message_id, now=at + timedelta(minutes=5 * number))
