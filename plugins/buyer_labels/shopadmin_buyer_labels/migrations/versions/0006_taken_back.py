"""Objections that are taken back by whoever raised them with one click

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEAL = "plugin_buyer_labels_appeal"
APART = (
    "decided_at >= alone_from"
    " or (decided_by <> coalesce(author, 0) and decided_by <> coalesce(editor, 0)"
    " and decided_by <> coalesce(submitter, 0) and decided_by <> coalesce(reviewer, 0))"
)
BEFORE = {"outcome": "outcome in ('', 'upheld', 'rejected')", "apart": f"decided_by is null or {APART}"}
AFTER = {
    "outcome": "outcome in ('', 'upheld', 'rejected', 'withdrawn')",
    "apart": f"decided_by is null or outcome = 'withdrawn' or {APART}",
    "withdrawn": "outcome <> 'withdrawn' or (channel = 'page' and decided_by = coalesce(opened_by, 0))",
}


def upgrade() -> None:
    _replace(BEFORE, AFTER)


def downgrade() -> None:
    # Nobody decided these; the older schema knows no other word for it.
    op.execute(
        f"update {APPEAL} set outcome = 'rejected', alone_from = decided_at where outcome = 'withdrawn'"  # noqa: S608
    )
    _replace(AFTER, BEFORE)


def _replace(old: dict[str, str], new: dict[str, str]) -> None:
    with op.batch_alter_table(APPEAL) as table:
        for name in old:
            table.drop_constraint(op.f(f"ck_{APPEAL}_{name}"), type_="check")
        for name, condition in new.items():
            table.create_check_constraint(op.f(f"ck_{APPEAL}_{name}"), condition)
