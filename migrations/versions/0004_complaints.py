"""Evidence of any kind, complaints to platforms, incidents that plugins record

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIST = sa.JSON().with_variant(JSONB(), "postgresql")
CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
KINDS = "'picture', 'chat', 'call', 'order', 'logistics', 'decision'"
STATES = (
    "'collecting', 'ready', 'submitted', 'more_info', 'upheld', 'partly', 'rejected', 'appealed', 'settled', "
    "'withdrawn', 'closed'"
)
# Pictures of orders become evidence: shot and kept at the same moment, as nobody said otherwise; the shop's own record.
TO_EVIDENCE = """
insert into evidence (uuid, subject, subject_id, kind, file_name, media_type, size, sha256, shown_sha256, captured_at,
    source, tier, uploaded_by, uploaded_at)
select uuid, subject, subject_id, 'picture', file_name, media_type, size, sha256, shown_sha256, uploaded_at, '', 1,
    uploaded_by, uploaded_at from attachment order by id
"""
TO_ATTACHMENT = """
insert into attachment (uuid, subject, subject_id, file_name, media_type, size, sha256, shown_sha256, uploaded_by,
    uploaded_at)
select uuid, subject, subject_id, file_name, media_type, size, sha256, shown_sha256, uploaded_by, uploaded_at
from evidence where subject = 'order' and kind = 'picture' and uploaded_by is not null order by id
"""
INCIDENT = {"buyer_id": ID, "tier": sa.Integer(), "outcome": sa.String(length=40), "evidence": LIST}


def upgrade() -> None:
    _make_evidence()
    op.execute(TO_EVIDENCE)
    op.drop_index("ix_attachment_subject", table_name="attachment")
    op.drop_table("attachment")
    for name, kind in INCIDENT.items():
        op.add_column("incident", sa.Column(name, kind, nullable=True))
    op.create_index("ix_incident_buyer", "incident", ["buyer_id", "kind"], unique=False)
    _make_complaints()


def _make_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", ID, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("shown_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("captured_at", TIME, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", ID, nullable=True),
        sa.Column("uploaded_at", TIME, nullable=False),
        sa.CheckConstraint(f"kind in ({KINDS})", name=op.f("ck_evidence_kind")),
        sa.CheckConstraint("tier between 0 and 4", name=op.f("ck_evidence_tier")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name=op.f("fk_evidence_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("uuid", name=op.f("uq_evidence_uuid")),
    )
    op.create_index("ix_evidence_subject", "evidence", ["subject", "subject_id"], unique=False)


def _make_complaints() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", ID, nullable=False),
        sa.Column("complaint_no", CODE, nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("order_id", ID, nullable=True),
        sa.Column("review_id", ID, nullable=True),
        sa.Column("buyer_id", ID, nullable=True),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("origin_id", ID, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("checked", LIST, nullable=False),
        sa.Column("deadline_at", TIME, nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("opened_by", ID, nullable=True),
        sa.Column("submitted_at", TIME, nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"state in ({STATES})", name=op.f("ck_complaint_state")),
        sa.CheckConstraint(
            "outcome in ('', 'upheld', 'partly', 'rejected', 'settled', 'withdrawn')", name=op.f("ck_complaint_outcome")
        ),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyer.id"], name=op.f("fk_complaint_buyer_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_complaint_opened_by")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_complaint_order_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_complaint_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("complaint_no", name=op.f("uq_complaint_complaint_no")),
    )
    op.create_index("ix_complaint_buyer_id", "complaint", ["buyer_id"], unique=False)
    op.create_index("ix_complaint_due", "complaint", ["deadline_at", "id"], unique=False)
    op.create_index("ix_complaint_order_id", "complaint", ["order_id"], unique=False)
    op.create_index("ix_complaint_origin", "complaint", ["origin", "origin_id"], unique=False)
    op.create_index("ix_complaint_review_id", "complaint", ["review_id"], unique=False)
    op.create_index("ix_complaint_state", "complaint", ["state", "deadline_at", "id"], unique=False)
    op.create_table(
        "complaint_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("complaint_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", ID, nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_complaint_event_by")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_event_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_event")),
    )
    op.create_index("ix_complaint_event_complaint", "complaint_event", ["complaint_id", "id"], unique=False)
    op.create_table(
        "complaint_evidence",
        sa.Column("id", ID, nullable=False),
        sa.Column("complaint_id", ID, nullable=False),
        sa.Column("evidence_id", ID, nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_evidence_complaint_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_complaint_evidence_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_evidence")),
        sa.UniqueConstraint("complaint_id", "evidence_id", name=op.f("uq_complaint_evidence_complaint_id_evidence_id")),
    )
    op.create_index("ix_complaint_evidence_evidence_id", "complaint_evidence", ["evidence_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_complaint_evidence_evidence_id", table_name="complaint_evidence")
    op.drop_table("complaint_evidence")
    op.drop_index("ix_complaint_event_complaint", table_name="complaint_event")
    op.drop_table("complaint_event")
    for name in ("buyer_id", "due", "order_id", "origin", "review_id", "state"):
        op.drop_index(f"ix_complaint_{name}", table_name="complaint")
    op.drop_table("complaint")
    op.drop_index("ix_incident_buyer", table_name="incident")
    with op.batch_alter_table("incident") as table:
        for name in INCIDENT:
            table.drop_column(name)
    _make_attachments()
    op.execute(TO_ATTACHMENT)
    op.drop_index("ix_evidence_subject", table_name="evidence")
    op.drop_table("evidence")


def _make_attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", ID, nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("shown_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("uploaded_by", ID, nullable=False),
        sa.Column("uploaded_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name=op.f("fk_attachment_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("uuid", name=op.f("uq_attachment_uuid")),
    )
    op.create_index("ix_attachment_subject", "attachment", ["subject", "subject_id"], unique=False)
