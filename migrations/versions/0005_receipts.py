"""What receipts of a gateway name their messages by, and attempts of which nobody knows

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDED = {
    "reference": sa.LargeBinary(length=16),
    "remote_ref": sa.String(length=120),
    "may_be_out_at": sa.DateTime(timezone=True),
}
INDEXED = {"ix_outbox_message_reference": "reference", "ix_outbox_message_remote": "remote_ref"}


def upgrade() -> None:
    for name, kind in ADDED.items():
        op.add_column("outbox_message", sa.Column(name, kind, nullable=True))
    for name, column in INDEXED.items():
        op.create_index(name, "outbox_message", [column], unique=False)


def downgrade() -> None:
    for name in INDEXED:
        op.drop_index(name, table_name="outbox_message")
    for name in ADDED:
        op.drop_column("outbox_message", name)
