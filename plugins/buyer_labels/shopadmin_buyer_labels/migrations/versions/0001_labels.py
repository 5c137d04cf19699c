"""Labels, what proves them, and what happened to them

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PREFIX = "plugin_buyer_labels_"
LABEL = f"{PREFIX}label"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# What happened is added to; a label is taken away only as a tombstone.
GRANTS = {"label": "select, insert, update", "event": "select, insert, update"}

BY_PLATFORM = (
    "'refund.false_not_received', 'refund.item_swapped', 'refund.empty_parcel', 'claim.counterfeit_unfounded',"
    " 'claim.serial_identical_text', 'claim.coercive_settlement', 'review.extortion_demand',"
    " 'payment.chargeback_represented_won', 'delivery.cod_refused_repeat'"
)
BY_SHOP = "'promo.multi_account', 'conduct.threat_to_staff', 'identity.impersonation_victim', 'identity.shared_contact'"
CHECKS = {
    "code": f"code in ({BY_PLATFORM}, {BY_SHOP}, 'clear.reviewed_ok')",
    "tier": "tier between 0 and 4 and evidence_tier between 0 and tier",
    "min_tier": f"min_tier = case when code in ({BY_PLATFORM}) then 2 when code in ({BY_SHOP}) then 1 else 0 end",
    "severity": "severity >= 1 and severity <= case when tier < 3 then tier + 1 else 4 end",
    "expires": "expires_at > created_at and expires_at <= latest_at",
    "founded": "submitted_at is null or (evidence_tier >= min_tier and evidence_tier = tier)",
    "own_fault": (
        "submitted_at is null or (own_fault is not null and"
        " not (own_fault and (substr(code, 1, 6) = 'claim.' or substr(code, 1, 7) = 'review.')))"
    ),
    "reviewer": (
        "reviewed_by is null or (cooling_until is not null and reviewed_at >= cooling_until)"
        " or (reviewed_by <> coalesce(created_by, 0)"
        " and reviewed_by <> coalesce(edited_by, 0) and reviewed_by <> coalesce(submitted_by, 0))"
    ),
    "reviewed": "(reviewed_at is null) = (reviewed_by is null)",
    "noticed": "noticed_at is null or (submitted_at is not null and reviewed_at is not null)",
    "told": "(notice_sent_at is null and notice_impossible_at is null) or noticed_at is not null",
    "suspended": (
        "suspended_why in ('', 'by_hand', 'rejected', 'overdue') and (suspended_at is null) = (suspended_why = '')"
    ),
    "revoked": (
        "revoked_why in ('', 'by_hand', 'withdrawn', 'overturned') and (revoked_at is null) = (revoked_why = '')"
    ),
    "origin": "origin in ('', 'incident', 'import', 'list')",
}


def upgrade() -> None:
    op.create_table(
        LABEL,
        sa.Column("id", BIG_ID, nullable=False),
        _big("buyer_id"), _text("code", 40), _small("taxonomy"),
        _small("tier"), _small("evidence_tier"), _small("min_tier"), _small("severity"),
        sa.Column("happened_on", sa.Date(), nullable=False), _sealed("note"),
        _text("origin", 10), _text("origin_id", 100), _big("renewed_from", True),
        _instant("created_at"), _big("created_by", True), _big("edited_by", True),
        sa.Column("own_fault", sa.Boolean(), nullable=True), _sealed("own_fault_note"),
        sa.Column("contacted_on", sa.Date(), nullable=True),
        _instant("submitted_at", True), _big("submitted_by", True), _instant("cooling_until", True),
        _instant("reviewed_at", True), _big("reviewed_by", True), _sealed("review_note"),
        _instant("noticed_at", True), _sealed("notice_text"),
        _instant("notice_sent_at", True), _instant("notice_impossible_at", True), _sealed("notice_impossible"),
        _instant("latest_at"), _instant("expires_at"),
        _instant("suspended_at", True), _text("suspended_why", 10), _instant("disputed_at", True),
        _instant("corrected_at", True), _instant("revoked_at", True), _text("revoked_why", 10),
        _instant("tombstoned_at", True), _big("revision"),
        _key("label"),
        sa.ForeignKeyConstraint(["renewed_from"], [f"{LABEL}.id"], name=op.f(f"fk_{LABEL}_renewed_from")),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{LABEL}_{name}")) for name, rule in CHECKS.items()),
    )  # fmt: skip
    for name, columns in (
        ("buyer", ["buyer_id", "id"]),
        ("expires", ["expires_at", "id"]),
        ("created", ["created_at", "id"]),
    ):
        op.create_index(f"ix_{LABEL}_{name}", LABEL, columns)
    once = sa.text("origin = 'incident'")
    op.create_index(f"uq_{LABEL}_origin", LABEL, ["origin_id"], unique=True, sqlite_where=once, postgresql_where=once)
    _create_evidence()
    _create_event()


def downgrade() -> None:
    for name in ("event", "evidence", "label"):
        op.drop_table(f"{PREFIX}{name}")


def _create_evidence() -> None:
    op.create_table(
        f"{PREFIX}evidence",
        sa.Column("id", BIG_ID, nullable=False),
        _big("label_id"), _text("uuid", 36), _small("tier"), _text("sha256", 64),
        _instant("attached_at"), _big("attached_by", True),
        _key("evidence"),
        _label_key("evidence"),
        sa.UniqueConstraint("label_id", "uuid", name=op.f(f"uq_{PREFIX}evidence_label_id_uuid")),
        sa.CheckConstraint("tier between 0 and 4", name=op.f(f"ck_{PREFIX}evidence_tier")),
    )  # fmt: skip


def _create_event() -> None:
    op.create_table(
        f"{PREFIX}event",
        sa.Column("id", BIG_ID, nullable=False),
        _big("label_id"), _instant("at"), _big("by", True), _text("code", 40),
        sa.Column("data", sa.JSON(), nullable=False), _sealed("text"),
        _key("event"),
        _label_key("event"),
    )  # fmt: skip
    op.create_index(f"ix_{PREFIX}event_label", f"{PREFIX}event", ["label_id", "id"])


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{PREFIX}{table}"))


def _label_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["label_id"], [f"{LABEL}.id"], name=op.f(f"fk_{PREFIX}{table}_label_id"))


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _instant(name: str, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _sealed(name: str) -> sa.Column[bytes]:
    return sa.Column(f"{name}_encrypted", sa.LargeBinary(), nullable=True)
