"""The guard's latest instant is one that was

Revision ID: 0006
Revises: 0005
"""

from alembic import op
from shopadmin_red_envelope import triggers

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

GUARD = "plugin_red_envelope_guard"
# The end of the calendar: no clock has ever said so. Milliseconds UTC.
NEVER = 253_402_300_800_000


def upgrade() -> None:
    connection = op.get_bind()
    triggers.remove(connection)
    # Somebody pushed it there. A clock that was really ahead stays noted, and `shopadmin check` says so.
    op.execute(f"update {GUARD} set latest = 0 where latest >= {NEVER}")  # noqa: S608 - our own
    op.execute(f"update {GUARD} set late_changes = 1 where late_changes >= {NEVER}")  # noqa: S608
    triggers.install(connection)
    triggers.install_later(connection, revision)


def downgrade() -> None:
    connection = op.get_bind()
    triggers.remove_later(connection, revision)
    triggers.remove(connection)
    triggers.install(connection)
