"""When it was last looked whom a buyer is like

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = "plugin_buyer_labels_buyer_indexed"
UNSEEN = sa.text("looked_at is null")


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(f"ix_{TABLE}_unseen", TABLE, ["buyer_id"], sqlite_where=UNSEEN, postgresql_where=UNSEEN)


def downgrade() -> None:
    op.drop_index(f"ix_{TABLE}_unseen", TABLE)
    op.drop_column(TABLE, "looked_at")
