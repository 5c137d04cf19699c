"""What is planned next for a case stands on its row, so that the list can sort by it

Revision ID: 0006
Revises: 0005
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLE = "plugin_review_recovery_case"
PLANNED = """
update plugin_review_recovery_case set planned_at = (
    select min(due_at) from plugin_review_recovery_follow_up
    where case_id = plugin_review_recovery_case.id and done_at is null
)
"""
BURNS = """
update plugin_review_recovery_case set burns_at = planned_at
where planned_at < burns_at and closed_at is null
"""
# As before there was anything planned: at the next target, else behind everything that is due.
TARGETS = """
update plugin_review_recovery_case set burns_at = coalesce(due_first_at, due_resolve_at, :never)
where planned_at is not null and closed_at is null
"""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(PLANNED)
    op.execute(BURNS)


def downgrade() -> None:
    never = sa.bindparam("never", NEVER, sa.DateTime(timezone=True))
    op.execute(sa.text(TARGETS).bindparams(never))
    op.drop_column(TABLE, "planned_at")
