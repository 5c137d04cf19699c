# ruff: noqa: S608 - every name in these statements is our own
"""What both engines' triggers of the ledger say. Frozen with revision 0002. messages.py has the sentences."""

from shopadmin_red_envelope.triggers.texts import PREFIX

STOCK, ENVELOPE, HOLD = f"{PREFIX}stock", f"{PREFIX}envelope", f"{PREFIX}hold"
ALLOCATION, REFUND, REFUND_LINE = f"{PREFIX}allocation", f"{PREFIX}refund", f"{PREFIX}refund_line"
LEDGER, SEAL, CAMPAIGN = f"{PREFIX}ledger", f"{PREFIX}seal", f"{PREFIX}campaign"
TABLES = ("stock", "envelope", "hold", "allocation", "refund", "refund_line", "ledger")
MESSAGES = {
    "stock": "red_envelope:stock: the counter follows the envelopes, and nothing else moves it",
    "claim_closed": "red_envelope:claim_closed: the campaign is not sealed, or its collection is not open",
    "issued": "red_envelope:issued: an envelope is issued as its campaign was sealed",
    "owner": "red_envelope:owner: an envelope keeps its buyer, its amount and its window",
    "state": "red_envelope:state: from where it stands it does not go there",
    "exists": "red_envelope:exists: a row of this key is there already, and stays",
    "kept": "red_envelope:kept: this is only added to: nothing in it is changed or taken away",
    "frozen": "red_envelope:frozen: shares are frozen when the order is placed",
    "unbalanced": "red_envelope:unbalanced: the shares and lines do not sum to the envelope and the goods",
    "not_usable": "red_envelope:not_usable: the envelope cannot be used for this order now",
    "hold_lapsed": "red_envelope:hold_lapsed: the hold is over",
    "refund": "red_envelope:refund: the refund does not fit the lines of the order",
    "facts": "red_envelope:facts: the three facts of the give-back are not so",
    "posting": "red_envelope:posting: the database alone writes to the ledger, from what happened",
}
# Columns that never change once their row is there.
KEPT = {
    "envelope": ("id", "campaign_id", "buyer", "amount", "currency", "use_from", "use_to", "claimed_at"),
    "hold": (
        "id", "envelope_id", "order_no", "amount", "currency", "goods", "discounts", "basis", "lines", "held_at",
        "expires_at",
    ),
    "allocation": ("hold_id", "line_key", "is_goods", "quantity", "before", "share", "paid"),
    "refund": ("id", "hold_id", "lines", "cash", "share", "started_at", "is_full"),
}  # fmt: skip
LEDGER_COLUMNS = (
    "envelope_id, move, book, line_key, from_account, to_account, amount, currency, event, source, at"
)  # fmt: skip

