"""Scripts, their published versions, and the runs through them."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.plugin_api import Base, BigId, SealedText, UtcDateTime

EXITS = ("end", "queue", "booked", "waiting_buyer", "refused", "on_hold", "unreachable", "new_request")


class ReviewScript(Base):
    """A script that somebody works on. ``text``: its draft as YAML, valid or not yet."""

    __tablename__ = "plugin_review_recovery_script"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class ReviewScriptVersion(Base):
    """A script as it was published: canonical JSON and its SHA-256. Written once, never changed.

    ``published_by``: the account, None for the script that is shipped.
    """

    __tablename__ = "plugin_review_recovery_script_version"
    __table_args__ = (
        UniqueConstraint("script_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    script_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plugin_review_recovery_script.id"))
    number: Mapped[int] = mapped_column(BigInteger)
    canonical: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(BigInteger)


class ReviewScriptRun(Base):
    """One conversation by a script for a case; it keeps the version it began with.

    ``booked_at``: the node at which this call was booked, empty for a first one. ``language``: what the buyer is spoken
    to in. ``case_id`` has no foreign key: a run stays where the case goes with a review that was taken back.
    """

    __tablename__ = "plugin_review_recovery_run"
    __table_args__ = (
        CheckConstraint("language in ('en', 'zh')", name="language"),
        Index("ix_plugin_review_recovery_run_case", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger)
    script_version_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plugin_review_recovery_script_version.id"))
    language: Mapped[str] = mapped_column(String(2))
    booked_at: Mapped[str] = mapped_column(String(40), default="")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_by: Mapped[int | None] = mapped_column(BigInteger)


class ReviewScriptStep(Base):
    """One step of a run, in order, added and never changed.

    ``node``: where it led, empty for the last one, which has ``ended``. ``outcome``: what led there from the node
    before; ``inputs``: what was written down there, kept as JSON in ``inputs_text``, which may be emptied; ``remarks``:
    what a guard said, or became of a message.
    """

    __tablename__ = "plugin_review_recovery_run_step"
    __table_args__ = (
        CheckConstraint("position >= 0", name="position"),
        CheckConstraint("(node = '') = (ended <> '')", name="place"),
        CheckConstraint(f"ended in ('', {', '.join(map(repr, EXITS))})", name="ended"),
    )

    run_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("plugin_review_recovery_run.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    node: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(40), default="")
    inputs_text: Mapped[str] = mapped_column(
        "inputs_encrypted", SealedText("plugin_review_recovery_run_step", "inputs"), default="", nullable=True
    )
    remarks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    ended: Mapped[str] = mapped_column(String(20), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def inputs(self) -> dict[str, str]:
        """What was written down, by the name of its variable; empty once its time is over."""
        found: dict[str, str] = json.loads(self.inputs_text) if self.inputs_text else {}
        return found


class ReviewScriptNote(Base):
    """What the buyer said, as it was written down. The text may be emptied once its time is over, else it stays."""

    __tablename__ = "plugin_review_recovery_run_note"

    run_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("plugin_review_recovery_run.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(
        "text_encrypted", SealedText("plugin_review_recovery_run_note", "text"), nullable=True
    )


class ReviewInvitation(Base):
    """The one invitation that a review ever gets: the key sees to that. Added and never changed (G3)."""

    __tablename__ = "plugin_review_recovery_invitation"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("plugin_review_recovery_run.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[int | None] = mapped_column(BigInteger)
