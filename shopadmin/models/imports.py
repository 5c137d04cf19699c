"""Imports: runs, their files, rows that were not taken, and what each changed row held before."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shopadmin.models.base import Base, BigId

STATES = (
    "uploaded",
    "staging",
    "staged",
    "applying",
    "applied",
    "cancelling",
    "cancelled",
    "undoing",
    "undone",
    "failed",
)


class ImportRun(Base):
    """One import of one or more files that belong together.

    uploaded → staging → staged (the dry run's counts stand) → applying → applied → undoing → undone;
    cancelling → cancelled takes back what was applied. A restart goes on from the state it finds.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint(f"state in {STATES}", name="state"),
        Index("ix_import_run_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    state: Mapped[str] = mapped_column(String(12), default="uploaded")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    # Answers given for the files: encoding, date order, status words.
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # How far the apply has come: kind and last staged row that is committed.
    applied_kind: Mapped[str] = mapped_column(String(20), default="")
    applied_seq: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class ImportFile(Base):
    """One uploaded file of a run. ``path`` is relative to the data folder; ``error`` a code when it was refused."""

    __tablename__ = "import_file"
    __table_args__ = (UniqueConstraint("run_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(255))
    path: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigId)
    platform: Mapped[str] = mapped_column(String(40), default="")
    layout: Mapped[str] = mapped_column(String(60), default="")
    encoding: Mapped[str] = mapped_column(String(20), default="")
    rows: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(60), default="")
    error_details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ImportCount(Base):
    """What became of one kind of record in one file. Counts of records; the dry run's, then the apply's."""

    __tablename__ = "import_count"
    __table_args__ = (UniqueConstraint("file_id", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("import_file.id"))
    kind: Mapped[str] = mapped_column(String(20))
    new: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)


class ImportRejection(Base):
    """A row that was not taken, with the reason's code, the heading and what stood there.

    Of a text that is too long, in characters: ``most`` that are kept, and its ``length``.
    """

    __tablename__ = "import_rejection"
    __table_args__ = (Index("ix_import_rejection_file", "file_id", "row"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("import_file.id"))
    row: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(40))
    field: Mapped[str] = mapped_column(String(120), default="")
    value: Mapped[str] = mapped_column(String(80), default="")
    most: Mapped[int | None]
    length: Mapped[int | None]


class ImportChange(Base):
    """What an updated row held before, and the revision the import left it at. New rows carry ``import_run_id``."""

    __tablename__ = "import_change"
    __table_args__ = (UniqueConstraint("run_id", "table_name", "row_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    table_name: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int] = mapped_column(BigId)
    revision: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSON)


class ImportMapping(Base):
    """How the owner mapped an unknown layout, remembered by its headings."""

    __tablename__ = "import_mapping"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    headings_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    platform: Mapped[str] = mapped_column(String(40))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
