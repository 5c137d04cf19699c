# ruff: noqa: S608 - every name in these statements is our own
"""The latest instant that was seen is one that was: nobody pushes it into the future. Frozen with revision 0006.

Whoever could would make every later change look as if the clock had been set back, and near the largest number of the
engine make each fail. What a corrected clock may differ by is let through; late changes are counted one by one.
"""

from shopadmin_red_envelope.triggers import sqlite
from shopadmin_red_envelope.triggers.making import Revision, abort_where, raise_if
from shopadmin_red_envelope.triggers.texts import MESSAGES, PREFIX

# How far ahead of the database's clock the latest instant may be set.
TOLERANCE_MS = 2000
_GUARD, _CAMPAIGN = f"{PREFIX}guard", f"{PREFIX}campaign"
_NOW = sqlite.NOW
_BACK = "new.latest < old.latest or new.late_changes < old.late_changes or new.late_changes - old.late_changes > 1"
_AHEAD = f"(new.latest > old.latest and new.latest > {{now}} + {TOLERANCE_MS})"
# As in 0001, without a sum that the largest number has no room for.
_LATE = "(latest > {now} and coalesce(latest >= {row}.lock_at, {no}))"


def _noted(row: str) -> str:
    late = _LATE.format(now=_NOW, row=row, no="0")
    return f"update {_GUARD} set latest = max(latest, {_NOW}), late_changes = late_changes + {late};"


_SQLITE = {
    "campaign_inserted": (f"after insert on {_CAMPAIGN}", [_noted("new")]),
    "campaign_updated": (f"after update on {_CAMPAIGN}", [_noted("old")]),
    "campaign_deleted": (f"after delete on {_CAMPAIGN}", [_noted("old")]),
    "guard_update": (f"before update on {_GUARD}", [
        abort_where(MESSAGES["guard"], f"new.id is not old.id or {_BACK} or {_AHEAD.format(now=_NOW)}"),
    ]),
}  # fmt: skip
_BODIES = {
    "campaign_commits": [
        "  if tg_op <> 'INSERT' then",
        raise_if(MESSAGES["locked"], "old.lock_at <= moment"),
        f"    update {_GUARD} set latest = greatest(latest, moment), late_changes = late_changes + "
        f"{_LATE.format(now='moment', row='old', no='false')}::int;",
        "  end if;",
        "  if tg_op <> 'DELETE' then",
        raise_if(MESSAGES["locked"], "new.lock_at <= moment"),
        "  end if;",
        "  return null;",
    ],
    "guard_changes": [
        raise_if(
            MESSAGES["guard"],
            f"tg_op <> 'UPDATE' or new.id is distinct from old.id or {_BACK} or {_AHEAD.format(now='moment')}",
        ),
        "  return new;",
    ],
}
REVISION = Revision(_SQLITE, _BODIES)
