"""Reviews: the inbox, one review with everything around it, and the shop's reply from draft to posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, or_, select

from shopadmin import hook_calls
from shopadmin.contract import Actor, BuyerId, OrderId, Problem, ReviewChanged, ReviewId, ReviewSnapshot
from shopadmin.domain.reviews import ReplyState, is_edited_since_reply
from shopadmin.models import db
from shopadmin.models.orders import Order
from shopadmin.models.products import Product
from shopadmin.models.reviews import Reply, Review, ReviewVersion
from shopadmin.services import audit, lists, orders, wording
from shopadmin.services.conflicts import ChangedMeanwhileError, MissingError, ObjectionsError, RefusedError
from shopadmin.services.transactions import after_commit, writing

LONGEST_REPLY = 4000
RANKS = (0, 1)


def _search(term: str, actor: Actor) -> list[ColumnElement[bool]]:
    """Words of the text as they stand, two-character Chinese ones too; the beginning of an order number for those who
    may read orders: else it could be guessed digit by digit.
    """
    texts = (Review.body, Review.title, Review.followup_body, Review.product_title)
    places = [or_(*(text.icontains(term, autoescape=True) for text in texts))]
    return [*places, lists.starts_with(Review.order_no, term)] if actor.can("core.orders:read") else places


def _with_answer(*answers: str) -> tuple[ColumnElement[bool], ...]:
    """One branch for each place of the inbox's index: answer and rank are its first columns."""
    return tuple(and_(Review.answer == answer, Review.inbox_rank == rank) for answer in answers for rank in RANKS)


_BY_TIME = (Review.created_at, Review.id)

REVIEWS = lists.ListSpec(
    query=select(
        Review.id, Review.platform, Review.order_no, Review.order_id, Review.buyer_id, Review.buyer_name,
        Review.product_ref, Review.product_title, Review.stars, Review.grade, Review.inbox_rank, Review.title,
        Review.body, Review.answer, Review.text_version, Review.created_at,
    ),
    id_column=Review.id,
    sorts=(
        lists.Sort("inbox", _("Bad ones first, the oldest on top"), (Review.inbox_rank, *_BY_TIME), descending=False),
        lists.Sort("newest", _("Newest first"), _BY_TIME),
        lists.Sort("oldest", _("Oldest first"), _BY_TIME, descending=False),
    ),
    filters=(
        lists.Filter("from", _("From"), lambda instant: Review.created_at >= instant, kind="from"),
        lists.Filter("to", _("To"), lambda instant: Review.created_at < instant, kind="to"),
    ),
    search=_search,
    views=(
        lists.View("unanswered", _("Unanswered"), _with_answer("open", "draft"), "inbox"),
        lists.View("bad", _("≤ 3★"), (Review.inbox_rank == 0,), "newest"),
        lists.View("answered", _("Answered"), _with_answer("posted", "confirmed"), "newest"),
        lists.View("all", _("All"), (), "newest"),
    ),
)  # fmt: skip


def snapshot(row: Any) -> ReviewSnapshot:
    """What plugins see of a review: a row of the list, or the review itself."""
    return ReviewSnapshot(
        id=ReviewId(row.id),
        platform=row.platform,
        stars=row.stars,
        grade=row.grade,
        title=row.title,
        body=row.body,
        created_at=row.created_at,
        order_id=None if row.order_id is None else OrderId(row.order_id),
        buyer_id=None if row.buyer_id is None else BuyerId(row.buyer_id),
        product_ref=row.product_ref,
    )


def find(actor: Actor, review_id: int, lock: bool = False) -> Review | None:
    """The review if the actor may see it: the same scope as the list. ``lock``: for a change in this transaction."""
    query = REVIEWS.scope(select(Review).where(Review.id == review_id), actor)
    return db.session().scalars(query.with_for_update() if lock else query).one_or_none()


def replied_versions(review_ids: Sequence[int]) -> dict[int, int]:
    """Which version of its text each review's reply answers; one query for a page of reviews."""
    query = select(Reply.review_id, Reply.review_version).where(Reply.review_id.in_(review_ids))
    return dict(db.session().execute(query).all())


