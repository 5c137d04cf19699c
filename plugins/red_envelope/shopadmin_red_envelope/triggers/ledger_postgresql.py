# ruff: noqa: S608 - every name in these statements is our own
"""PostgreSQL's triggers of envelopes, holds, refunds and the ledger. Frozen with revision 0002.

What follows from something is written by a trigger: a statement of anybody's own stands at depth 1 and is refused.
Claims are counted and booked once a statement, whatever the number of rows.
"""

from shopadmin_red_envelope.triggers import ledger_texts as texts
from shopadmin_red_envelope.triggers.ledger_texts import (
    CAMPAIGN,
    ENVELOPE,
    HOLD,
    LEDGER,
    MESSAGES,
    REFUND,
    SEAL,
    STOCK,
)  # fmt: skip
from shopadmin_red_envelope.triggers.texts import PREFIX

NOW = "moment"
_DIRECT = "pg_trigger_depth() < 2"


def _refuse(code: str, condition: str) -> str:
    return f"  if {condition} then raise exception '{MESSAGES[code]}' using errcode = 'check_violation'; end if;"


def _unless(code: str, condition: str) -> str:
    return _refuse(code, f"not coalesce({condition}, false)")


def _changed(table: str) -> str:
    return " or ".join(f"new.{name} is distinct from old.{name}" for name in texts.KEPT[table])


def _when(condition: str, statements: list[str]) -> list[str]:
    return [f"  if {condition} then", *(f"    {statement};" for statement in statements), "  end if;"]


