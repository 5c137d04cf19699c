"""Orders are known by platform and number, and a refund that was started can be cancelled

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from shopadmin_red_envelope import triggers

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HOLD, REFUND = "plugin_red_envelope_hold", "plugin_red_envelope_refund"
ORDER, NUMBER = "uq_plugin_red_envelope_hold_order", "ix_plugin_red_envelope_hold_number"
# An envelope's buyer is <platform>:<ref>.
FILLED = """
update plugin_red_envelope_hold set platform = (
    select {platform} from plugin_red_envelope_envelope e where e.id = plugin_red_envelope_hold.envelope_id
)
"""
PLATFORM = {"sqlite": "substr(e.buyer, 1, instr(e.buyer, ':') - 1)", "postgresql": "split_part(e.buyer, ':', 1)"}
CANCELLED = "check (cancelled_at is null or (completed_at is null and cancelled_at >= started_at))"


def upgrade() -> None:
    connection = op.get_bind()
    triggers.remove_ledger(connection)
    op.add_column(HOLD, sa.Column("platform", sa.String(40), nullable=False, server_default=""))
    op.execute(FILLED.format(platform=PLATFORM[connection.dialect.name]))
    _index(["platform", "order_no"])
    op.create_index(NUMBER, HOLD, ["order_no"])
    # As text: Alembic adds a column's check by itself, which SQLite cannot.
    op.execute(f"alter table {REFUND} add column cancelled_at bigint constraint ck_{REFUND}_cancelled {CANCELLED}")
    triggers.install_ledger(connection)
    triggers.install_later(connection, revision)


def downgrade() -> None:
    """Raises where two platforms have orders of one number. Refunds that were cancelled are gone: nothing follows."""
    connection = op.get_bind()
    triggers.remove_later(connection, revision)
    triggers.remove_ledger(connection)
    cancelled = f"select id from {REFUND} where cancelled_at is not null"  # noqa: S608 - our own
    op.execute(f"delete from {REFUND}_line where refund_id in ({cancelled})")  # noqa: S608
    op.execute(f"delete from {REFUND} where cancelled_at is not null")  # noqa: S608
    if connection.dialect.name == "postgresql":
        # No table changes while checks of its rows are pending.
        op.execute("set constraints all immediate")
    op.execute(f"alter table {REFUND} drop column cancelled_at")
    op.drop_index(NUMBER, HOLD)
    _index(["order_no"])
    op.execute(f"alter table {HOLD} drop column platform")
    triggers.install_ledger(connection)


def _index(columns: list[str]) -> None:
    op.drop_index(ORDER, HOLD)
    held = sa.text("state <> 'released'")
    op.create_index(ORDER, HOLD, columns, unique=True, postgresql_where=held, sqlite_where=held)
