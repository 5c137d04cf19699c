# ruff: noqa: S608 - every name in these statements is our own
"""Orders by platform, and refunds that are given up. Frozen with revision 0004.

An order takes one envelope, and two platforms may have orders of one number. A refund that is cancelled before it is
completed gives its units back to their lines; what is left of the line must be what the cumulative floors say, which
the line's own check holds.
"""

from shopadmin_red_envelope.triggers import ledger_texts as texts
from shopadmin_red_envelope.triggers.ledger_texts import ALLOCATION, ENVELOPE, HOLD, REFUND, REFUND_LINE
from shopadmin_red_envelope.triggers.making import Revision, abort_where, raise_if
from shopadmin_red_envelope.triggers.texts import PREFIX

MESSAGES = texts.MESSAGES | {
    "platform": "red_envelope:platform: an order is of the platform of the buyer of its envelope",
}
_NOW = f"(select ms from {PREFIX}now)"
_KEPT_OF_HOLD = (*texts.KEPT["hold"], "platform")
_PLATFORM_FITS = (
    f"exists (select 1 from {ENVELOPE} e where e.id = new.envelope_id and length(new.platform) > 0 "
    "and substr(e.buyer, 1, length(new.platform) + 1) = new.platform || ':')"
)
# One of the two ends it, once.
_ENDS = "old.completed_at is null and old.cancelled_at is null and (new.completed_at is null) <> " \
        "(new.cancelled_at is null)"  # fmt: skip
_GIVE_UNITS_BACK = texts.TAKE_UNITS.replace(" + (select", " - (select")
_LIVE_REFUNDS = (
    f"from {REFUND} r join {REFUND_LINE} l on l.refund_id = r.id where r.hold_id = new.hold_id "
    "and l.line_key = new.line_key and r.cancelled_at is null"
)
_REFUNDED_SO_FAR = " and ".join(
    f"coalesce((select sum(l.{name}) {_LIVE_REFUNDS}), 0) = new.refunded_{name}" for name in ("units", "cash", "share")
)
_HOLD_MOVES = (
    "(old.state = 'live' and new.state in ('redeemed', 'released') and new.received_at is null) "
    "or (old.state = 'redeemed' and new.state = 'redeemed' and new.ended_at {same} old.ended_at "
    "and old.received_at is null and new.received_at is not null)"
)


def _changed(names: tuple[str, ...], differs: str) -> str:
    return " or ".join(f"new.{name} {differs} old.{name}" for name in names)


def _abort(code: str, condition: str) -> str:
    return abort_where(MESSAGES[code], condition)


def _abort_unless(code: str, condition: str) -> str:
    return _abort(code, f"not coalesce({condition}, 0)")


def _raise(code: str, condition: str) -> str:
    return raise_if(MESSAGES[code], condition)


def _raise_unless(code: str, condition: str) -> str:
    return _raise(code, f"not coalesce({condition}, false)")


def _there(*conditions: str) -> str:
    return f"exists (select 1 from {HOLD} x where {' or '.join(f'({condition})' for condition in conditions)})"


_SQLITE = {
    "hold_insert": (f"before insert on {HOLD}", [
        _abort("exists", _there(
            "x.id = new.id", "x.envelope_id = new.envelope_id and x.state = 'live'",
            "x.platform = new.platform and x.order_no = new.order_no and x.state <> 'released'")),
        _abort("state", "new.state <> 'live'"),
        _abort_unless("platform", _PLATFORM_FITS),
        _abort_unless("not_usable", texts.USABLE.format(now=_NOW)),
        _abort_unless("unbalanced", texts.SHARES_FIT),
    ]),
    "hold_update": (f"before update on {HOLD}", [
        _abort("frozen", _changed(_KEPT_OF_HOLD, "is not")),
        _abort_unless("state", _HOLD_MOVES.format(same="is")),
        _abort("hold_lapsed", f"old.state = 'live' and new.state = 'redeemed' and {_NOW} >= old.expires_at"),
    ]),
    "allocation_update": (f"before update on {ALLOCATION}", [
        _abort("frozen", _changed(texts.KEPT["allocation"], "is not")),
        _abort_unless("refund", _REFUNDED_SO_FAR),
    ]),
    "refund_insert": (f"before insert on {REFUND}", [
        _abort("exists", f"exists (select 1 from {REFUND} x where x.id = new.id)"),
        _abort("state", "new.completed_at is not null or new.cancelled_at is not null"),
        _abort_unless("refund", texts.REFUND_FITS),
    ]),
    "refund_update": (f"before update on {REFUND}", [
        _abort("kept", f"{_changed(texts.KEPT['refund'], 'is not')} or not ({_ENDS})"),
        _abort_unless("facts", f"(new.completed_at is null or {texts.FACTS_FIT.format(now=_NOW)})"),
    ]),
    "refund_updated": (f"after update on {REFUND}", [
        *(f"{line} and new.completed_at is not null;" for line in texts.completed(_NOW)),
        f"{_GIVE_UNITS_BACK} and new.cancelled_at is not null;",
    ]),
}  # fmt: skip
_BODIES = {
    "hold_changes": [
        _raise("kept", "tg_op = 'DELETE'"),
        "  if tg_op = 'INSERT' then",
        _raise("state", "new.state <> 'live'"),
        _raise_unless("platform", _PLATFORM_FITS),
        _raise_unless("not_usable", texts.USABLE.format(now="moment")),
        _raise_unless("unbalanced", texts.SHARES_FIT),
        "    return new;",
        "  end if;",
        _raise("frozen", _changed(_KEPT_OF_HOLD, "is distinct from")),
        _raise_unless("state", _HOLD_MOVES.format(same="is not distinct from")),
        _raise("hold_lapsed", "old.state = 'live' and new.state = 'redeemed' and moment >= old.expires_at"),
        "  return new;",
    ],
    "allocation_changes": [
        _raise("kept", "tg_op = 'DELETE'"),
        "  if tg_op = 'INSERT' then",
        _raise("frozen", f"exists (select 1 from {HOLD} h where h.id = new.hold_id) or new.refunded_units <> 0"),
        "  else",
        _raise("frozen", f"pg_trigger_depth() < 2 or {_changed(texts.KEPT['allocation'], 'is distinct from')}"),
        "  end if;",
        "  return new;",
    ],
    "refund_changes": [
        _raise("kept", "tg_op = 'DELETE'"),
        "  if tg_op = 'INSERT' then",
        _raise("state", "new.completed_at is not null or new.cancelled_at is not null"),
        _raise_unless("refund", texts.REFUND_FITS),
        "    return new;",
        "  end if;",
        _raise("kept", f"{_changed(texts.KEPT['refund'], 'is distinct from')} or not ({_ENDS})"),
        _raise_unless("facts", f"(new.completed_at is null or {texts.FACTS_FIT.format(now='moment')})"),
        "  return new;",
    ],
    "refund_moves": [
        "  if tg_op = 'INSERT' then",
        f"    {texts.TAKE_UNITS};",
        "  elsif new.cancelled_at is not null then",
        f"    {_GIVE_UNITS_BACK};",
        "  else",
        *(f"    {line};" for line in texts.completed("moment")),
        "  end if;",
        "  return null;",
    ],
}
REVISION = Revision(_SQLITE, _BODIES)
