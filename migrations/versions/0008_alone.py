"""Of what a plugin begins, one job of a kind is on its way at a time

Revision ID: 0008
Revises: 0007
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ALONE = sa.text("state in ('queued', 'running') and kind not in ('import.check', 'import.run', 'import.undo')")
JOB = sa.table(
    "job", sa.column("id", sa.BigInteger), sa.column("kind", sa.String), sa.column("state", sa.String),
    sa.column("finished_at", TIME), sa.column("lease_until", TIME),
)  # fmt: skip


def upgrade() -> None:
    _end_doubles()
    op.create_index("uq_job_alone", "job", ["kind"], unique=True, sqlite_where=ALONE, postgresql_where=ALONE)


def downgrade() -> None:
    op.drop_index("uq_job_alone", table_name="job")


def _end_doubles() -> None:
    """Of several the one that somebody works on goes on, else the oldest; whoever holds another lets go of it."""
    connection, seen = op.get_bind(), set()
    # "running" comes after "queued".
    rows = connection.execute(sa.select(JOB.c.id, JOB.c.kind).where(ALONE).order_by(JOB.c.state.desc(), JOB.c.id))
    for row in rows.all():
        if row.kind in seen:
            ended = {"state": "cancelled", "finished_at": datetime.now(UTC), "lease_until": None}
            connection.execute(sa.update(JOB).where(JOB.c.id == row.id).values(**ended))
        seen.add(row.kind)
