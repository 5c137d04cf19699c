"""Causes are counted from an index alone

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CASE = "plugin_review_recovery_case"
COUNTED = ["reviewed_at", "state", "cause", "cause_confirmed_at", "platform", "product_ref", "order_id"]


def upgrade() -> None:
    op.create_index(f"ix_{CASE}_counted", CASE, COUNTED)
    op.drop_index(f"ix_{CASE}_reviewed", table_name=CASE)


def downgrade() -> None:
    op.create_index(f"ix_{CASE}_reviewed", CASE, ["reviewed_at", "id"])
    op.drop_index(f"ix_{CASE}_counted", table_name=CASE)
