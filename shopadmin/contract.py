"""Values that cross the door between core and plugins: frozen, typed, no ORM row among them.

Times are aware UTC, amounts minor units with an ISO currency. Texts a person reads may be lazy translations.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NewType, Protocol
from zoneinfo import ZoneInfo

from shopadmin.domain.complaints import Outcome
from shopadmin.domain.contact import Basis, Block, Medium, Purpose, Verdict
from shopadmin.domain.evidence import Kind as EvidenceKind
from shopadmin.domain.records import Kind, Record, Rejection
from shopadmin.domain.standing import BuyerIdentifier as BuyerIdentifier
from shopadmin.domain.standing import Standing as Standing
from shopadmin.domain.standing import StandingLevel as StandingLevel
from shopadmin.domain.standing import StandingQuery as StandingQuery

AccountId = NewType("AccountId", int)
BuyerId = NewType("BuyerId", int)
OrderId = NewType("OrderId", int)
ReviewId = NewType("ReviewId", int)

API_VERSION = 1

Tone = Literal["ok", "warn", "danger", "info", "neutral"]
Level = Literal["grantable", "owner_only", "baseline"]


class Text(Protocol):
    """A string, or a lazy translation that becomes one when shown."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin is. ``name``: lower case, digits, underscores; also the prefix of its tables and permissions."""

    name: str
    title: Text
    version: str
    api_version: int
    summary: Text = ""
    homepage: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that may be granted: ``area.noun:verb``. A plugin's codes start with its name.

    ``implies`` adds the ``:read`` that an action needs, nothing else; ``sensitive`` asks twice before granting.
    """

    code: str
    label: Text
    help: Text = ""
    level: Level = "grantable"
    sensitive: bool = False
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditMessage:
    """How the activity log says it: ``code`` is that of an act (``hello.greeting.sent``) or a kind of object
    (``hello.greeting``). A plugin's codes start with its name.

    ``lines``: of a kind of object, its values before and after in words, a line each; without it they stand as they
    were recorded.
    """

    code: str
    text: Text
    lines: Callable[[Mapping[str, Any], Mapping[str, Any]], Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account with its effective permission codes, read once per request and never kept longer."""

    account_id: AccountId
    name: str
    is_owner: bool
    permissions: frozenset[str]

    def can(self, permission: str) -> bool:
        """Whether the account holds the permission now; the owner holds them all."""
        return self.is_owner or permission in self.permissions


@dataclass(frozen=True, slots=True)
class Badge:
    """A short mark on a row: icon, word and colour together, never colour alone."""

    text: Text
    tone: Tone = "neutral"
    icon: str = ""
    title: Text = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A card on a detail page. ``template`` is a template of the plugin, rendered with ``context`` alone."""

    title: Text
    template: str
    permission: str
    context: Mapping[str, Any] = field(default_factory=dict)
    weight: int = 100


@dataclass(frozen=True, slots=True)
class Action:
    """A button on a detail page. A form posts to ``url`` unless ``method`` is GET."""

    label: Text
    url: str
    permission: str
    method: Literal["GET", "POST"] = "POST"
    icon: str = ""
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Tile:
    """A number on Today that opens its list."""

    title: Text
    value: Text
    url: str
    permission: str
    note: Text = ""
    tone: Tone = "neutral"
    icon: str = ""
    weight: int = 100


@dataclass(frozen=True, slots=True)
class MenuItem:
    """Where a view stands in the side bar.

    ``group``: views of one plugin that name the same one share one entry under that name, and are tabs on each other's
    first page and those on its level (``AdminView.level_pages``), by weight; each is shown to those who may open it.
    """

    section: Literal["", "sell", "care", "grow", "insight", "manage"]
    weight: int
    icon: str
    group: Text = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """An objection, or something ``shopadmin check`` found. ``code`` is stable, ``message`` for a person."""

    code: str
    message: Text
    field: str = ""


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """An order as a plugin sees it: no phone, no address."""

    id: OrderId
    platform: str
    order_no: str
    status: str
    created_at: datetime
    currency: str
    total: int
    buyer_id: BuyerId | None


@dataclass(frozen=True, slots=True)
class ReviewSnapshot:
    """A review as a plugin sees it."""

    id: ReviewId
    platform: str
    stars: int | None
    grade: str
    title: str
    body: str
    created_at: datetime
    order_id: OrderId | None
    buyer_id: BuyerId | None
    product_ref: str


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What became of an order: for asking why its buyer is unhappy. Times are aware UTC, None where nobody knows.

    ``ordered``, ``shipped``: pieces by SKU (by the product's or the line's number where there is none); ``shipped`` is
    empty unless somebody wrote down what went out. ``refunds``: how many there were. ``is_out_of_stock``: the stock of
    something ordered is known to be zero.
    """

    order_no: str
    status: str
    created_at: datetime
    promised_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    ordered: Mapping[str, int]
    shipped: Mapping[str, int]
    refunds: int
    is_out_of_stock: bool


