"""Messages to buyers, who may be written to, and every decision of the gate.

None of these refers to a buyer's row by a foreign key: what a buyer agreed to or refused outlives the row, as an import
may be undone and come again, and personal data may be erased. ``person`` is a keyed hash of the buyer's reference.
"""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId, Code

# In a message: waiting, with a channel now, and how it ended.
STATES = (
    "queued", "sending", "sent", "delivered", "failed", "bad_number", "duplicate", "blocked", "suppressed", "unknown",
)  # fmt: skip
MEDIA = "'email', 'text', 'chat', 'call'"
_IN_FORCE = text("withdrawn_at is null")
_NOT_LIFTED = text("lifted_at is null")


# PostgreSQL can tell whether two such values are the same, which lists that join several tabs need; of JSON it cannot.
LIST = JSON().with_variant(JSONB(), "postgresql")


class Consent(Base):
    """A buyer agreed to messages of one purpose. ``basis``: how, in a word of services/messages/consents.py."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("purpose in ('marketing', 'invitation')", name="purpose"),
        Index(
            "uq_consent_in_force", "person", "purpose",
            unique=True, sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person: Mapped[bytes] = mapped_column(LargeBinary(16))
    purpose: Mapped[str] = mapped_column(String(12))
    basis: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(500), default="")
    given_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(BigId)


class DoNotContact(Base):
    """Nobody writes to or calls this phone, address or account. ``value_hash``: of the canonical form.

    ``hint``: as little of it as tells two entries apart. Imports do not know the table; erasing a buyer leaves it.
    """

    __tablename__ = "do_not_contact"
    __table_args__ = (
        CheckConstraint("kind in ('phone', 'email', 'nick')", name="kind"),
        CheckConstraint("why in ('refused', 'stop', 'wrong_person', 'other')", name="why"),
        Index(
            "uq_do_not_contact_in_force", "kind", "value_hash",
            unique=True, sqlite_where=_NOT_LIFTED, postgresql_where=_NOT_LIFTED,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    value_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    hint: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(500), default="")
    blocked_at: Mapped[datetime]
    blocked_by: Mapped[int | None] = mapped_column(BigId)
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = mapped_column(BigId)
    lift_reason: Mapped[str] = mapped_column(String(500), default="")


class OutboxMessage(Base):
    """One message, or one call, on its way to one buyer. ``key``: the sender's own, so that twice is once.

    ``contact_at``: when it reaches the buyer, by which the caps count; NULL for one that never did and will not.
    ``content_encrypted``: destination, subject and text as they go out. ``request_hash``: by which another message
    under the same key is noticed. ``verdict``, ``reasons``: the gate's last decision; all are in ``contact_decision``.
    ``reference``: the channel's name of it for the other side, ``remote_ref``: the other side's own. ``may_be_out_at``:
    when an attempt ended without anybody knowing whether it went out; such a message is never said not to have.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint(f"medium in ({MEDIA})", name="medium"),
        CheckConstraint("purpose in ('service', 'marketing')", name="purpose"),
        CheckConstraint(f"state in ({', '.join(repr(state) for state in STATES)})", name="state"),
        CheckConstraint("verdict in ('allow', 'hold', 'deny')", name="verdict"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_outbox_message_due", "state", "next_attempt_at", "id"),
        Index("ix_outbox_message_state", "state", "id"),
        Index("ix_outbox_message_person", "person", "contact_at"),
        Index("ix_outbox_message_destination", "destination_hash", "contact_at"),
        Index("ix_outbox_message_buyer", "buyer_id", "id"),
        Index("ix_outbox_message_reference", "reference"),
        Index("ix_outbox_message_remote", "remote_ref"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(Code)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    channel: Mapped[str] = mapped_column(String(40))
    medium: Mapped[str] = mapped_column(String(8))
    purpose: Mapped[str] = mapped_column(String(12))
    basis: Mapped[str] = mapped_column(String(12))
    blocks: Mapped[list[str]] = mapped_column(LIST)
    case_ref: Mapped[str] = mapped_column(String(120), default="")
    review_ref: Mapped[str] = mapped_column(String(120), default="")
    buyer_id: Mapped[int] = mapped_column(BigId)
    person: Mapped[bytes] = mapped_column(LargeBinary(16))
    destination_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    content_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12))
    verdict: Mapped[str] = mapped_column(String(8))
    reasons: Mapped[list[str]] = mapped_column(LIST)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    contact_at: Mapped[datetime | None]
    is_connected: Mapped[bool] = mapped_column(default=False)
    lease_owner: Mapped[str] = mapped_column(String(60), default="")
    lease_until: Mapped[datetime | None]
    reference: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    remote_ref: Mapped[str | None] = mapped_column(String(120))
    may_be_out_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigId)
    finished_at: Mapped[datetime | None]
    finished_by: Mapped[int | None] = mapped_column(BigId)


class ContactDecision(Base):
    """What the gate answered, each time it was asked. Rows are added and never changed."""

    __tablename__ = "contact_decision"
    __table_args__ = (
        CheckConstraint("moment in ('asked', 'sending')", name="moment"),
        CheckConstraint("verdict in ('allow', 'hold', 'deny')", name="verdict"),
        Index("ix_contact_decision_message", "message_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]
    moment: Mapped[str] = mapped_column(String(8))
    verdict: Mapped[str] = mapped_column(String(8))
    reasons: Mapped[list[str]] = mapped_column(LIST)
    hold_until: Mapped[datetime | None]