def is_edited(review: Any, replied_version: int | None) -> bool:
    """Whether the buyer changed the review after the shop answered it."""
    if replied_version is None:
        return False
    state = ReplyState(review.answer) if review.answer in set(ReplyState) else ReplyState.DRAFT
    return is_edited_since_reply(state, review.text_version, replied_version)


@dataclass(frozen=True, slots=True)
class ReviewDetails:
    """What the review's page shows beside the review. ``order``: only for those who may read orders."""

    reply: Reply | None
    is_edited: bool
    versions: Sequence[ReviewVersion]
    order: Order | None
    product_title: str


def load_details(actor: Actor, review: Review) -> ReviewDetails:
    """Reply, earlier versions, order and product of a review."""
    session = db.session()
    reply = session.scalars(select(Reply).where(Reply.review_id == review.id)).one_or_none()
    versions = select(ReviewVersion).where(ReviewVersion.review_id == review.id).order_by(ReviewVersion.version.desc())
    order = None
    if review.order_id is not None and actor.can("core.orders:read"):
        order = orders.find(actor, review.order_id)
    title = review.product_title
    if not title and review.product_ref:
        known = select(Product.title).where(Product.platform == review.platform, Product.ref == review.product_ref)
        title = session.scalar(known) or review.product_ref
    return ReviewDetails(
        reply=reply,
        is_edited=is_edited(review, reply.review_version if reply else None),
        versions=session.scalars(versions).all(),
        order=order,
        product_title=title,
    )


def save_draft(actor: Actor, review_id: int, text: str, revision: int, text_version: int) -> None:
    """Keep a reply as a draft. ``revision``: of the reply that the actor saw, 0 for none; ``text_version``: of the
    review that was read.

    A text that the wording check blocks is refused. Raises MissingError, RefusedError, and ChangedMeanwhileError when
    the buyer or a colleague was faster.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_REPLY or "\0" in text:
        message = _("A reply has between 1 and %(count)s characters.", count=LONGEST_REPLY)
        raise RefusedError(Problem("text", message, "text"))
    if problems := wording.problems(text, "reply", "text"):
        raise RefusedError(*problems)
    with writing() as session:
        review, reply = _load(actor, review_id, revision, text_version, wanted=text)
        if reply is None:
            reply = Reply(review_id=review.id)
            session.add(reply)
        before = {"state": reply.state} if reply.id else {}
        reply.text, reply.state, reply.review_version = text, "draft", review.text_version
        reply.written_by, reply.written_at = actor.account_id, datetime.now(UTC)
        reply.posted_at = reply.confirmed_at = None
        review.answer = "draft"
        after = {"state": "draft", "characters": len(text)}
        audit.record(actor, "core.reply.drafted", "review", review.id, before=before, after=after)


def mark_posted(actor: Actor, review_id: int, revision: int, text_version: int) -> None:
    """Say that the draft now stands on the platform; a later import confirms it.

    Raises MissingError, ChangedMeanwhileError, and ObjectionsError where there is no draft.
    """
    with writing():
        review, reply = _load(actor, review_id, revision, text_version, wanted="posted")
        if reply is None or reply.state != "draft":
            raise ObjectionsError(Problem("no_draft", _("There is no draft to post.")))
        now = datetime.now(UTC)
        reply.state, reply.posted_at = "posted", now
        review.answer = "posted"
        audit.record(
            actor, "core.reply.posted", "review", review.id, before={"state": "draft"}, after={"state": "posted"}
        )
        event = ReviewChanged(ReviewId(review.id), "replied", now)
        after_commit(lambda: hook_calls.review_changed(event))


def _load(actor: Actor, review_id: int, revision: int, text_version: int, wanted: str) -> tuple[Review, Reply | None]:
    """Review and reply as the actor saw them, locked."""
    review = find(actor, review_id, lock=True)
    if review is None:
        raise MissingError(review_id)
    reply = db.session().scalars(select(Reply).where(Reply.review_id == review.id)).one_or_none()
    if (reply.revision if reply else 0) != revision:
        message = _("Somebody else wrote a reply after you opened this review.")
        raise ChangedMeanwhileError(Problem("reply_changed", message), wanted, reply.text if reply else "")
    if review.text_version != text_version:
        message = _("The buyer changed the review after you opened it. Read it again.")
        raise ChangedMeanwhileError(Problem("review_changed", message), wanted, review.body)
    return review, reply