@dataclass(frozen=True, slots=True)
class ReviewMark:
    """A low review in short. ``version``: of its text, from 1."""

    id: ReviewId
    version: int
    stars: int | None
    grade: str
    order_id: OrderId | None
    buyer_id: BuyerId | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewDossier:
    """A review with its follow-up and what became of its order. ``version``: of its text, from 1."""

    review: ReviewSnapshot
    version: int
    followup: str
    product_title: str
    order: OrderFacts | None


@dataclass(frozen=True, slots=True)
class BuyerSnapshot:
    """A buyer as a plugin sees one."""

    id: BuyerId
    name: str
    platform: str


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What is about to happen to an order; plugins may object in ``check_order_change``."""

    order: OrderSnapshot
    status_before: str
    status_after: str


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order was changed and the change is kept."""

    order_id: OrderId
    status_before: str
    status_after: str
    at: datetime
    actor: AccountId | None


@dataclass(frozen=True, slots=True)
class ReviewChanged:
    """A review was answered: the reply was posted by hand, or an import found it on the platform."""

    review_id: ReviewId
    change: Literal["replied", "confirmed"]
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewsChanged:
    """Reviews of an import or of its undoing, 200 at most.

    ``new``: they came; ``edited``: their buyers changed them; ``order``: their order was found, or changed;
    ``removed``: they are gone, and later reviews may get their ids.
    """

    review_ids: tuple[ReviewId, ...]
    change: Literal["new", "edited", "order", "removed"]
    at: datetime


@dataclass(frozen=True, slots=True)
class BuyersChanged:
    """Buyers of an import or of its undoing, or one that was added or lost a phone, 200 at most.

    ``known``: what they are known by changed, or they came; ``orders``: orders of theirs came or changed; ``removed``:
    they are gone, and later buyers may get their ids.
    """

    buyer_ids: tuple[BuyerId, ...]
    change: Literal["known", "orders", "removed"]
    at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceOrigin:
    """Where a piece of evidence is from. ``captured_at``: aware UTC; ``source``: in words; ``tier``: 0 to 4 (E0 to E4).

    E0 what somebody says, E1 the shop's own record, E2 a platform's, courier's or bank's, E3 a platform's decision, E4
    a court's or an authority's.
    """

    captured_at: datetime
    source: str = ""
    tier: int = 1


@dataclass(frozen=True, slots=True)
class EvidenceSnapshot:
    """A piece of evidence as a plugin sees it. ``sha256``: of the original bytes, in hex; ``size``: their number.

    ``kept_by``: the account that kept it, none for the program.
    """

    uuid: str
    subject: str
    subject_id: int
    kind: EvidenceKind
    file_name: str
    size: int
    sha256: str
    captured_at: datetime
    source: str
    tier: int
    kept_by: AccountId | None


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """An incident that a plugin writes down.

    ``kind``: a code with a dot, as ``review.extortion_demand``. ``tier``: 0 to 4, of the ``evidence`` (uuids), which is
    stored already. ``key``: the plugin's own name of it, starting with the plugin's name: the same key again writes
    nothing again. ``occurred_at``: aware UTC.
    """

    kind: str
    key: str
    occurred_at: datetime
    buyer_id: BuyerId | None = None
    order_id: OrderId | None = None
    note: str = ""
    tier: int = 0
    outcome: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentRecorded:
    """An incident was written down of an order or a buyer.

    ``kind``: one of the shop's own, or a code with a dot from a plugin or an import; then ``tier`` (E0 to E4),
    ``outcome`` and ``evidence`` (uuids) say how well it is founded; else they are none and empty.
    """

    incident_id: int
    order_id: OrderId | None
    buyer_id: BuyerId | None
    kind: str
    at: datetime
    tier: int | None = None
    outcome: str = ""
    evidence: tuple[str, ...] = ()


