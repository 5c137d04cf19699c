"""What somebody who rings a buyer says of the order: whom to ask for, what was bought and when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.orders import Order, OrderLine
from shopadmin.services import masking


@dataclass(frozen=True, slots=True)
class SpokenFacts:
    """``recipient``: as the actor may see names; ``created_at``: aware UTC; ``line_title``, ``line_spec``: of the first
    line. Empty texts where nobody knows.
    """

    recipient: str
    order_no: str
    status: str
    created_at: datetime
    delivered_at: datetime | None
    line_title: str
    line_spec: str


def spoken_facts(actor: Actor, order_id: int) -> SpokenFacts | None:
    """What may be told of the order by this actor; None for an unknown one."""
    order = db.session().get(Order, order_id)
    if order is None:
        return None
    lines = select(OrderLine.title, OrderLine.spec).where(OrderLine.order_id == order_id)
    line = db.session().execute(lines.order_by(OrderLine.id).limit(1)).one_or_none()
    name = masking.order_reach(order.contact_encrypted).recipient or order.buyer_name
    return SpokenFacts(
        recipient=masking.shown_name(actor, name),
        order_no=order.order_no,
        status=order.status,
        created_at=order.created_at,
        delivered_at=order.delivered_at,
        line_title=line.title if line else "",
        line_spec=line.spec if line else "",
    )
