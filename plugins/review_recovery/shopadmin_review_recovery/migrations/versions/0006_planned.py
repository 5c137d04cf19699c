"""What is planned next for a case stands on its row, so that the list can sort by it

Revision ID: 0006
Revises: 0005
"""

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


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(PLANNED)
    op.execute(BURNS)


def downgrade() -> None:
    op.drop_column(TABLE, "planned_at")
