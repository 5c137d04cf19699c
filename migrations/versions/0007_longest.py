"""A refused row remembers how long its text is, and how long it may be

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ADDED = ("most", "length")


def upgrade() -> None:
    for name in ADDED:
        op.add_column("import_rejection", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ADDED:
        op.drop_column("import_rejection", name)
