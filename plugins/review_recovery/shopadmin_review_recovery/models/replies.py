"""Quick replies, and what was answered with them."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId, UtcDateTime

STAGES = ("first", "explain", "remedy", "follow_up", "closing")
LANGUAGES = ("en", "zh")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(map(repr, values))})"


class ReviewQuickReply(Base):
    """A text that is at hand. ``cause``, ``product_ref``: empty for any; ``keywords``: parted by commas.

    ``note``: for the team alone, never sent; ``uses``: in how many answers it went out.
    """

    __tablename__ = "plugin_review_recovery_quick_reply"
    __table_args__ = (
        UniqueConstraint("code", "language"),
        CheckConstraint(_one_of("language", LANGUAGES), name="language"),
        CheckConstraint(_one_of("stage", STAGES), name="stage"),
        CheckConstraint("uses >= 0", name="uses"),
        CheckConstraint("code <> '' and title <> '' and body <> ''", name="filled"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    cause: Mapped[str] = mapped_column(String(30), default="")
    product_ref: Mapped[str] = mapped_column(Text, default="")
    stage: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(80))
    keywords: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(500), default="")
    uses: Mapped[int] = mapped_column(BigInteger, default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class ReviewAnswer(Base):
    """An answer to a buyer that the gate let through, added and never changed. The text is the core's message.

    ``message_key``: under which it was asked for; ``cause``, ``product_ref``: of the case at that time, for what the
    table of replies lacks; ``reply_ids``: the quick replies in it, empty for one written by hand.
    """

    __tablename__ = "plugin_review_recovery_answer"
    __table_args__ = (
        Index("ix_plugin_review_recovery_answer_case", "case_id", "id"),
        Index("ix_plugin_review_recovery_answer_at", "at"),
        UniqueConstraint("message_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    message_key: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(2))
    cause: Mapped[str] = mapped_column(String(30), default="")
    product_ref: Mapped[str] = mapped_column(Text, default="")
    reply_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(BigInteger)
