"""Merges and splits of buyers: said by a person, written down, taken back without a trace in what the buyers were.

Nothing of the core is moved. A merge or split is a row; ended, it counts no more, so that both buyers are exactly what
they were. What is labelled with effect is told of each (``changes``).
"""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    ObjectionsError,
    OrderId,
    RefusedError,
    buyer_refs,
    buyer_snapshots,
    buyers_found,
    db,
    keep_buyer,
    lock_row,
    order_snapshots,
    orders_found,
    record_audit,
    writing,
)
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.models import BuyerMerge, BuyerSplit, Label
from shopadmin_buyer_labels.people_texts import problem
from shopadmin_buyer_labels.services import changes, staff
from shopadmin_buyer_labels.services.merged_suggestions import settle
from shopadmin_buyer_labels.services.people import same_people

LONGEST_WHY = 500
_SEES_ORDERS = "core.orders:read"
# Orders of one number: one of each platform at the most.
_MOST_ORDERS = 50
# Any constant: two merges on one PostgreSQL database that would close a circle together wait for each other.
_MERGES_LOCK = 7_310_101


def merge(actor: Actor, buyer_id: int, into_id: int, why: str, now: datetime | None = None) -> int:
    """Say that ``buyer_id`` is the same person as ``into_id``; returns the merge's id.

    Raises ForbiddenError; RefusedError for oneself, an unknown buyer or no reason; ObjectionsError where the buyer is
    merged already or the two would make a circle.
    """
    permissions.require(actor, permissions.MERGE)
    why, now = _why(why), now or datetime.now(UTC)
    if buyer_id == into_id:
        raise RefusedError(problem("same_buyer", "into_id"))
    with writing() as session:
        _hold(session)
        known = buyer_refs([buyer_id, into_id])
        for field, found in (("buyer_id", buyer_id), ("into_id", into_id)):
            if found not in known:
                raise RefusedError(problem("no_buyer", field))
        if _merged_into(session, buyer_id) is not None:
            raise ObjectionsError(problem("merged_already", "buyer_id"))
        if buyer_id in _chain(session, into_id):
            raise ObjectionsError(problem("merge_loop", "into_id"))
        _refuse_labelled_staff(session, (buyer_id, into_id))
        keep_buyer(buyer_id)
        keep_buyer(into_id)
        row = BuyerMerge(buyer_id=buyer_id, into_id=into_id, why=why, made_at=now, made_by=actor.account_id)
        session.add(row)
        session.flush()
        record_audit(actor, "buyer_labels.person.merged", "buyer", buyer_id, after={"into": into_id, "merge": row.id})
        _follow(session, actor, same_people([buyer_id])[buyer_id], now)
        return row.id


def join(actor: Actor, one: int, other: int, why: str, now: datetime | None = None) -> int:
    """Say that two buyers are the same person, whatever they are merged into already; returns the merge's id.

    Raises as ``merge``; ObjectionsError where the merges say so already.
    """
    if one == other:
        raise RefusedError(problem("same_buyer", "into_id"))
    with writing() as session:
        _hold(session)
        last = _chain(session, other)[-1]
        if last in _chain(session, one):
            raise ObjectionsError(problem("merge_loop", "into_id"))
        return merge(actor, last, one, why, now)


def meant(actor: Actor, text: str) -> int:
    """The buyer whom somebody means: by the number of an order of theirs, by what the core's own search finds a buyer
    by (name, phone, e-mail address), or by the buyer's own number (``17``, ``#17``). A number counts whole.

    Raises RefusedError for nobody, and for several, as when a number is one buyer's and another one's order's.
    """
    text = "" if "\0" in text else text.strip()
    found = _by_number(actor, text)
    if not found:
        for query in buyers_found(actor, text) if text else ():
            found |= set(db.session().scalars(query.limit(2)))
    if len(found) != 1:
        raise RefusedError(problem("several" if found else "no_buyer", "into_id"))
    return found.pop()


def _by_number(actor: Actor, text: str) -> set[int]:
    """The buyer of this number, and those of the orders of exactly this number, for those who may see orders."""
    bare, found = text.removeprefix("#"), set[int]()
    if bare.isascii() and bare.isdigit() and len(bare) < 19 and buyer_snapshots(actor, [int(bare)]):
        found.add(int(bare))
    for number in dict.fromkeys((text, bare)) if bare and actor.can(_SEES_ORDERS) else ():
        for query in orders_found(actor, number, is_whole=True):
            rows = db.session().execute(query.limit(_MOST_ORDERS))
            orders = order_snapshots([OrderId(row[0]) for row in rows])
            found |= {order.buyer_id for order in orders if order.buyer_id is not None}
    return found


