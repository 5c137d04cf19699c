"""The list of complaints, what is due first, and everything the page of one shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, func, select

from shopadmin.contract import Actor
from shopadmin.domain import complaints as rules
from shopadmin.domain.complaints import State
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.complaints import Complaint, ComplaintEvent, ComplaintEvidence
from shopadmin.models.evidence import Evidence
from shopadmin.models.orders import Order
from shopadmin.platforms.names import platforms
from shopadmin.services import lists
from shopadmin.services.complaints import labels, working
from shopadmin.services.evidence import packing, storing

REMINDERS = (timedelta(hours=72), timedelta(hours=24))
_BY_DEADLINE = (Complaint.deadline_at, Complaint.id)


def _search(term: str, actor: Actor) -> list[ColumnElement[bool]]:
    places = [lists.starts_with(Complaint.complaint_no, term), Complaint.reference.startswith(term, autoescape=True)]
    if actor.can("core.orders:read"):
        theirs = select(Order.id).where(lists.starts_with(Order.order_no, term))
        places.append(Complaint.order_id.in_(theirs))
    return places


def _in(*states: State) -> tuple[ColumnElement[bool], ...]:
    return tuple(Complaint.state == state.value for state in states)


COMPLAINTS = lists.ListSpec(
    query=select(
        Complaint.id, Complaint.complaint_no, Complaint.platform, Complaint.ground, Complaint.state, Complaint.outcome,
        Complaint.order_id, Complaint.deadline_at, Complaint.reference, Complaint.opened_at,
    ),
    id_column=Complaint.id,
    sorts=(
        lists.Sort("due", _("Due first"), _BY_DEADLINE, descending=False),
        lists.Sort("newest", _("Newest first"), (Complaint.id,)),
    ),
    filters=(
        lists.Filter("ground", _("Ground"), lambda value: Complaint.ground == value,
                     choices=tuple(labels.GROUNDS.items())),
        lists.Filter("from", _("From"), lambda instant: Complaint.opened_at >= instant, kind="from"),
        lists.Filter("to", _("To"), lambda instant: Complaint.opened_at < instant, kind="to"),
    ),
    views=(
        lists.View("open", _("Open"), _in(*rules.OPEN)),
        lists.View("decided", _("Decided"), _in(State.UPHELD, State.PARTLY, State.REJECTED), "newest"),
        lists.View("over", _("Over"), _in(State.SETTLED, State.WITHDRAWN, State.CLOSED), "newest"),
        lists.View("all", _("All"), (), "newest"),
    ),
    search=_search,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence of a complaint. ``text``: as ``storing.quoted`` gives it."""

    row: Evidence
    item: str
    text: str | None


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """An item of the checklist as it stands."""

    item: rules.Item
    is_done: bool


@dataclass(frozen=True, slots=True)
class Details:
    """A complaint with all that belongs to it. ``offered``: evidence of its order or review that it could use."""

    complaint: Complaint
    items: Sequence[CheckedItem]
    evidence: Sequence[Piece]
    offered: Sequence[Evidence]
    events: Sequence[tuple[ComplaintEvent, str]]
    order_no: str

    @property
    def is_growing(self) -> bool:
        """Whether evidence and notes are still taken."""
        return State(self.complaint.state) in rules.GROWING


def find(actor: Actor, complaint_id: int) -> Complaint | None:
    """The complaint if the actor may see it."""
    query = COMPLAINTS.scope(select(Complaint).where(Complaint.id == complaint_id), actor)
    return db.session().scalars(query).one_or_none()


def is_evidence_visible(actor: Actor, evidence_id: int) -> bool:
    """Whether a complaint that the actor may see has this evidence."""
    query = (
        select(Complaint.id)
        .join(ComplaintEvidence, ComplaintEvidence.complaint_id == Complaint.id)
        .where(ComplaintEvidence.evidence_id == evidence_id)
    )
    return db.session().scalar(COMPLAINTS.scope(query, actor).limit(1)) is not None


def load_details(actor: Actor, found: Complaint) -> Details:
    """Everything the page of a complaint shows."""
    session = db.session()
    used = (
        select(Evidence, ComplaintEvidence.item)
        .join(ComplaintEvidence, ComplaintEvidence.evidence_id == Evidence.id)
        .where(ComplaintEvidence.complaint_id == found.id)
        .order_by(Evidence.captured_at, Evidence.id)
    )
    pieces = [Piece(row, item, storing.quoted(row)) for row, item in session.execute(used)]
    checklist = rules.checklist(found.platform, found.ground)
    attached = working.attached(session, found.id)
    history = (
        select(ComplaintEvent, func.coalesce(Account.name, ""))
        .outerjoin(Account, Account.id == ComplaintEvent.by)
        .where(ComplaintEvent.complaint_id == found.id)
        .order_by(ComplaintEvent.id.desc())
    )
    order_no = session.scalar(select(Order.order_no).where(Order.id == found.order_id)) if found.order_id else ""
    return Details(
        complaint=found,
        items=[
            CheckedItem(item, rules.is_done(item, found.checked, attached))
            for item in (checklist.items if checklist else ())
        ],
        evidence=pieces,
        offered=_offered(actor, found, {piece.row.id for piece in pieces}),
        events=[(event, name) for event, name in session.execute(history)],
        order_no=order_no or "",
    )


def _offered(actor: Actor, found: Complaint, used: set[int]) -> list[Evidence]:
    places = (("order", found.order_id, "core.orders:read"), ("review", found.review_id, "core.reviews:read"))
    return [
        row
        for subject, subject_id, permission in places
        if subject_id is not None and actor.can(permission)
        for row in storing.of_subject(subject, subject_id)
        if row.id not in used
    ]


@dataclass(frozen=True, slots=True)
class Due:
    """How many open complaints are due soon, and when the first is."""

    count: int
    first: datetime | None


def due(now: datetime) -> Due:
    """Open complaints whose deadline is within the longest reminder, or over. ``now``: aware UTC."""
    soon = [Complaint.state.in_([state.value for state in rules.OPEN]), Complaint.deadline_at < now + REMINDERS[0]]
    row = db.session().execute(select(func.count(Complaint.id), func.min(Complaint.deadline_at)).where(*soon)).one()
    return Due(row[0], row[1])


def as_pack(details: Details) -> packing.Pack:
    """What the pack of a complaint is made of: nothing in it depends on who packs it, or when."""
    found = details.complaint
    about = {"platform": found.platform, "ground": found.ground, "order_no": details.order_no,
             "complaint_no": found.complaint_no}  # fmt: skip
    return packing.Pack(
        subject="complaint",
        subject_id=found.id,
        title=_("Evidence for a complaint: %(ground)s", ground=labels.GROUNDS[found.ground]),
        facts=[
            # Not platform_name(), which speaks the reader's language: the cover has its own.
            (_("Platform"), platforms().get(found.platform, found.platform)),
            (_("Ground"), labels.GROUNDS[found.ground]),
            (_("Order number"), details.order_no),
            (_("Complaint"), found.complaint_no),
        ],
        about=about,
        evidence=[piece.row for piece in details.evidence],
    )
