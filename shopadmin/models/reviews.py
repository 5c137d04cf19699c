"""Reviews, their earlier versions, and the shop's replies."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId, Code


class Review(Base):
    """One review. ``key``: the platform's id (with the order number where ids repeat), or a keyed hash of its facts."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("platform", "key"),
        CheckConstraint("stars is null or stars between 1 and 5", name="stars"),
        CheckConstraint("answer in ('open', 'draft', 'posted', 'confirmed')", name="answer"),
        # The inbox: what is unanswered, bad ones first, the oldest of them on top.
        Index("ix_review_inbox", "answer", "inbox_rank", "created_at", "id"),
        Index("ix_review_rank", "inbox_rank", "created_at", "id"),
        Index("ix_review_created", "created_at", "id"),
        Index("ix_review_order", "order_id"),
        Index("ix_review_buyer", "buyer_id", "created_at"),
        Index("ix_review_order_no", "order_no"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(Code)
    order_no: Mapped[str] = mapped_column(Code, default="")
    line_no: Mapped[str] = mapped_column(default="")
    order_id: Mapped[int | None] = mapped_column(ForeignKey("shop_order.id"))
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("buyer.id"))
    buyer_name: Mapped[str] = mapped_column(default="")
    product_ref: Mapped[str] = mapped_column(default="")
    product_title: Mapped[str] = mapped_column(default="")
    spec: Mapped[str] = mapped_column(default="")
    stars: Mapped[int | None]
    grade: Mapped[str] = mapped_column(String(10), default="")
    # 0 bad, 1 any other: the inbox sorts by it, and one direction for all its columns lets it page by key.
    inbox_rank: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    followup_body: Mapped[str] = mapped_column(default="")
    followup_at: Mapped[datetime | None]
    # What stands on the platform as the shop's answer, by the newest import.
    platform_reply: Mapped[str] = mapped_column(default="")
    platform_reply_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(20), default="published")
    verified: Mapped[bool | None]
    photos: Mapped[list[str]] = mapped_column(JSON, default=list)
    text_version: Mapped[int] = mapped_column(default=1)
    answer: Mapped[str] = mapped_column(String(10), default="open")
    created_at: Mapped[datetime]
    import_run_id: Mapped[int | None] = mapped_column(BigId)
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class ReviewVersion(Base):
    """What a review said before its buyer changed it."""

    __tablename__ = "review_version"
    __table_args__ = (UniqueConstraint("review_id", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    version: Mapped[int]
    stars: Mapped[int | None]
    grade: Mapped[str] = mapped_column(String(10), default="")
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    followup_body: Mapped[str] = mapped_column(default="")
    replaced_at: Mapped[datetime]
    import_run_id: Mapped[int | None] = mapped_column(BigId)


class Reply(Base):
    """The shop's answer to a review: a text to copy to the platform. ``state``: draft, posted, confirmed."""

    __tablename__ = "review_reply"
    __table_args__ = (CheckConstraint("state in ('draft', 'posted', 'confirmed')", name="state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), unique=True)
    text: Mapped[str]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    # The version of the review that was answered: a later one shows as "edited since the reply".
    review_version: Mapped[int]
    written_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]
    posted_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012
