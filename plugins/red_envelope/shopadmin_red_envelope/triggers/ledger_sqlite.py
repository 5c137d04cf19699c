# ruff: noqa: S608 - every name in these statements is our own
"""SQLite's triggers of envelopes, holds, refunds and the ledger. Frozen with revision 0002.

SQLite cannot tell a statement of a trigger from anybody else's. So whatever follows from something is refused unless
that something has just happened and was not followed up yet: a state goes with its hold or refund, a counter with an
envelope that has no posting, a posting with the fact that it books. ``INSERT OR REPLACE`` fires no DELETE trigger,
so the INSERT triggers look for the row it would take away.
"""

from collections.abc import Iterator

from shopadmin_red_envelope.triggers import ledger_texts as texts
from shopadmin_red_envelope.triggers.ledger_texts import (
    ALLOCATION,
    CAMPAIGN,
    ENVELOPE,
    HOLD,
    LEDGER,
    MESSAGES,
    REFUND,
    REFUND_LINE,
    SEAL,
    STOCK,
)  # fmt: skip
from shopadmin_red_envelope.triggers.texts import PREFIX

NOW = f"(select ms from {PREFIX}now)"


def _refuse(code: str, condition: str) -> str:
    return f"select raise(abort, '{MESSAGES[code]}') where {condition};"


def _unless(code: str, condition: str) -> str:
    return _refuse(code, f"not coalesce({condition}, 0)")


def _changed(table: str) -> str:
    return " or ".join(f"new.{name} is not old.{name}" for name in texts.KEPT[table])


def _there(table: str, *conditions: str) -> str:
    return f"exists (select 1 from {table} x where {' or '.join(f'({condition})' for condition in conditions)})"


def _when(condition: str, statements: list[str]) -> Iterator[str]:
    for statement in statements:
        yield f"{statement} and {condition};" if " where " in statement else f"{statement} where {condition};"


_POSTED = f"exists (select 1 from {LEDGER} t where t.source = r.id)"
# A state and what must have just happened for it.
_GOES = " or ".join((
    "(old.state = 'available' and new.state = 'expired' and new.hold_id is null and old.use_to <= {now})",
    "(old.state = 'available' and new.state = 'held' and exists "
    f"(select 1 from {HOLD} h where h.id = new.hold_id and h.envelope_id = new.id and h.state = 'live'))",
    "(old.state = 'held' and new.state = 'redeemed' and new.hold_id is old.hold_id and exists "
    f"(select 1 from {HOLD} h where h.id = old.hold_id and h.state = 'redeemed'))",
    "(old.state = 'held' and new.state = 'available' and new.hold_id is null and exists "
    f"(select 1 from {HOLD} h where h.id = old.hold_id and h.state = 'released'))",
    f"(old.state = 'redeemed' and exists (select 1 from {REFUND} r where r.hold_id = old.hold_id "
    f"and r.completed_at is not null and r.cash + r.share > 0 and not {_POSTED} and case when r.gives_back "
    "then new.state = 'available' and new.hold_id is null else new.hold_id is old.hold_id and new.state = case when "
    f"(select sum(q.share) from {REFUND} q where q.hold_id = old.hold_id and q.completed_at is not null) = old.amount "
    "then 'forfeited' else 'redeemed' end end))",
)).format(now=NOW)  # fmt: skip
# What a posting must book: the move that the envelope has just made, by the fact behind it.
_BOOKS = (
    f"exists (select 1 from {ENVELOPE} e where e.id = new.envelope_id and e.moves = new.move "
    "and e.currency = new.currency and case new.event "
    "when 'issue' then new.source = '' and e.moves = 1 and new.amount = e.amount "
    "when 'expiry' then new.source = '' and e.state = 'expired' and new.amount = e.amount "
    "when 'reserve' then new.source = e.hold_id and e.state = 'held' and new.amount = e.amount "
    "when 'release' then new.amount = e.amount and exists "
    f"(select 1 from {HOLD} h where h.id = new.source and h.envelope_id = e.id and h.state = 'released') "
    "when 'redeem' then new.source = e.hold_id and e.state = 'redeemed' and case new.book "
    "when 'envelope' then new.amount = e.amount else exists "
    f"(select 1 from {ALLOCATION} a where a.hold_id = new.source and a.line_key = new.line_key "
    "and new.amount = case new.to_account when 'cash' then a.paid else a.share end) end "
    f"else exists (select 1 from {REFUND} r join {HOLD} h on h.id = r.hold_id where r.id = new.source "
    "and h.envelope_id = e.id and r.completed_at is not null and case new.book "
    "when 'envelope' then r.gives_back = (new.event = 'give_back') "
    "and new.amount = case when r.gives_back then e.amount else r.share end else exists "
    f"(select 1 from {REFUND_LINE} l where l.refund_id = r.id and l.line_key = new.line_key "
    "and new.amount = case new.from_account when 'cash' then l.cash else l.share end) end) end)"
)
# The newest envelope is of the campaign and has no posting yet: its own trigger is counting it.
_COUNTING = (
    f"exists (select 1 from {ENVELOPE} e where e.id = (select max(id) from {ENVELOPE}) "
    "and e.campaign_id = new.campaign_id "
    f"and not exists (select 1 from {LEDGER} t where t.envelope_id = e.id))"
)
_REFUNDED_SO_FAR = (
    f"exists (select 1 from {REFUND} r join {REFUND_LINE} l on l.refund_id = r.id where r.hold_id = new.hold_id "
    "and l.line_key = new.line_key group by l.line_key having sum(l.units) = new.refunded_units "
    "and sum(l.cash) = new.refunded_cash and sum(l.share) = new.refunded_share)"
)


