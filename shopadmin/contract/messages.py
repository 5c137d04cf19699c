"""Messages to buyers and to the shop's own people, and the channels that carry them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shopadmin.contract.ids import BuyerId
from shopadmin.contract.text import Text
from shopadmin.domain.contact import Basis, Block, Medium, Purpose, Verdict


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """A message that somebody wants sent to a buyer.

    ``key``: the sender's own name of it, a plugin's starting with the plugin's name: the same key again sends nothing
    again. ``channel``: the name of a ``MessageChannel``. ``basis``: why the shop may write (rule G13); marketing goes
    by ``consent`` alone. ``blocks``: what the text is made of; compensation and an invitation never go together (G6).
    ``destination``: a phone or an e-mail address, empty for the one that is known. ``case`` and ``review``: what it
    belongs to, by which caps are counted. ``not_before``: aware UTC.
    """

    key: str
    buyer_id: BuyerId
    channel: str
    text: str
    purpose: Purpose = "service"
    basis: Basis = "order"
    blocks: tuple[Block, ...] = ("notice",)
    subject: str = ""
    destination: str = ""
    case: str = ""
    review: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class StaffMessage:
    """A text to one of the shop's own people. ``key``: as of a ``MessageRequest``; ``channel``: one for texts."""

    key: str
    channel: str
    phone: str
    text: str


MessageState = Literal[
    "queued", "sending", "sent", "delivered", "failed", "bad_number", "duplicate", "blocked", "suppressed", "unknown"
]


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of a request. ``verdict``, ``reasons``: the gate's; ``send_at``: when it is due, aware UTC.

    ``is_repeat``: the key was known already, and this is how the message stands now.
    """

    message_id: int
    state: MessageState
    verdict: Verdict
    reasons: tuple[str, ...]
    send_at: datetime | None
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class MessageSnapshot:
    """A message as plugins may object to it: its words, and neither phone nor address."""

    key: str
    buyer_id: BuyerId
    channel: str
    medium: Medium
    purpose: Purpose
    basis: Basis
    blocks: tuple[Block, ...]
    case: str
    review: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message as its channel gets it, with the gate's consent.

    ``key``: its sender's name of it. ``reference``: the shop's, the same for every attempt, which says nothing of what
    it is about: for the other side, against doubles and for receipts. ``unsubscribe_url``: of an offer, where its
    buyer stops offers by a POST without a body (the text says so as well); empty where buyers do not reach the shop.
    """

    key: str
    destination: str
    subject: str
    text: str
    purpose: Purpose
    reference: str = ""
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message that was handed over.

    ``retry``: try again later (1, 5 and 30 minutes), for what certainly did not go out. ``unknown``: it may have gone
    out; nobody sends it again by himself. ``note``: for the people of the shop, without personal data. ``reference``:
    the other side's own name of it. ``may_be_out``: of a ``retry`` to somebody who takes one reference once.
    """

    state: Literal["sent", "delivered", "retry", "failed", "bad_number", "duplicate", "unknown"]
    note: str = ""
    reference: str = ""
    may_be_out: bool = False


@dataclass(frozen=True, slots=True)
class MessageChannel:
    """A way to buyers. A plugin's ``name`` starts with the plugin's name and a dot.

    ``address``: what it needs to know of the buyer. ``deliver`` hands one message over and does not raise for what can
    go wrong on the way; without it a person copies the text (or rings) and says that it is done.
    """

    name: str
    title: Text
    medium: Medium
    address: Literal["", "phone", "email"] = ""
    deliver: Callable[[OutgoingMessage], Delivery] | None = None
