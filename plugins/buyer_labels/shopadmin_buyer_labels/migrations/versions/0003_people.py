"""Who is who: keyed hashes of identifiers, merges and splits, what never matches, suggestions

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PREFIX = "plugin_buyer_labels_"
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# What people decided is ended, never taken away.
GRANTS = {
    "buyer_merge": "select, insert, update",
    "buyer_split": "select, insert, update",
    "never_match": "select, insert, update",
}
STANDS = sa.text("ended_at is null")
ENDED = ("ended", "(ended_at is null) = (ended_by is null)")
CHECKS = {
    "buyer_key": [
        (
            "strength",
            "(strength = 'strong' and kind in ('phone', 'email', 'platform_uid'))"
            " or (strength = 'weak' and kind in ('fixed', 'address', 'tail', 'nick'))",
        )
    ],
    "buyer_merge": [("two", "buyer_id <> into_id"), ENDED],
    "buyer_split": [ENDED],
    "never_match": [
        ("cause", "cause in ('pickup', 'locker', 'forwarder', 'dormitory', 'hotel', 'shared', 'own')"),
        ("kind", "kind in ('phone', 'email', 'fixed', 'address')"),
    ],
    "match_suggestion": [
        ("two", "buyer_id < other_id"),
        ("score", "score between 0 and 1000"),
        ("decision", "decision in ('', 'merged', 'other')"),
        ("decided", "(decided_at is null) = (decision = '')"),
    ],
}
COLUMNS = {
    "buyer_key": lambda: [_big("buyer_id"), _text("kind", 12), _text("strength", 6), _bytes("hash")],
    "buyer_block": lambda: [_big("buyer_id"), _bytes("hash")],
    "buyer_merge": lambda: [_big("buyer_id"), _big("into_id"), *_decided()],
    "buyer_split": lambda: [_big("buyer_id"), *_decided()],
    "never_match": lambda: [
        _text("kind", 12), _bytes("hash"), _text("hint", 60), _text("cause", 12), _instant("added_at"),
        _big("added_by", True), _instant("ended_at", True), _big("ended_by", True),
    ],
    "match_suggestion": lambda: [
        _big("buyer_id"), _big("other_id"), sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False), _instant("found_at"), _text("decision", 6),
        _instant("decided_at", True), _big("decided_by", True),
    ],
}  # fmt: skip
UNIQUE = {
    "buyer_key": ("buyer_id", "hash"),
    "buyer_block": ("buyer_id", "hash"),
    "match_suggestion": ("buyer_id", "other_id"),
}
INDEXES = (
    ("buyer_key", "hash", ["hash", "buyer_id"]),
    ("buyer_block", "hash", ["hash", "buyer_id"]),
    ("buyer_merge", "into", ["into_id"]),
    ("match_suggestion", "open", ["decision", "score", "id"]),
    ("match_suggestion", "other", ["other_id"]),
)
STANDING = {"buyer_merge": "buyer_id", "buyer_split": "buyer_id", "never_match": "hash"}


def upgrade() -> None:
    for name, columns in COLUMNS.items():
        table = f"{PREFIX}{name}"
        rules: list[sa.Constraint] = [
            sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{part}")) for part, rule in CHECKS.get(name, ())
        ]
        if name in UNIQUE:
            rules.append(sa.UniqueConstraint(*UNIQUE[name], name=op.f(f"uq_{table}_{'_'.join(UNIQUE[name])}")))
        op.create_table(
            table,
            sa.Column("id", BIG_ID, nullable=False),
            *columns(),  # type: ignore[misc]
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            *rules,
        )
    for name, part, names in INDEXES:
        op.create_index(f"ix_{PREFIX}{name}_{part}", f"{PREFIX}{name}", names)
    for name, column in STANDING.items():
        table = f"{PREFIX}{name}"
        op.create_index(
            f"uq_{table}_stands", table, [column], unique=True, sqlite_where=STANDS, postgresql_where=STANDS
        )
    op.create_table(
        f"{PREFIX}buyer_indexed",
        _big("buyer_id"),
        _bytes("mark"),
        sa.PrimaryKeyConstraint("buyer_id", name=op.f(f"pk_{PREFIX}buyer_indexed")),
    )


def downgrade() -> None:
    for name in ("buyer_indexed", *COLUMNS):
        op.drop_table(f"{PREFIX}{name}")


def _decided() -> list["sa.Column[object]"]:
    return [
        sa.Column("why_encrypted", sa.LargeBinary(), nullable=True),
        _instant("made_at"), _big("made_by"), _instant("ended_at", True), _big("ended_by", True),
    ]  # fmt: skip


def _big(name: str, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, length: int) -> "sa.Column[object]":
    return sa.Column(name, sa.String(length), nullable=False)


def _bytes(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.LargeBinary(16), nullable=False)


def _instant(name: str, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
