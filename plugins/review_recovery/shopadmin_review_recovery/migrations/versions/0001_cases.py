"""Cases, their timeline, follow-ups, and what the program remembers

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PREFIX = "plugin_review_recovery_"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# The timeline is added to, and goes with a case whose review was taken back; no line of it is changed.
GRANTS = {"case_event": "select, insert, delete"}

OPEN = "'new', 'triaged', 'contacting', 'waiting_buyer', 'waiting_internal', 'waiting_approval', 'on_hold'"
ENDED = (
    "'resolved_kept', 'resolved_updated', 'refused', 'unreachable', 'reported_to_platform', 'platform_removed',"
    " 'invalid'"
)
FACTS = (
    "'cancelled', 'unavailable', 'not_dispatched', 'in_transit', 'delivered_after_review', 'late', 'mismatch', 'none'"
)
URGENCIES = "'threat', 'safety', 'stars1', 'stars2', 'stars3'"
SQLITE_TRIGGER = f"""
create trigger {PREFIX}case_event_stays before update on {PREFIX}case_event
begin select raise(abort, 'a line of a timeline never changes'); end
"""
POSTGRESQL_FUNCTION = f"""
create function {PREFIX}case_event_stays() returns trigger language plpgsql as
$$ begin raise exception 'a line of a timeline never changes'; end $$
"""
POSTGRESQL_TRIGGER = f"""
create trigger {PREFIX}case_event_stays before update on {PREFIX}case_event
for each row execute function {PREFIX}case_event_stays()
"""


def upgrade() -> None:
    _create_case()
    _create_event()
    _create_follow_up()
    op.create_table(
        f"{PREFIX}memo",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        _key("memo", "name"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SQLITE_TRIGGER)
    else:
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(POSTGRESQL_TRIGGER)


def downgrade() -> None:
    for name in ("memo", "follow_up", "case_event", "case"):
        op.drop_table(f"{PREFIX}{name}")
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"drop function {PREFIX}case_event_stays()")


def _check(table: str, text: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{PREFIX}{table}_{name}"))


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{PREFIX}{table}"))


def _case_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], [f"{PREFIX}case.id"], name=op.f(f"fk_{PREFIX}{table}_case_id"))


def _big(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, length: int, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _instant(name: str, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _create_case() -> None:
    closed = (
        f"(state in ({OPEN}) and closed_at is null and outcome = '')"
        f" or (state in ({ENDED}) and closed_at is not null and outcome <> '' and reason <> '')"
    )
    op.create_table(
        f"{PREFIX}case",
        sa.Column("id", BIG_ID, nullable=False),
        _big("review_id", nullable=True), _big("order_id", nullable=True), _big("buyer_id", nullable=True),
        _text("order_no", 100),
        _text("platform", 40),
        sa.Column("product_ref", sa.Text(), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=True), _text("grade", 10),
        _text("fact", 30), _text("cause", 30, nullable=True),
        sa.Column("further_causes", sa.JSON(), nullable=False),
        sa.Column("proposals", sa.JSON(), nullable=False),
        _big("cause_confirmed_by", nullable=True), _instant("cause_confirmed_at", nullable=True),
        _text("state", 30), _text("held_from", 30, nullable=True), _big("assigned_to", nullable=True),
        _instant("opened_at"), _instant("reviewed_at"),
        _text("urgency", 10), _big("used_seconds"), _instant("clock_since", nullable=True),
        _instant("due_first_at", nullable=True), _instant("due_resolve_at", nullable=True), _instant("burns_at"),
        sa.Column("warned", sa.SmallInteger(), nullable=False),
        _instant("touched_at", nullable=True), _instant("closed_at", nullable=True),
        _text("outcome", 40), _text("reason", 500), _big("review_version"), _big("version"),
        _key("case", "id"),
        sa.UniqueConstraint("review_id", name=op.f(f"uq_{PREFIX}case_review_id")),
        _check("case", f"state in ({OPEN}, {ENDED})", "state"),
        _check("case", f"fact in ({FACTS})", "fact"),
        _check("case", f"urgency in ({URGENCIES})", "urgency"),
        _check("case", "stars is null or stars between 1 and 5", "stars"),
        _check("case", "used_seconds >= 0", "used"),
        _check("case", closed, "closed"),
        _check("case", "(cause_confirmed_at is null) or (cause is not null)", "confirmed"),
    )  # fmt: skip
    for name, columns in (
        ("burns", ["burns_at", "id"]),
        ("state", ["state", "burns_at", "id"]),
        ("assigned", ["assigned_to", "burns_at", "id"]),
        ("opened", ["opened_at", "id"]),
        ("order", ["order_id"]),
        ("number", ["order_no"]),
        ("buyer", ["buyer_id"]),
    ):
        op.create_index(f"ix_{PREFIX}case_{name}", f"{PREFIX}case", columns)


def _create_event() -> None:
    op.create_table(
        f"{PREFIX}case_event",
        sa.Column("id", BIG_ID, nullable=False),
        _big("case_id"), _instant("at"), _big("by", nullable=True), _text("code", 40),
        sa.Column("data", sa.JSON(), nullable=False),
        _key("case_event", "id"),
        _case_key("case_event"),
    )  # fmt: skip
    op.create_index(f"ix_{PREFIX}case_event_case", f"{PREFIX}case_event", ["case_id", "id"])


def _create_follow_up() -> None:
    op.create_table(
        f"{PREFIX}follow_up",
        sa.Column("id", BIG_ID, nullable=False),
        _big("case_id"), _text("kind", 20), _instant("due_at"), _instant("until", nullable=True), _text("note", 500),
        _instant("done_at", nullable=True), _big("made_by", nullable=True), _big("done_by", nullable=True),
        _key("follow_up", "id"),
        _case_key("follow_up"),
        _check("follow_up", "kind in ('call', 'remedy_check', 'other')", "kind"),
    )  # fmt: skip
    op.create_index(f"ix_{PREFIX}follow_up_case", f"{PREFIX}follow_up", ["case_id"])
    op.create_index(f"ix_{PREFIX}follow_up_due", f"{PREFIX}follow_up", ["done_at", "due_at"])