def _kept(table: str, *verbs: str) -> dict[str, tuple[str, list[str]]]:
    return {f"{table}_{verb}": (f"before {verb} on {PREFIX}{table}", [_refuse("kept", "1")]) for verb in verbs}


_TRIGGERS: dict[str, tuple[str, list[str]]] = {
    "stock_insert": (f"before insert on {STOCK}", [
        _refuse("exists", _there(STOCK, "x.campaign_id = new.campaign_id")),
        _unless("stock", texts.STOCK_FITS),
    ]),
    "stock_update": (f"before update on {STOCK}", [
        _unless("stock", "new.campaign_id is old.campaign_id and new.total is old.total "
                         f"and new.claimed = old.claimed + 1 and {_COUNTING}"),
    ]),
    **_kept("stock", "delete"),
    "envelope_insert": (f"before insert on {ENVELOPE}", [
        _refuse("exists", _there(ENVELOPE, "x.id = new.id", "x.campaign_id = new.campaign_id and x.buyer = new.buyer")),
        _unless("claim_closed", f"exists (select 1 from {SEAL} s join {CAMPAIGN} c on c.id = s.campaign_id "
                                f"where s.campaign_id = new.campaign_id and {NOW} >= c.claim_from "
                                f"and {NOW} < c.claim_to and new.claimed_at >= c.claim_from "
                                "and new.claimed_at < c.claim_to)"),
        _unless("issued", "new.state = 'available' and new.hold_id is null and new.moves = 1 and exists "
                          f"(select 1 from {CAMPAIGN} c where c.id = new.campaign_id and c.amount = new.amount "
                          "and c.currency = new.currency and c.use_from = new.use_from and c.use_to = new.use_to "
                          f"and (c.quantity is null or {_there(STOCK, 'x.campaign_id = c.id')}))"),
    ]),
    "envelope_inserted": (f"after insert on {ENVELOPE}", [
        f"update {STOCK} set claimed = claimed + 1 where campaign_id = new.campaign_id;",
        f"insert into {LEDGER} ({texts.LEDGER_COLUMNS}) values (new.id, 1, 'envelope', '', 'unissued', 'outstanding', "
        "new.amount, new.currency, 'issue', '', new.claimed_at);",
    ]),
    "envelope_update": (f"before update on {ENVELOPE}", [
        _refuse("owner", _changed("envelope")),
        _unless("state", f"new.moves = old.moves + 1 and ({_GOES})"),
    ]),
    "envelope_updated": (f"after update on {ENVELOPE}", [f"{texts.POST_MOVE.format(now=NOW)};"]),
    **_kept("envelope", "delete"),
    "hold_insert": (f"before insert on {HOLD}", [
        _refuse("exists", _there(HOLD, "x.id = new.id", "x.envelope_id = new.envelope_id and x.state = 'live'",
                                 "x.order_no = new.order_no and x.state <> 'released'")),
        _refuse("state", "new.state <> 'live'"),
        _unless("not_usable", texts.USABLE.format(now=NOW)),
        _unless("unbalanced", texts.SHARES_FIT),
    ]),
    "hold_inserted": (f"after insert on {HOLD}", [
        f"update {ENVELOPE} set state = 'held', hold_id = new.id, moves = moves + 1 where id = new.envelope_id;",
    ]),
    "hold_update": (f"before update on {HOLD}", [
        _refuse("frozen", _changed("hold")),
        _unless("state", "(old.state = 'live' and new.state in ('redeemed', 'released') and new.received_at is null) "
                         "or (old.state = 'redeemed' and new.state = 'redeemed' and new.ended_at is old.ended_at "
                         "and old.received_at is null and new.received_at is not null)"),
        _refuse("hold_lapsed", f"old.state = 'live' and new.state = 'redeemed' and {NOW} >= old.expires_at"),
    ]),
    "hold_updated": (f"after update on {HOLD}", [
        *_when("old.state = 'live' and new.state = 'redeemed'", texts.redeemed(NOW)),
        *_when("old.state = 'live' and new.state = 'released'", texts.released(NOW)),
    ]),
    **_kept("hold", "delete"),
    "allocation_insert": (f"before insert on {ALLOCATION}", [
        _refuse("exists", _there(ALLOCATION, "x.hold_id = new.hold_id and x.line_key = new.line_key")),
        _refuse("frozen", f"{_there(HOLD, 'x.id = new.hold_id')} or new.refunded_units <> 0"),
    ]),
    "allocation_update": (f"before update on {ALLOCATION}", [
        _refuse("frozen", _changed("allocation")),
        _unless("refund", _REFUNDED_SO_FAR),
    ]),
    **_kept("allocation", "delete"),
    "refund_insert": (f"before insert on {REFUND}", [
        _refuse("exists", _there(REFUND, "x.id = new.id")),
        _refuse("state", "new.completed_at is not null"),
        _unless("refund", texts.REFUND_FITS),
    ]),
    "refund_inserted": (f"after insert on {REFUND}", [f"{texts.TAKE_UNITS};"]),
    "refund_update": (f"before update on {REFUND}", [
        _refuse("kept", f"{_changed('refund')} or old.completed_at is not null or new.completed_at is null"),
        _unless("facts", texts.FACTS_FIT.format(now=NOW)),
    ]),
    "refund_updated": (f"after update on {REFUND}", [f"{line};" for line in texts.completed(NOW)]),
    **_kept("refund", "delete"),
    "refund_line_insert": (f"before insert on {REFUND_LINE}", [
        _refuse("exists", _there(REFUND_LINE, "x.refund_id = new.refund_id and x.line_key = new.line_key")),
        _refuse("kept", _there(REFUND, "x.id = new.refund_id")),
    ]),
    **_kept("refund_line", "update", "delete"),
    "ledger_insert": (f"before insert on {LEDGER}", [
        _refuse("exists", _there(
            LEDGER,
            "x.envelope_id = new.envelope_id and x.move = new.move and x.book = new.book and x.line_key = new.line_key "
            "and x.from_account = new.from_account and x.to_account = new.to_account",
            "new.source <> '' and x.source = new.source and x.source <> '' and x.event = new.event "
            "and x.book = new.book and x.line_key = new.line_key and x.from_account = new.from_account "
            "and x.to_account = new.to_account")),
        _unless("posting", _BOOKS),
    ]),
    **_kept("ledger", "update", "delete"),
}  # fmt: skip


class Engine:
    """How SQLite is told, and what it should say."""

    @staticmethod
    def expected() -> dict[str, str]:
        """Every trigger by its name, as SQLite keeps its text."""
        return {
            f"{PREFIX}{name}": f"CREATE TRIGGER {PREFIX}{name} {moment} for each row begin {' '.join(body)} end"
            for name, (moment, body) in _TRIGGERS.items()
        }

    @staticmethod
    def statements() -> list[str]:
        """What creates them."""
        return list(Engine.expected().values())

    @staticmethod
    def removal() -> list[str]:
        """Drop all of them, what is missing already aside."""
        return [f"drop trigger if exists {PREFIX}{name}" for name in _TRIGGERS]
