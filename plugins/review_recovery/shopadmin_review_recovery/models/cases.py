"""Cases, what happened in them, and what is to be done later."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId, SealedText, UtcDateTime
from shopadmin_review_recovery.domain.deadlines import TARGETS
from shopadmin_review_recovery.domain.facts import FACTS
from shopadmin_review_recovery.domain.states import ENDED, OPEN, STATES


def _one_of(column: str, values: Sequence[str]) -> str:
    return f"{column} in ({', '.join(map(repr, values))})"


class ReviewCase(Base):
    """One case for one review, opened once.

    ``review_id``: None once the review is gone because its import was undone; its number may then be another's.
    ``stars``, ``grade``: of the newest version, one of the two as the platform has it; ``urgency`` is by either.
    ``fact``, ``cause``: section 3 of the rules; ``cause`` is the proposal until somebody confirms it,
    ``further_causes`` are confirmed beside it, and ``proposals`` is what triage said last:
    ``[{"code", "confidence", "because"}]``, best first. ``held_from``: the state that a case on hold goes back to.
    Clock: ``used_seconds`` of business time were used up to ``clock_since``, from which it runs on; None while it
    stands. A due time is None while the clock stands; ``burns_at`` is the next of the two and
    of ``planned_at``, the next thing to be done later, the end of time for none.
    ``first_used_seconds``: business time until ``touched_at``, None also where that was before it was kept.
    ``warned``: 0 nothing told yet, 1 at 80 %, 2 at 100 %. ``review_version``: the version of the review that was
    looked at.
    """

    __tablename__ = "plugin_review_recovery_case"
    __table_args__ = (
        CheckConstraint(_one_of("state", STATES), name="state"),
        CheckConstraint(_one_of("fact", FACTS), name="fact"),
        CheckConstraint(_one_of("urgency", tuple(TARGETS)), name="urgency"),
        CheckConstraint("stars is null or stars between 1 and 5", name="stars"),
        CheckConstraint("used_seconds >= 0", name="used"),
        # Closing needs an outcome and a reason, and nothing that is open has them.
        CheckConstraint(
            f"({_one_of('state', OPEN)} and closed_at is null and outcome = '')"
            f" or ({_one_of('state', ENDED)} and closed_at is not null and outcome <> '' and reason <> '')",
            name="closed",
        ),
        CheckConstraint("(cause_confirmed_at is null) or (cause is not null)", name="confirmed"),
        Index("ix_plugin_review_recovery_case_burns", "burns_at", "id"),
        Index("ix_plugin_review_recovery_case_state", "state", "burns_at", "id"),
        Index("ix_plugin_review_recovery_case_assigned", "assigned_to", "burns_at", "id"),
        Index("ix_plugin_review_recovery_case_opened", "opened_at", "id"),
        # All that the reports of causes ask of a case: they count from the index alone.
        Index(
            "ix_plugin_review_recovery_case_counted",
            "reviewed_at", "state", "cause", "cause_confirmed_at", "platform", "product_ref", "order_id",
        ),
        Index("ix_plugin_review_recovery_case_product", "product_ref", "reviewed_at"),
        Index("ix_plugin_review_recovery_case_order", "order_id"),
        Index("ix_plugin_review_recovery_case_number", "order_no"),
        Index("ix_plugin_review_recovery_case_buyer", "buyer_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    review_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    order_id: Mapped[int | None] = mapped_column(BigInteger)
    buyer_id: Mapped[int | None] = mapped_column(BigInteger)
    order_no: Mapped[str] = mapped_column(String(100), default="")
    platform: Mapped[str] = mapped_column(String(40), default="")
    product_ref: Mapped[str] = mapped_column(Text, default="")
    stars: Mapped[int | None] = mapped_column(SmallInteger)
    grade: Mapped[str] = mapped_column(String(10), default="")
    fact: Mapped[str] = mapped_column(String(30), default="none")
    cause: Mapped[str | None] = mapped_column(String(30))
    further_causes: Mapped[list[str]] = mapped_column(JSON, default=list)
    proposals: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    cause_confirmed_by: Mapped[int | None] = mapped_column(BigInteger)
    cause_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(30), default="new")
    held_from: Mapped[str | None] = mapped_column(String(30))
    assigned_to: Mapped[int | None] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    urgency: Mapped[str] = mapped_column(String(10))
    used_seconds: Mapped[int] = mapped_column(BigInteger, default=0)
    clock_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_resolve_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    burns_at: Mapped[datetime] = mapped_column(UtcDateTime)
    warned: Mapped[int] = mapped_column(SmallInteger, default=0)
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_used_seconds: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    review_version: Mapped[int] = mapped_column(BigInteger, default=1)
    version: Mapped[int] = mapped_column(BigInteger, default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ReviewCaseEvent(Base):
    """One line of a case's timeline, never changed. ``by``: the account, None for the program."""

    __tablename__ = "plugin_review_recovery_case_event"
    __table_args__ = (
        Index("ix_plugin_review_recovery_case_event_case", "case_id", "id"),
        Index("ix_plugin_review_recovery_case_event_code", "code", "case_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plugin_review_recovery_case.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ReviewCaseText(Base):
    """What a person wrote beside a line of the timeline; it goes when its time is over, the line stays."""

    __tablename__ = "plugin_review_recovery_case_text"
    __table_args__ = (Index("ix_plugin_review_recovery_case_text_case", "case_id"),)

    event_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("plugin_review_recovery_case_event.id"), primary_key=True, autoincrement=False
    )
    case_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column("text_encrypted", SealedText("plugin_review_recovery_case_text", "text"))


class ReviewCaseFollowUp(Base):
    """Something to do for a case at a time: a booked call, asking whether the parcel came. ``done_at``: when it was."""

    __tablename__ = "plugin_review_recovery_follow_up"
    __table_args__ = (
        CheckConstraint("kind in ('call', 'remedy_check', 'other')", name="kind"),
        Index("ix_plugin_review_recovery_follow_up_case", "case_id"),
        Index("ix_plugin_review_recovery_follow_up_due", "done_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plugin_review_recovery_case.id"))
    kind: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(
        "note_encrypted", SealedText("plugin_review_recovery_follow_up", "note"), default="", nullable=True
    )
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    done_by: Mapped[int | None] = mapped_column(BigInteger)


class ReviewRecoveryMemo(Base):
    """What the program remembers by name: how far it has looked, the calendar that due times were made with."""

    __tablename__ = "plugin_review_recovery_memo"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