_KEPT = _refuse("kept", "tg_op = 'DELETE'")
_BODIES: dict[str, list[str]] = {
    "stock_changes": [
        _KEPT,
        "  if tg_op = 'INSERT' then",
        _unless("stock", texts.STOCK_FITS),
        "  else",
        _refuse("stock", f"{_DIRECT} or new.campaign_id is distinct from old.campaign_id "
                         "or new.total is distinct from old.total or new.claimed <= old.claimed"),
        "  end if;",
        "  return new;",
    ],
    "envelope_issues": [
        _refuse("claim_closed",
                f"exists (select 1 from issued i left join {SEAL} s on s.campaign_id = i.campaign_id "
                f"left join {CAMPAIGN} c on c.id = s.campaign_id where c.id is null or moment < c.claim_from "
                "or moment >= c.claim_to or i.claimed_at < c.claim_from or i.claimed_at >= c.claim_to)"),
        _refuse("issued",
                f"exists (select 1 from issued i join {CAMPAIGN} c on c.id = i.campaign_id "
                f"left join {STOCK} k on k.campaign_id = c.id where i.state <> 'available' or i.moves <> 1 "
                "or i.amount <> c.amount or i.currency <> c.currency or i.use_from <> c.use_from "
                "or i.use_to <> c.use_to or (c.quantity is not null and k.campaign_id is null))"),
        f"  update {STOCK} k set claimed = k.claimed + n.pieces from (select campaign_id, count(*) as pieces "
        "from issued group by campaign_id) n where k.campaign_id = n.campaign_id;",
        f"  insert into {LEDGER} ({texts.LEDGER_COLUMNS}) select id, 1, 'envelope', '', 'unissued', 'outstanding', "
        "amount, currency, 'issue', '', claimed_at from issued;",
        "  return null;",
    ],
    "envelope_changes": [
        _KEPT,
        _refuse("owner", _changed("envelope")),
        _refuse("state", "new.moves <> old.moves + 1 or (old.state, new.state) not in (('available', 'held'), "
                         "('available', 'expired'), ('held', 'redeemed'), ('held', 'available'), "
                         "('redeemed', 'redeemed'), ('redeemed', 'available'), ('redeemed', 'forfeited'))"),
        _refuse("state", f"{_DIRECT} and new.state <> 'expired'"),
        _refuse("state", f"new.state = 'expired' and old.use_to > {NOW}"),
        "  return new;",
    ],
    "envelope_moves": [f"  {texts.POST_MOVE.format(now=NOW)};", "  return null;"],
    "hold_changes": [
        _KEPT,
        "  if tg_op = 'INSERT' then",
        _refuse("state", "new.state <> 'live'"),
        _unless("not_usable", texts.USABLE.format(now=NOW)),
        _unless("unbalanced", texts.SHARES_FIT),
        "    return new;",
        "  end if;",
        _refuse("frozen", _changed("hold")),
        _unless("state", "(old.state = 'live' and new.state in ('redeemed', 'released') and new.received_at is null) "
                         "or (old.state = 'redeemed' and new.state = 'redeemed' "
                         "and new.ended_at is not distinct from old.ended_at "
                         "and old.received_at is null and new.received_at is not null)"),
        _refuse("hold_lapsed", f"old.state = 'live' and new.state = 'redeemed' and {NOW} >= old.expires_at"),
        "  return new;",
    ],
    "hold_moves": [
        "  if tg_op = 'INSERT' then",
        f"    update {ENVELOPE} set state = 'held', hold_id = new.id, moves = moves + 1 where id = new.envelope_id;",
        "    return null;",
        "  end if;",
        *_when("old.state = 'live' and new.state = 'redeemed'", texts.redeemed(NOW)),
        *_when("old.state = 'live' and new.state = 'released'", texts.released(NOW)),
        "  return null;",
    ],
    "allocation_changes": [
        _KEPT,
        "  if tg_op = 'INSERT' then",
        _refuse("frozen", f"exists (select 1 from {HOLD} h where h.id = new.hold_id) or new.refunded_units <> 0"),
        "  else",
        _refuse("frozen", f"{_DIRECT} or {_changed('allocation')} or new.refunded_units < old.refunded_units"),
        "  end if;",
        "  return new;",
    ],
    "refund_changes": [
        _KEPT,
        "  if tg_op = 'INSERT' then",
        _refuse("state", "new.completed_at is not null"),
        _unless("refund", texts.REFUND_FITS),
        "    return new;",
        "  end if;",
        _refuse("kept", f"{_changed('refund')} or old.completed_at is not null or new.completed_at is null"),
        _unless("facts", texts.FACTS_FIT.format(now=NOW)),
        "  return new;",
    ],
    "refund_moves": [
        "  if tg_op = 'INSERT' then",
        f"    {texts.TAKE_UNITS};",
        "    return null;",
        "  end if;",
        *(f"  {line};" for line in texts.completed(NOW)),
        "  return null;",
    ],
    "refund_line_changes": [
        _refuse("kept", f"tg_op <> 'INSERT' or exists (select 1 from {REFUND} r where r.id = new.refund_id)"),
        "  return new;",
    ],
    "ledger_posts": [_refuse("posting", _DIRECT), "  return null;"],
    "ledger_changes": [_refuse("kept", "true"), "  return null;"],
    "books_truncate": [_refuse("kept", "true"), "  return null;"],
}  # fmt: skip
_HEAD = f"""
declare moment bigint;
begin
  perform set_config('search_path', 'pg_catalog, ' || quote_ident(tg_table_schema) || ', pg_temp', true);
  moment := {PREFIX}now();
"""
# Name, table, when it fires, function, and pg_trigger's tgtype: 1 row, 2 before, 4 insert, 8 delete, 16 update, 32
# truncate.
_TRIGGERS: tuple[tuple[str, str, str, str, int], ...] = (
    ("stock_change", "stock", "before insert or update or delete on {t} for each row", "stock_changes", 31),
    ("envelope_issue", "envelope",
     "after insert on {t} referencing new table as issued for each statement", "envelope_issues", 4),
    ("envelope_change", "envelope", "before update or delete on {t} for each row", "envelope_changes", 27),
    ("envelope_move", "envelope", "after update on {t} for each row", "envelope_moves", 17),
    ("hold_change", "hold", "before insert or update or delete on {t} for each row", "hold_changes", 31),
    ("hold_move", "hold", "after insert or update on {t} for each row", "hold_moves", 21),
    ("allocation_change", "allocation", "before insert or update or delete on {t} for each row",
     "allocation_changes", 31),
    ("refund_change", "refund", "before insert or update or delete on {t} for each row", "refund_changes", 31),
    ("refund_move", "refund", "after insert or update on {t} for each row", "refund_moves", 21),
    ("refund_line_change", "refund_line", "before insert or update or delete on {t} for each row",
     "refund_line_changes", 31),
    ("ledger_post", "ledger", "before insert on {t} for each statement", "ledger_posts", 6),
    ("ledger_change", "ledger", "before update or delete on {t} for each row", "ledger_changes", 27),
    *((f"{table}_truncate", table, "before truncate on {t} for each statement", "books_truncate", 34)
      for table in texts.TABLES),
)  # fmt: skip


def _body(name: str) -> str:
    return _HEAD + "\n".join(_BODIES[name]) + "\nend"


def _function(name: str) -> str:
    return (
        f"create function {PREFIX}{name}() returns trigger language plpgsql security definer "
        f"set search_path = pg_catalog, pg_temp as $body${_body(name)}$body$"
    )


class Engine:
    """How PostgreSQL is told, and what it should say."""

    @staticmethod
    def expected() -> dict[str, str]:
        """Functions by their bodies; triggers by table, function, when they fire, and that they always do."""
        found = {f"{PREFIX}{name}": _body(name) for name in _BODIES}
        for name, table, _moment, function, fires in _TRIGGERS:
            found[f"{PREFIX}{name}"] = f"{PREFIX}{table} {PREFIX}{function} {fires} A false"
        return found

    @staticmethod
    def statements() -> list[str]:
        """The functions, the triggers."""
        made = [_function(name) for name in _BODIES]
        for name, table, moment, function, _fires in _TRIGGERS:
            fires = moment.format(t=f"{PREFIX}{table}")
            made += [
                f"create trigger {PREFIX}{name} {fires} execute function {PREFIX}{function}()",
                f"alter table {PREFIX}{table} enable always trigger {PREFIX}{name}",
            ]
        return made

    @staticmethod
    def removal() -> list[str]:
        """Drop the functions, and every trigger with them."""
        return [f"drop function if exists {PREFIX}{name}() cascade" for name in _BODIES]
