"""The groups of a push stay as they were drawn once it was started

Revision ID: 0005
Revises: 0004
"""

from alembic import op
from shopadmin_red_envelope import triggers

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    triggers.install_later(op.get_bind(), revision)


def downgrade() -> None:
    triggers.remove_later(op.get_bind(), revision)