def unmerge(actor: Actor, merge_id: int, now: datetime | None = None) -> None:
    """Take a merge back. Raises ForbiddenError, MissingError; ObjectionsError where it is ended."""
    permissions.require(actor, permissions.MERGE)
    with writing() as session:
        row = lock_row(session, BuyerMerge, merge_id)
        together = same_people([row.buyer_id])[row.buyer_id]
        now = _end(row, actor, now)
        session.flush()
        after = {"into": row.into_id, "merge": row.id}
        record_audit(actor, "buyer_labels.person.unmerged", "buyer", row.buyer_id, after=after)
        _follow(session, actor, together, now)


def is_split(buyer_id: int) -> bool:
    """Whether the buyer is said to be somebody else already."""
    stands = (BuyerSplit.buyer_id == buyer_id, BuyerSplit.ended_at.is_(None))
    return db.session().scalar(select(BuyerSplit.id).where(*stands)) is not None


def split(actor: Actor, buyer_id: int, why: str, now: datetime | None = None) -> int:
    """Say that a buyer is somebody else than those with the same identifiers; returns the split's id.

    Raises ForbiddenError; RefusedError for an unknown buyer or no reason; ObjectionsError where it is split off.
    """
    permissions.require(actor, permissions.MERGE)
    why, now = _why(why), now or datetime.now(UTC)
    with writing() as session:
        if buyer_id not in buyer_refs([buyer_id]):
            raise RefusedError(problem("no_buyer", "buyer_id"))
        together = same_people([buyer_id])[buyer_id]
        keep_buyer(buyer_id)
        row = BuyerSplit(buyer_id=buyer_id, why=why, made_at=now, made_by=actor.account_id)
        try:
            with session.begin_nested():
                session.add(row)
                session.flush()
        except IntegrityError as error:
            raise ObjectionsError(problem("split_already", "buyer_id")) from error
        record_audit(actor, "buyer_labels.person.split", "buyer", buyer_id, after={"split": row.id})
        _follow(session, actor, together, now)
        return row.id


def unsplit(actor: Actor, split_id: int, now: datetime | None = None) -> None:
    """Take a split back. Raises ForbiddenError, MissingError; ObjectionsError where it is ended."""
    permissions.require(actor, permissions.MERGE)
    with writing() as session:
        row = lock_row(session, BuyerSplit, split_id)
        now = _end(row, actor, now)
        session.flush()
        record_audit(actor, "buyer_labels.person.unsplit", "buyer", row.buyer_id, after={"split": row.id})
        _follow(session, actor, same_people([row.buyer_id])[row.buyer_id], now)


def _end(row: BuyerMerge | BuyerSplit, actor: Actor, now: datetime | None) -> datetime:
    if row.ended_at is not None:
        raise ObjectionsError(problem("ended_already"))
    row.ended_at, row.ended_by = now or datetime.now(UTC), actor.account_id
    return row.ended_at


def _why(text: str) -> str:
    text = text.strip()
    if not text or "\0" in text:
        raise RefusedError(problem("why_missing", "why"))
    if len(text) > LONGEST_WHY:
        raise RefusedError(problem("why_long", "why"))
    return text


def _hold(session: Session) -> None:
    """SQLite has one writer as it is."""
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_MERGES_LOCK)))


def _merged_into(session: Session, buyer_id: int) -> int | None:
    query = select(BuyerMerge.into_id).where(BuyerMerge.buyer_id == buyer_id, BuyerMerge.ended_at.is_(None))
    return session.scalar(query)


def _chain(session: Session, first: int) -> list[int]:
    """Whom a buyer is merged into, and whom that one is, to the end."""
    found, current = [first], _merged_into(session, first)
    while current is not None and current not in found:
        found.append(current)
        current = _merged_into(session, current)
    return found


def _refuse_labelled_staff(session: Session, pair: Collection[int]) -> None:
    """The shop's own people are not labelled, by a merge either."""
    everybody = {each for same in same_people(pair).values() for each in same}
    stands = (Label.buyer_id.in_(everybody), Label.revoked_at.is_(None), Label.corrected_at.is_(None))
    if staff.among_buyers(pair) and session.scalar(
        select(Label.id).where(*stands, Label.tombstoned_at.is_(None), Label.expires_at > datetime.now(UTC)).limit(1)
    ):
        raise ObjectionsError(problem("staff_labelled", "into_id"))


def _follow(session: Session, actor: Actor, buyer_ids: Collection[int], now: datetime) -> None:
    settle(session, actor, buyer_ids, now)
    tell(session, buyer_ids)


def tell(session: Session, buyer_ids: Collection[int]) -> None:
    """Tell of the labels of these buyers once the transaction is kept: who is who has changed."""
    changes.changed(session.scalars(select(Label.id).where(Label.buyer_id.in_(list(buyer_ids)))).all())
