"""No two rules that act have one name, and no two that watch

Revision ID: 0007
Revises: 0006
"""

from itertools import count

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RULE = "plugin_buyer_labels_rule"
LONGEST = 80
STANDING = {
    "live": "ended_at is null and live_since is not null",
    "shadow": "ended_at is null and live_since is null",
}


def upgrade() -> None:
    _number_doubles()
    for name, condition in STANDING.items():
        where = sa.text(condition)
        op.create_index(
            f"uq_{RULE}_{name}_name", RULE, ["name"], unique=True, sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    for name in STANDING:
        op.drop_index(f"uq_{RULE}_{name}_name", RULE)


def _number_doubles() -> None:
    """The oldest rule keeps a name, the next ones get a number behind it."""
    rule = sa.table(RULE, *map(sa.column, ("id", "family", "name", "ended_at")))
    rows = op.get_bind().execute(
        sa.select(rule.c.id, rule.c.family, rule.c.name).where(rule.c.ended_at.is_(None)).order_by(rule.c.family)
    ).all()  # fmt: skip
    owners: dict[str, int] = {}
    for row in rows:
        owners.setdefault(row.name.casefold(), row.family)
    numbered: dict[tuple[int, str], str] = {}
    for row in rows:
        if owners[row.name.casefold()] != row.family:
            if (name := numbered.get((row.family, row.name))) is None:
                name = numbered[row.family, row.name] = _free(row.name, owners)
                owners[name.casefold()] = row.family
            op.execute(sa.update(rule).where(rule.c.id == row.id).values(name=name))


def _free(name: str, owners: dict[str, int]) -> str:
    ends = (f" {number}" for number in count(2))
    found = (name[: LONGEST - len(end)] + end for end in ends)
    return next(each for each in found if each.casefold() not in owners)