ComplaintState = Literal[
    "collecting", "ready", "submitted", "more_info", "upheld", "partly", "rejected", "appealed", "settled",
    "withdrawn", "closed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ComplaintRequest:
    """A complaint that a plugin opens. ``platform``, ``ground``: one of ``complaint_grounds(platform)``.

    ``origin``, ``origin_id``: what it is for (``review_recovery.case``, 12); one that is open for the same origin and
    ground is not opened again. ``evidence``: uuids. ``deadline_at``: aware UTC, none for the checklist's own.
    """

    platform: str
    ground: str
    origin: str
    origin_id: int
    order_id: OrderId | None = None
    review_id: ReviewId | None = None
    buyer_id: BuyerId | None = None
    note: str = ""
    evidence: tuple[str, ...] = ()
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ComplaintSnapshot:
    """A complaint as a plugin sees it. ``outcome``: empty before one is heard; ``url``: its page, in a request."""

    id: int
    complaint_no: str
    platform: str
    ground: str
    state: ComplaintState
    outcome: Outcome | Literal[""]
    reference: str
    deadline_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class ComplaintDecided:
    """It was written down what came of a complaint. ``evidence``: uuids of all that goes with it, the decision's too.

    After an appeal it is announced again, with the later outcome. ``origin``, ``origin_id``: what it was opened for.
    """

    complaint_id: int
    platform: str
    ground: str
    outcome: Outcome
    order_id: OrderId | None
    review_id: ReviewId | None
    buyer_id: BuyerId | None
    origin: str
    origin_id: int | None
    evidence: tuple[str, ...]
    at: datetime
    actor: AccountId | None


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """Work that the worker does every ``seconds``, 10 at least. ``run`` is safe to repeat."""

    name: str
    seconds: int
    run: Callable[[], object]


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


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One line of the search page."""

    title: Text
    url: str
    permission: str
    note: Text = ""
    kind: Text = ""


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader needs to know of the shop and of the answers given for this file.

    ``date_order``: how ``05/03/2026`` is meant, None where nobody said. ``statuses``: a platform's status text to
    ours, for texts the reader does not know.
    """

    timezone: ZoneInfo
    currency: str
    date_order: Literal["dmy", "mdy"] | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)


# A row of a table is a list of cells in the order of the headings; a row of a JSON file is an object.
Row = Any


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """One layout of one platform's files.

    ``name``: unique, e.g. ``taobao.orders``. ``kinds``: what its rows hold, the row's own kind first.
    ``recognise(headings)``: whether these normalised headings (for JSON: the keys of the first object) are the
    layout; two formats that recognise the same headings are a fault of the formats. ``read(headings, rows, ctx)``:
    yields a record or a rejection for each thing found; ``rows`` yields ``(row number from 1, row)``; raises nothing
    for bad cells. ``literal_quotes``: quotes mean nothing (Amazon). ``slash_dates``: headings whose dates may read
    ``05/03/2026``.
    """

    name: str
    platform: str
    title: Text
    kinds: tuple[Kind, ...]
    recognise: Callable[[Sequence[str]], bool]
    read: Callable[[Sequence[str], Iterable[tuple[int, Row]], ReadContext], Iterator[Record | Rejection]]
    literal_quotes: bool = False
    slash_dates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoShop:
    """The demo shop while it is being filled: what a plugin needs to add its own rows. ``today``: aware UTC."""

    today: datetime
    order_ids: tuple[OrderId, ...]
    buyer_ids: tuple[BuyerId, ...]
    owner_id: AccountId