# What the rows around a hold and a refund must be; {now} is the clock of the engine.
STOCK_FITS = (
    f"new.claimed = 0 and exists (select 1 from {SEAL} s join {CAMPAIGN} c on c.id = s.campaign_id "
    "where s.campaign_id = new.campaign_id and c.quantity = new.total)"
)
SHARES_FIT = (
    "(select count(*) = new.lines and sum(a.share) = new.amount and sum(a.before) = new.goods - new.discounts "
    f"from {ALLOCATION} a where a.hold_id = new.id)"
)
USABLE = (
    f"exists (select 1 from {ENVELOPE} e join {CAMPAIGN} c on c.id = e.campaign_id where e.id = new.envelope_id "
    "and e.state = 'available' and e.amount = new.amount and e.currency = new.currency "
    "and {now} >= e.use_from and {now} < e.use_to "
    "and new.basis = case when c.after_order_discounts then new.goods - new.discounts else new.goods end "
    "and new.basis >= coalesce(c.threshold, e.amount + 1))"
)
REFUND_FITS = (
    f"exists (select 1 from {HOLD} h where h.id = new.hold_id and h.state = 'redeemed') "
    "and (select count(*) = new.lines and sum(l.cash) = new.cash and sum(l.share) = new.share "
    f"from {REFUND_LINE} l join {ALLOCATION} a on a.hold_id = new.hold_id and a.line_key = l.line_key "
    "where l.refund_id = new.id) "
    f"and (select count(*) from {REFUND_LINE} l where l.refund_id = new.id) = new.lines "
    f"and new.is_full = (not exists (select 1 from {ALLOCATION} a left join {REFUND_LINE} l "
    "on l.refund_id = new.id and l.line_key = a.line_key where a.hold_id = new.hold_id and a.before > 0 "
    "and (a.refunded_units > 0 or coalesce(l.units, 0) <> a.quantity)))"
)
FACTS_FIT = (
    f"exists (select 1 from {HOLD} h join {ENVELOPE} e on e.id = h.envelope_id where h.id = new.hold_id "
    "and new.is_before_receipt = (h.received_at is null or new.started_at < h.received_at) "
    "and new.is_valid = (new.completed_at < e.use_to) and (not new.is_valid or {now} < e.use_to))"
)
TAKE_UNITS = (
    f"update {ALLOCATION} set refunded_units = refunded_units + {{units}}, refunded_cash = refunded_cash + {{cash}}, "
    f"refunded_share = refunded_share + {{share}} where hold_id = new.hold_id and line_key in "
    f"(select line_key from {REFUND_LINE} where refund_id = new.id)"
).format(
    **{
        name: f"(select l.{name} from {REFUND_LINE} l where l.refund_id = new.id "
        f"and l.line_key = {ALLOCATION}.line_key)"
        for name in ("units", "cash", "share")
    }
)
# Where a refunded envelope goes: back to its buyer, or away once nothing of it is left to the order.
REFUNDED = (
    f"update {ENVELOPE} set moves = moves + 1, hold_id = case when new.gives_back then null else hold_id end, "
    "state = case when new.gives_back then 'available' when amount = (select sum(r.share) "
    f"from {REFUND} r where r.hold_id = new.hold_id and r.completed_at is not null) then 'forfeited' "
    "else 'redeemed' end where hold_id = new.hold_id and new.cash + new.share > 0"
)
_JOURNAL = f"insert into {LEDGER} ({LEDGER_COLUMNS}) select e.id, e.moves, "
POST_REDEMPTION = tuple(
    f"{_JOURNAL}'money', a.line_key, 'sales', '{account}', a.{column}, e.currency, 'redeem', new.id, {{now}} "
    f"from {ALLOCATION} a join {ENVELOPE} e on e.id = new.envelope_id where a.hold_id = new.id and a.{column} > 0"
    for account, column in (("cash", "paid"), ("subsidy", "share"))
)
POST_REFUND = (
    f"{_JOURNAL}'envelope', '', 'redeemed', case when new.gives_back then 'outstanding' else 'forfeited' end, "
    "case when new.gives_back then e.amount else new.share end, e.currency, "
    "case when new.gives_back then 'give_back' else 'refund' end, new.id, {now} "
    f"from {ENVELOPE} e join {HOLD} h on h.envelope_id = e.id where h.id = new.hold_id and new.share > 0",
    *(
        f"{_JOURNAL}'money', l.line_key, '{account}', 'sales', l.{column}, e.currency, 'refund', new.id, {{now}} "
        f"from {REFUND_LINE} l join {HOLD} h on h.id = new.hold_id join {ENVELOPE} e on e.id = h.envelope_id "
        f"where l.refund_id = new.id and l.{column} > 0"
        for account, column in (("cash", "cash"), ("subsidy", "share"))
    ),
)
# The moves of the envelope book that follow from its state alone; what a refund moves, the refund says.
POST_MOVE = (
    f"insert into {LEDGER} ({LEDGER_COLUMNS}) select new.id, new.moves, 'envelope', '', "
    "case old.state when 'available' then 'outstanding' else 'held' end, "
    "case new.state when 'available' then 'outstanding' else new.state end, new.amount, new.currency, "
    "case when new.state = 'held' then 'reserve' when new.state = 'redeemed' then 'redeem' "
    "when new.state = 'expired' then 'expiry' else 'release' end, "
    "coalesce(new.hold_id, old.hold_id, ''), {now} where old.state in ('available', 'held')"
)


def redeemed(now: str) -> list[str]:
    """What follows from a redeemed hold, without its condition."""
    return [
        f"update {ENVELOPE} set state = 'redeemed', moves = moves + 1 where hold_id = new.id and id = new.envelope_id",
        *(posting.format(now=now) for posting in POST_REDEMPTION),
    ]


def released(now: str) -> list[str]:
    """What follows from a released hold: past its end the envelope expires (D5)."""
    return [
        f"update {ENVELOPE} set state = 'available', hold_id = null, moves = moves + 1 "
        "where hold_id = new.id and id = new.envelope_id",
        f"update {ENVELOPE} set state = 'expired', moves = moves + 1 "
        f"where id = new.envelope_id and state = 'available' and use_to <= {now}",
    ]


def completed(now: str) -> list[str]:
    """What follows from a completed refund."""
    return [REFUNDED, *(posting.format(now=now) for posting in POST_REFUND)]
