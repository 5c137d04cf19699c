"""The core's first tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What the role that serves may do where it owns nothing, if less than everything: the log only grows.
GRANTS = {"audit_entry": "select, insert", "audit_seal": "select, insert"}

# The activity log is append-only in the database itself, not by good manners.
SQLITE_TRIGGER = """
create trigger {table}_refuses_{verb} before {verb} on {table}
begin select raise(abort, 'the activity log is append-only'); end
"""
POSTGRESQL_FUNCTION = """
create function refuse_log_change() returns trigger language plpgsql as $$
begin raise exception 'the activity log is append-only'; end $$
"""
POSTGRESQL_TRIGGER = """
create trigger {table}_refuses_{verb} before {verb} on {table}
for each row execute function refuse_log_change()
"""


# Where PostgreSQL stages imports: unlogged, gone after a crash, as they are read from the files again. On SQLite every
# import has a file of its own with the same tables.
STAGING_HEAD = """
    run_id bigint not null, seq bigint not null, file_id bigint not null, "row" integer not null,
    derived boolean not null, action varchar(1) not null default '', target_id bigint, previous bigint
"""
STAGING = {
    "stage_buyers": """
        platform varchar(40), ref varchar collate "C", name varchar collate "C", city varchar, region varchar,
        postcode varchar, accepts_marketing boolean, created_at timestamptz, order_no varchar collate "C"
    """,
    "stage_categories": """
        platform varchar(40), ref varchar collate "C", name varchar
    """,
    "stage_identifiers": """
        buyer_id bigint, kind varchar(10), value_hash bytea, value_encrypted bytea, tail_hash bytea, expires_at
        timestamptz, buyer_ref varchar collate "C"
    """,
    "stage_incidents": """
        incident_no varchar collate "C", kind varchar(40), order_id bigint, order_no varchar, note varchar, cost
        bigint, currency varchar(3), occurred_at timestamptz
    """,
    "stage_order_lines": """
        order_id bigint, line_no varchar collate "C", product_ref varchar, sku varchar, title varchar, spec
        varchar, qty integer, price bigint, paid bigint, shipping bigint, status varchar, refund_status varchar,
        refunded bigint, seller_ref varchar, platform varchar(40), order_no varchar collate "C", waits boolean
    """,
    "stage_orders": """
        platform varchar(40), order_no varchar collate "C", shop_ref varchar, buyer_id bigint, buyer_ref
        varchar, buyer_name varchar, status varchar(20), status_raw varchar, created_at timestamptz, paid_at
        timestamptz, shipped_at timestamptz, promised_at timestamptz, delivered_at timestamptz, confirmed_at
        timestamptz, close_reason varchar, currency varchar(3), goods bigint, shipping bigint, total bigint,
        paid bigint, refunded bigint, item_count integer, buyer_note varchar, shop_note varchar, payment_method
        varchar, contact_encrypted bytea, contact_hash bytea, person_ref varchar collate "C", person_rank
        integer, account_hash bytea
    """,
    "stage_payments": """
        order_id bigint, sequence varchar(40), method varchar, amount bigint, instalments integer, platform
        varchar(40), order_no varchar collate "C", waits boolean
    """,
    "stage_products": """
        platform varchar(40), ref varchar collate "C", sku varchar collate "C", title varchar, category_ref
        varchar, supplier_id bigint, stock integer, supplier_ref varchar collate "C"
    """,
    "stage_reviews": """
        platform varchar(40), key varchar collate "C", order_no varchar collate "C", line_no varchar, order_id
        bigint, buyer_id bigint, buyer_name varchar, product_ref varchar, product_title varchar, spec varchar,
        stars integer, grade varchar(10), inbox_rank smallint, title varchar, body varchar, followup_body
        varchar, followup_at timestamptz, platform_reply varchar, platform_reply_at timestamptz, state
        varchar(20), verified boolean, photos json, answer varchar(10), created_at timestamptz, person_ref
        varchar collate "C"
    """,
    "stage_sellers": """
        platform varchar(40), ref varchar collate "C", name varchar, city varchar, region varchar, postcode
        varchar
    """,
    "stage_shipments": """
        order_id bigint, carrier varchar, tracking_no varchar collate "C", shipped_at timestamptz, delivered_at
        timestamptz, platform varchar(40), order_no varchar collate "C"
    """,
}


def _make_staging_tables() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("create unlogged table stage_complete (run_id bigint constraint pk_stage_complete primary key)")
    for table, columns in STAGING.items():
        key = f"constraint pk_{table} primary key (run_id, seq)"
        op.execute(f"create unlogged table {table} ({STAGING_HEAD}, {columns}, {key})")


def _drop_staging_tables() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in ("stage_complete", *STAGING):
        op.execute(f"drop table {table}")


def _make_log_append_only() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(POSTGRESQL_FUNCTION)
    for table in ("audit_entry", "audit_seal"):
        for verb in ("update", "delete"):
            op.execute((SQLITE_TRIGGER if is_sqlite else POSTGRESQL_TRIGGER).format(table=table, verb=verb))


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
    )
    op.create_index(
        "uq_account_owner",
        "account",
        ["is_owner"],
        unique=True,
        sqlite_where=sa.text("is_owner"),
        postgresql_where=sa.text("is_owner"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at", "id"], unique=False)
    op.create_index("ix_audit_entry_code", "audit_entry", ["code", "at", "id"], unique=False)
    op.create_index("ix_audit_entry_object", "audit_entry", ["object_type", "object_id", "id"], unique=False)
    op.create_table(
        "buyer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("accepts_marketing", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyer")),
        sa.UniqueConstraint("ref", name=op.f("uq_buyer_ref")),
    )
    op.create_index(op.f("ix_buyer_name"), "buyer", ["name"], unique=False)
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("platform", "ref", name=op.f("uq_category_platform_ref")),
    )
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("headings_sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("headings_sha256", name=op.f("uq_import_mapping_headings_sha256")),
    )
    op.create_table(
        "login_failure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
        sa.UniqueConstraint("scope_hash", name=op.f("uq_login_failure_scope_hash")),
    )
    op.create_table(
        "plugin_state",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.CheckConstraint("state in ('on', 'off', 'paused')", name=op.f("ck_plugin_state_state")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_plugin_state")),
    )
    op.create_table(
        "plugin_failure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("hook", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('error', 'slow', 'stuck')", name=op.f("ck_plugin_failure_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_failure")),
    )
    op.create_index("ix_plugin_failure_plugin_at", "plugin_failure", ["plugin", "at"], unique=False)
    op.create_table(
        "seller",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller")),
        sa.UniqueConstraint("platform", "ref", name=op.f("uq_seller_platform_ref")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "access_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("permissions", sa.String(), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose in ('setup', 'invite', 'sign_in')", name=op.f("ck_access_link_purpose")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_access_link_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_link_token_hash")),
    )
    op.create_table(
        "account_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("permission", sa.String(length=120), nullable=False),
        sa.Column("granted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_grant_account_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["account.id"], name=op.f("fk_account_grant_granted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_grant")),
        sa.UniqueConstraint("account_id", "permission", name=op.f("uq_account_grant_account_id_permission")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("shown_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["uploaded_by"], ["account.id"], name=op.f("fk_attachment_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("uuid", name=op.f("uq_attachment_uuid")),
    )
    op.create_index("ix_attachment_subject", "attachment", ["subject", "subject_id"], unique=False)
    op.create_table(
        "audit_seal",
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit_entry.id"], name=op.f("fk_audit_seal_audit_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_seal_audit_id")),
    )
    op.create_table(
        "buyer_identifier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("value_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("tail_hash", sa.LargeBinary(length=16), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('email', 'phone', 'account')", name=op.f("ck_buyer_identifier_kind")),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyer.id"], name=op.f("fk_buyer_identifier_buyer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyer_identifier")),
        sa.UniqueConstraint(
            "buyer_id", "kind", "value_hash", name=op.f("uq_buyer_identifier_buyer_id_kind_value_hash")
        ),
    )
    op.create_index("ix_buyer_identifier_tail", "buyer_identifier", ["tail_hash"], unique=False)
    op.create_index("ix_buyer_identifier_value", "buyer_identifier", ["kind", "value_hash"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("phase", sa.String(length=40), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=60), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_job_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_state", "job", ["state", "id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    op.create_index(op.f("ix_login_session_account_id"), "login_session", ["account_id"], unique=False)
    op.create_table(
        "note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["written_by"], ["account.id"], name=op.f("fk_note_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_subject", "note", ["subject", "subject_id", "written_at"], unique=False)
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("sku", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("category_ref", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("stock is null or stock >= 0", name=op.f("ck_product_stock")),
        sa.ForeignKeyConstraint(["supplier_id"], ["seller.id"], name=op.f("fk_product_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("platform", "ref", name=op.f("uq_product_platform_ref")),
    )
    op.create_index(op.f("ix_product_sku"), "product", ["sku"], unique=False)
    op.create_table(
        "shop_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("order_no", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("shop_ref", sa.String(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("buyer_ref", sa.String(), nullable=False),
        sa.Column("buyer_name", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("status_raw", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_reason", sa.String(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("goods", sa.BigInteger(), nullable=True),
        sa.Column("shipping", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("paid", sa.BigInteger(), nullable=True),
        sa.Column("refunded", sa.BigInteger(), nullable=True),
        sa.Column("item_count", sa.Integer(), nullable=True),
        sa.Column("buyer_note", sa.String(), nullable=False),
        sa.Column("shop_note", sa.String(), nullable=False),
        sa.Column("payment_method", sa.String(), nullable=False),
        sa.Column("contact_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("contact_hash", sa.LargeBinary(length=16), nullable=True),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyer.id"], name=op.f("fk_shop_order_buyer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_order")),
        sa.UniqueConstraint("platform", "order_no", name=op.f("uq_shop_order_platform_order_no")),
    )
    op.create_index("ix_shop_order_buyer", "shop_order", ["buyer_id", "created_at"], unique=False)
    op.create_index("ix_shop_order_created", "shop_order", ["created_at", "id"], unique=False)
    op.create_index("ix_shop_order_number", "shop_order", ["order_no", "id"], unique=False)
    op.create_index("ix_shop_order_platform", "shop_order", ["platform", "created_at", "id"], unique=False)
    op.create_index("ix_shop_order_status", "shop_order", ["status", "created_at", "id"], unique=False)
    op.create_table(
        "chargeback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('open', 'won', 'lost')", name=op.f("ck_chargeback_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_chargeback_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_chargeback_order_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_chargeback_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chargeback")),
    )
    op.create_index(op.f("ix_chargeback_order_id"), "chargeback", ["order_id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("applied_kind", sa.String(length=20), nullable=False),
        sa.Column("applied_seq", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('uploaded', 'staging', 'staged', 'applying', 'applied', 'cancelling', 'cancelled', 'undoing', "
            "'undone', 'failed')",
            name=op.f("ck_import_run_state"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_import_run_account_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_import_run_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_state", "import_run", ["state", "id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_no", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("order_no", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_incident_order_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_incident_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("incident_no", name=op.f("uq_incident_incident_no")),
    )
    op.create_index(op.f("ix_incident_order_id"), "incident", ["order_id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("product_ref", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=True),
        sa.Column("shipping", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("refund_status", sa.String(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=True),
        sa.Column("seller_ref", sa.String(), nullable=False),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("qty >= 0", name=op.f("ck_order_line_qty")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_order_line_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "line_no", name=op.f("uq_order_line_order_id_line_no")),
    )
    op.create_index(op.f("ix_order_line_product_ref"), "order_line", ["product_ref"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sequence", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("instalments", sa.Integer(), nullable=True),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_payment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("order_id", "sequence", name=op.f("uq_payment_order_id_sequence")),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("order_no", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("line_no", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("buyer_name", sa.String(), nullable=False),
        sa.Column("product_ref", sa.String(), nullable=False),
        sa.Column("product_title", sa.String(), nullable=False),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(length=10), nullable=False),
        sa.Column("inbox_rank", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("followup_body", sa.String(), nullable=False),
        sa.Column("followup_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("platform_reply", sa.String(), nullable=False),
        sa.Column("platform_reply_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=True),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("answer in ('open', 'draft', 'posted', 'confirmed')", name=op.f("ck_review_answer")),
        sa.CheckConstraint("stars is null or stars between 1 and 5", name=op.f("ck_review_stars")),
        sa.ForeignKeyConstraint(["buyer_id"], ["buyer.id"], name=op.f("fk_review_buyer_id")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_review_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("platform", "key", name=op.f("uq_review_platform_key")),
    )
    op.create_index("ix_review_buyer", "review", ["buyer_id", "created_at"], unique=False)
    op.create_index("ix_review_created", "review", ["created_at", "id"], unique=False)
    op.create_index("ix_review_inbox", "review", ["answer", "inbox_rank", "created_at", "id"], unique=False)
    op.create_index("ix_review_rank", "review", ["inbox_rank", "created_at", "id"], unique=False)
    op.create_index("ix_review_order", "review", ["order_id"], unique=False)
    op.create_index("ix_review_order_no", "review", ["order_no"], unique=False)
    op.create_table(
        "shipment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking_no", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_shipment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("order_id", "tracking_no", name=op.f("uq_shipment_order_id_tracking_no")),
    )
    op.create_table(
        "import_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_change_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
        sa.UniqueConstraint("run_id", "table_name", "row_id", name=op.f("uq_import_change_run_id_table_name_row_id")),
    )
    op.create_table(
        "import_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("layout", sa.String(length=60), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=60), nullable=False),
        sa.Column("error_details", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_file_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
        sa.UniqueConstraint("run_id", "position", name=op.f("uq_import_file_run_id_position")),
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_amount")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_refund_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_order.id"], name=op.f("fk_refund_order_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_refund_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
    )
    op.create_index(op.f("ix_refund_order_id"), "refund", ["order_id"], unique=False)
    op.create_table(
        "review_reply",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("review_version", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('draft', 'posted', 'confirmed')", name=op.f("ck_review_reply_state")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_reply_review_id")),
        sa.ForeignKeyConstraint(["written_by"], ["account.id"], name=op.f("fk_review_reply_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_reply")),
        sa.UniqueConstraint("review_id", name=op.f("uq_review_reply_review_id")),
    )
    op.create_table(
        "review_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("followup_body", sa.String(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_version_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_version")),
        sa.UniqueConstraint("review_id", "version", name=op.f("uq_review_version_review_id_version")),
    )
    op.create_table(
        "shipment_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shipment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_shipment_line_qty")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_shipment_line_order_line_id")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_line_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_line")),
        sa.UniqueConstraint("shipment_id", "order_line_id", name=op.f("uq_shipment_line_shipment_id_order_line_id")),
    )
    op.create_index(op.f("ix_shipment_line_order_line_id"), "shipment_line", ["order_line_id"], unique=False)
    op.create_table(
        "import_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["import_file.id"], name=op.f("fk_import_count_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_count")),
        sa.UniqueConstraint("file_id", "kind", name=op.f("uq_import_count_file_id_kind")),
    )
    op.create_table(
        "import_rejection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["import_file.id"], name=op.f("fk_import_rejection_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rejection")),
    )
    op.create_index("ix_import_rejection_file", "import_rejection", ["file_id", "row"], unique=False)
    _make_log_append_only()
    _make_staging_tables()


def downgrade() -> None:
    """Take back."""
    _drop_staging_tables()
    op.drop_index("ix_import_rejection_file", table_name="import_rejection")
    op.drop_table("import_rejection")
    op.drop_table("import_count")
    op.drop_index(op.f("ix_shipment_line_order_line_id"), table_name="shipment_line")
    op.drop_table("shipment_line")
    op.drop_table("review_version")
    op.drop_table("review_reply")
    op.drop_index(op.f("ix_refund_order_id"), table_name="refund")
    op.drop_table("refund")
    op.drop_table("import_file")
    op.drop_table("import_change")
    op.drop_table("shipment")
    op.drop_index("ix_review_order_no", table_name="review")
    op.drop_index("ix_review_order", table_name="review")
    op.drop_index("ix_review_rank", table_name="review")
    op.drop_index("ix_review_inbox", table_name="review")
    op.drop_index("ix_review_created", table_name="review")
    op.drop_index("ix_review_buyer", table_name="review")
    op.drop_table("review")
    op.drop_table("payment")
    op.drop_index(op.f("ix_order_line_product_ref"), table_name="order_line")
    op.drop_table("order_line")
    op.drop_index(op.f("ix_incident_order_id"), table_name="incident")
    op.drop_table("incident")
    op.drop_index("ix_import_run_state", table_name="import_run")
    op.drop_table("import_run")
    op.drop_index(op.f("ix_chargeback_order_id"), table_name="chargeback")
    op.drop_table("chargeback")
    op.drop_index("ix_shop_order_status", table_name="shop_order")
    op.drop_index("ix_shop_order_platform", table_name="shop_order")
    op.drop_index("ix_shop_order_number", table_name="shop_order")
    op.drop_index("ix_shop_order_created", table_name="shop_order")
    op.drop_index("ix_shop_order_buyer", table_name="shop_order")
    op.drop_table("shop_order")
    op.drop_index(op.f("ix_product_sku"), table_name="product")
    op.drop_table("product")
    op.drop_index("ix_note_subject", table_name="note")
    op.drop_table("note")
    op.drop_index(op.f("ix_login_session_account_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index("ix_job_state", table_name="job")
    op.drop_table("job")
    op.drop_index("ix_buyer_identifier_value", table_name="buyer_identifier")
    op.drop_index("ix_buyer_identifier_tail", table_name="buyer_identifier")
    op.drop_table("buyer_identifier")
    op.drop_table("audit_seal")
    op.drop_index("ix_attachment_subject", table_name="attachment")
    op.drop_table("attachment")
    op.drop_table("account_grant")
    op.drop_table("access_link")
    op.drop_table("setting")
    op.drop_table("seller")
    op.drop_index("ix_plugin_failure_plugin_at", table_name="plugin_failure")
    op.drop_table("plugin_failure")
    op.drop_table("plugin_state")
    op.drop_table("login_failure")
    op.drop_table("import_mapping")
    op.drop_table("category")
    op.drop_index(op.f("ix_buyer_name"), table_name="buyer")
    op.drop_table("buyer")
    op.drop_index("ix_audit_entry_object", table_name="audit_entry")
    op.drop_index("ix_audit_entry_code", table_name="audit_entry")
    op.drop_index("ix_audit_entry_at", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index(
        "uq_account_owner", table_name="account", sqlite_where=sa.text("is_owner"), postgresql_where=sa.text("is_owner")
    )
    op.drop_table("account")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function refuse_log_change()")
