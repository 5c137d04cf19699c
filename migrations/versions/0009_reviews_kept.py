"""A review that was kept as evidence is a kind of its own, and no chat

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEFORE = "kind in ('picture', 'chat', 'call', 'order', 'logistics', 'decision')"
AFTER = "kind in ('picture', 'chat', 'review', 'call', 'order', 'logistics', 'decision')"
# Cases named a review so, and nothing else. One that stands for a talk with the buyer on a checklist stays what it
# was: the list was ticked by it, and may be with the platform.
MOVE = """
update evidence set kind = 'review'
where kind = 'chat' and file_name = 'review.txt' and subject = 'review_recovery.case'
    and id not in (select evidence_id from complaint_evidence where item = 'contacted')
"""


def upgrade() -> None:
    _allow(AFTER)
    op.execute(MOVE)


def downgrade() -> None:
    op.execute("update evidence set kind = 'chat' where kind = 'review'")
    _allow(BEFORE)


def _allow(condition: str) -> None:
    with op.batch_alter_table("evidence") as table:
        table.drop_constraint(op.f("ck_evidence_kind"), type_="check")
        table.create_check_constraint(op.f("ck_evidence_kind"), condition)
