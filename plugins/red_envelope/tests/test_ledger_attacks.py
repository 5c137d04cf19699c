"""Attacks on envelopes, holds, refunds and the ledger by raw SQL, as the role that serves: refused, nothing changed."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from red_envelope_shop import HOUR, NOW, Clock, begun, claimed, order, stored
from shopadmin_red_envelope import triggers
from shopadmin_red_envelope.models import RedEnvelope
from shopadmin_red_envelope.services import books, holding, integrity, refunding

from shopadmin.plugin_api import db

P = "plugin_red_envelope_"
STOCK, ENVELOPE, HOLD = f"{P}stock", f"{P}envelope", f"{P}hold"
ALLOCATION, REFUND, REFUND_LINE, LEDGER = f"{P}allocation", f"{P}refund", f"{P}refund_line", f"{P}ledger"
TABLES = (STOCK, ENVELOPE, HOLD, ALLOCATION, REFUND, REFUND_LINE, LEDGER)
REASONS = (
    "red_envelope:", "permission denied", "must be owner", "CHECK constraint failed", "violates check constraint",
    "UNIQUE constraint failed", "duplicate key", "FOREIGN KEY constraint failed", "violates foreign key",
    "NOT NULL constraint failed", "violates not-null",
)  # fmt: skip
START = NOW + 24 * HOUR
USE_TO = NOW + 72 * HOUR


def rows(table: str, key: str, **changes: str) -> str:
    """Copy rows that are there, with some values replaced."""
    columns = [column.name for column in RedEnvelope.metadata.tables[table].columns]
    values = ", ".join(changes.get(name, name) for name in columns)
    return f"insert into {table} ({', '.join(columns)}) select {values} from {table} where {key}"


def new_hold(shares: str = "400, 600", **changes: Any) -> list[str]:
    """The statements of a hold of the free envelope for order S7, shares first; ``changes``: of the hold."""
    first, second = shares.split(", ")
    lines = [("L01", 4000, first), ("L02", 6000, second)]
    made = [
        f"insert into {ALLOCATION} values ('h7', '{key}', {{true}}, 1, {before}, {share}, {before} - {share}, 0, 0, 0)"
        for key, before, share in lines
    ]
    values = {
        "id": "'h7'", "envelope_id": "{free}", "platform": "'test'", "order_no": "'S7'", "amount": 1000,
        "currency": "'CNY'", "goods": 10000, "discounts": 0, "basis": 10000, "lines": 2, "state": "'live'",
        "held_at": START, "expires_at": START + 1_800_000, "ended_at": "null", "received_at": "null",
    } | changes  # fmt: skip
    return [*made, f"insert into {HOLD} ({', '.join(values)}) values ({', '.join(map(str, values.values()))})"]


def new_refund(line: str = "'L01', 1, 3600, 400", **changes: Any) -> list[str]:
    """The statements of a refund of order S1, lines first."""
    values = {
        "id": "'r7'", "hold_id": "'{paid_hold}'", "lines": 1, "cash": 3600, "share": 400, "started_at": START,
        "is_full": "{false}",
    } | changes  # fmt: skip
    return [
        f"insert into {REFUND_LINE} values ('r7', {line})",
        f"insert into {REFUND} ({', '.join(values)}) values ({', '.join(map(str, values.values()))})",
    ]


def complete(before_receipt: str, valid: str, gives_back: str, at: int = START) -> str:
    return (
        f"update {REFUND} set completed_at = {at}, is_before_receipt = {{{before_receipt}}}, is_valid = {{{valid}}}, "
        f"gives_back = {{{gives_back}}} where completed_at is null"
    )


def issue(buyer: str = "'test:zoe'", **changes: Any) -> str:
    values = {
        "campaign_id": "{campaign}", "buyer": buyer, "amount": 1000, "currency": "'CNY'", "use_from": START,
        "use_to": USE_TO, "claimed_at": START, "state": "'available'", "hold_id": "null", "moves": 1,
    } | changes  # fmt: skip
    return f"insert into {ENVELOPE} ({', '.join(values)}) values ({', '.join(map(str, values.values()))})"


def post(
    event: str, book: str, accounts: str, amount: int = 1000, line: str = "", source: str = "", **keys: Any
) -> str:
    values = {
        "envelope_id": "{paid}", "move": 3, "book": f"'{book}'", "line_key": f"'{line}'",
        "from_account": f"'{accounts.split('>')[0]}'", "to_account": f"'{accounts.split('>')[1]}'", "amount": amount,
        "currency": "'CNY'", "event": f"'{event}'", "source": f"'{source}'", "at": START,
    } | keys  # fmt: skip
    return f"insert into {LEDGER} ({', '.join(values)}) values ({', '.join(map(str, values.values()))})"


# What stands when the attacks begin: of four envelopes one is free, one held for S2, one redeemed on S1 with a refund
# of L02 under way, and one is left to claim.
ATTACKS: dict[str, str | list[str]] = {
    "one more than the stock": [issue(), issue("'test:zac'")],
    "two in one statement": issue() + ", " + issue("'test:zac'").partition("values ")[2],
    "a second envelope": issue("'test:free'"),
    "an amount of its own": issue(amount=5000),
    "another currency": issue(currency="'EUR'"),
    "a longer window": issue(use_to=USE_TO + 1),
    "issued as redeemed": issue(state="'redeemed'", hold_id="'{paid_hold}'"),
    "issued with moves": issue(moves=2),
    "claimed before the window": issue(claimed_at=START - 1),
    "claimed past the window": issue(claimed_at=START + 24 * HOUR),
    "of a campaign without a seal": issue(campaign_id="{draft}"),
    "of no campaign": issue(campaign_id=987654),
    "for nobody": issue("''"),
    "for null": issue("null"),
    "more stock": f"update {STOCK} set total = total + 1",
    "counter set back": f"update {STOCK} set claimed = claimed - 1",
    "counter forward": f"update {STOCK} set claimed = claimed + 1",
    "stock of another campaign": f"insert into {STOCK} values ({{draft}}, 100, 0)",
    "stock deleted": f"delete from {STOCK}",
    "another buyer": f"update {ENVELOPE} set buyer = 'test:zoe' where id = {{free}}",
    "another buyer with a move": f"update {ENVELOPE} set buyer = 'test:zoe', moves = moves + 1 where id = {{free}}",
    "a larger amount": f"update {ENVELOPE} set amount = 9000, moves = moves + 1 where id = {{free}}",
    "a later end": f"update {ENVELOPE} set use_to = use_to + 1, moves = moves + 1 where id = {{free}}",
    "held without a hold": f"update {ENVELOPE} set state = 'held', hold_id = 'x', moves = moves + 1 "
    "where id = {free}",
    "held by another's hold": f"update {ENVELOPE} set state = 'held', hold_id = '{{live_hold}}', moves = moves + 1 "
    "where id = {free}",
    "free again": f"update {ENVELOPE} set state = 'available', hold_id = null, moves = moves + 1 where id = {{paid}}",
    "released while held": f"update {ENVELOPE} set state = 'available', hold_id = null, moves = moves + 1 "
    "where id = {held}",
    "redeemed without payment": f"update {ENVELOPE} set state = 'redeemed', moves = moves + 1 where id = {{held}}",
    "forfeited": f"update {ENVELOPE} set state = 'forfeited', moves = moves + 1 where id = {{paid}}",
    "expired early": f"update {ENVELOPE} set state = 'expired', moves = moves + 1 where id = {{free}}",
    "a move that is none": f"update {ENVELOPE} set moves = moves + 1 where id = {{paid}}",
    "envelope deleted": f"delete from {ENVELOPE} where id = {{free}}",
    "shares above the envelope": new_hold("401, 600"),
    "shares below the envelope": new_hold("400, 599"),
    "a share above its line": new_hold("-3000, 4000"),
    "a line too few": new_hold(lines=3),
    "goods made up": new_hold(goods=20000, basis=20000),
    "a basis made up": new_hold(goods=10000, basis=9000),
    "another amount": new_hold(amount=999),
    "an order of another currency": new_hold(currency="'EUR'"),
    "an envelope that is held": new_hold(envelope_id="{held}", order_no="'S8'"),
    "an envelope that is used": new_hold(envelope_id="{paid}", order_no="'S8'"),
    "a second envelope on an order": new_hold(order_no="'S1'"),
    "an order of another platform": new_hold(platform="'own'"),
    "an order of no platform": new_hold(platform="''"),
    "an order that changes its platform": f"update {HOLD} set platform = 'own' where id = '{{live_hold}}'",
    "a hold for a week": new_hold(expires_at=START + 7 * 86_400_000),
    "a hold that is redeemed": new_hold(state="'redeemed'", ended_at=START),
    "shares without a hold": new_hold()[:2],
    "a hold without shares": new_hold()[2],
    "a share more, later": f"insert into {ALLOCATION} values ('{{live_hold}}', 'L03', {{true}}, 1, 0, 0, 0, 0, 0, 0)",
    "a share moved": f"update {ALLOCATION} set share = share + 1, paid = paid - 1 where line_key = 'L01'",
    "a share moved both ways": f"update {ALLOCATION} set share = 500, paid = before - 500",
    "a quantity changed": f"update {ALLOCATION} set quantity = 9 where line_key = 'L01'",
    "a share deleted": f"delete from {ALLOCATION} where line_key = 'L01'",
    "units counted without a refund": f"update {ALLOCATION} set refunded_units = 1, refunded_cash = paid, "
    "refunded_share = share where line_key = 'L01' and hold_id = '{paid_hold}'",
    "units set back": f"update {ALLOCATION} set refunded_units = 0, refunded_cash = 0, refunded_share = 0",
    "freight with goods": [
        new_hold()[0].replace("{true}", "{false}"), *new_hold()[1:],
    ],
    "another order": f"update {HOLD} set order_no = 'S9' where id = '{{live_hold}}'",
    "another envelope": f"update {HOLD} set envelope_id = {{free}} where id = '{{live_hold}}'",
    "a longer hold": f"update {HOLD} set expires_at = expires_at + 60000 where id = '{{live_hold}}'",
    "unpaid again": f"update {HOLD} set state = 'live', ended_at = null where id = '{{paid_hold}}'",
    "paid and released": f"update {HOLD} set state = 'released' where id = '{{paid_hold}}'",
    "a receipt of an unpaid order": f"update {HOLD} set received_at = 1 where id = '{{live_hold}}'",
    "hold deleted": f"delete from {HOLD} where id = '{{live_hold}}'",
    "a refund twice": new_refund("'L02', 1, 5400, 600", cash=5400, share=600),
    "more units than there are": new_refund("'L01', 2, 7200, 800", cash=7200, share=800),
    "more cash than was paid": new_refund("'L01', 1, 4000, 400", cash=4000),
    "cash without its share": new_refund("'L01', 1, 3600, 0", share=0),
    "a sum that is not that of its lines": new_refund(cash=9000),
    "a refund without lines": new_refund()[1],
    "lines without a refund": new_refund()[0],
    "a line of another order": new_refund("'L09', 1, 3600, 400"),
    "a part called full": new_refund(is_full="{true}"),
    "a refund of an unpaid order": new_refund(hold_id="'{live_hold}'"),
    "started and completed at once": new_refund(completed_at=START, is_before_receipt="{true}", is_valid="{true}",
                                                gives_back="{false}"),
    "a part given back": complete("true", "true", "true"),
    "the receipt overlooked": complete("false", "true", "false"),
    "the end overlooked": complete("true", "false", "false"),
    "completed before started": complete("true", "true", "false", at=START - 1),
    "cancelled before started": f"update {REFUND} set cancelled_at = {START - 1}",
    "born cancelled": new_refund(cancelled_at=START),
    "completed and cancelled": complete("true", "true", "false").replace("set ", f"set cancelled_at = {START}, ", 1),
    "cancelled and not": [f"update {REFUND} set cancelled_at = {START}", f"update {REFUND} set cancelled_at = null"],
    "cancelled, then completed": [f"update {REFUND} set cancelled_at = {START}", complete("true", "true", "false")],
    "a refund grown": f"update {REFUND} set cash = cash + 1",
    "a refund made full": f"update {REFUND} set is_full = {{true}}",
    "a line more, later": f"insert into {REFUND_LINE} values ('{{refund}}', 'L01', 1, 3600, 400)",
    "a line grown": f"update {REFUND_LINE} set cash = cash + 1",
    "refund deleted": f"delete from {REFUND}",
    "refund line deleted": f"delete from {REFUND_LINE}",
    "a posting of nobody's": post("issue", "envelope", "unissued>outstanding", move=1, envelope_id="{free}"),
    "a second issue": post("issue", "envelope", "unissued>outstanding"),
    "a give-back without a refund": post("give_back", "envelope", "redeemed>outstanding", source="{paid_hold}"),
    "a refund not yet completed": post("refund", "money", "cash>sales", 5400, "L02", "{refund}"),
    "redeemed twice": post("redeem", "money", "sales>cash", 3600, "L01", "{paid_hold}", move=4),
    "redeemed with more": post("redeem", "money", "sales>cash", 3601, "L01", "{paid_hold}"),
    "a posting to freight": post("redeem", "money", "sales>freight", 100, "F"),
    "a posting to cash": post("redeem", "envelope", "held>cash"),
    "an amount of zero": post("expiry", "envelope", "outstanding>expired", 0),
    "an amount below zero": post("refund", "envelope", "redeemed>forfeited", -1000),
    "a posting changed": f"update {LEDGER} set amount = amount + 1",
    "a posting deleted": f"delete from {LEDGER}",
}  # fmt: skip
SQLITE_ONLY: dict[str, str | list[str]] = {
    "envelope replaced": rows(ENVELOPE, "id = {free}", amount="9000").replace("insert", "replace", 1),
    "envelope replaced by its buyer": rows(ENVELOPE, "id = {paid}", id="null").replace("insert", "replace", 1),
    "stock replaced": f"replace into {STOCK} values ({{campaign}}, 100, 0)",
    "hold replaced": rows(HOLD, "id = '{live_hold}'", amount="900").replace("insert", "replace", 1),
    "hold replaced by its order": [*new_hold()[:2],
                                   new_hold(order_no="'S2'")[2].replace("insert", "insert or replace", 1)],
    "share replaced": rows(ALLOCATION, "hold_id = '{paid_hold}' and line_key = 'L01'", refunded_units="0")
    .replace("insert", "replace", 1),
    "refund replaced": rows(REFUND, "id = '{refund}'", cash="1").replace("insert", "replace", 1),
    "refund line replaced": rows(REFUND_LINE, "refund_id = '{refund}'", cash="1").replace("insert", "replace", 1),
    "posting replaced": rows(LEDGER, "envelope_id = {paid} and move = 2", amount="1").replace("insert", "replace", 1),
    "update or replace": f"update or replace {ENVELOPE} set id = {{free}} where id = {{paid}}",
    "text as an amount": issue(amount="'a lot'"),
    "no foreign keys": ["pragma foreign_keys = off", *new_hold()[:2], new_hold(envelope_id=987654)[2]],
}  # fmt: skip
POSTGRESQL_ONLY: dict[str, str | list[str]] = {
    **{f"truncate {table}": f"truncate {table} cascade" for table in TABLES},
    "replica role": f"set session_replication_role = replica; update {ENVELOPE} set buyer = 'x:y'",
    "no triggers": f"alter table {ENVELOPE} disable trigger all",
    "drop trigger": f"drop trigger {P}envelope_issue on {ENVELOPE}",
    "upsert": issue("'test:free'") + " on conflict (campaign_id, buyer) do update set state = 'expired', "
    f"moves = {ENVELOPE}.moves + 1",
    "constraints at the end": ["set constraints all deferred", *new_hold()[:2]],
}  # fmt: skip


# What the owner of the tables can do and a trigger cannot prevent.
OWNERS_ALONE = ("no triggers", "drop trigger")


class Stage:
    """What the attacks are run on, as the role that serves or another."""

    def __init__(self, clock: Clock, engine: sa.Engine) -> None:
        self.engine = engine
        campaign = begun(clock, quantity=4)
        self.names = {"campaign": campaign, "draft": campaign + 1, "true": "true", "false": "false"}
        for name, order_no in (("free", ""), ("held", "S2"), ("paid", "S1")):
            self.names[name] = claimed(campaign, f"test:{name}")
            if order_no:
                hold = holding.hold(self.names[name], order(order_no, f"test:{name}"))
                self.names["live_hold" if name == "held" else "paid_hold"] = hold.id
        holding.redeem(str(self.names["paid_hold"]))
        self.names["refund"] = refunding.start("S1", {"L02": 1}).id

    def run(self, attack: str | list[str]) -> None:
        """All of it in one transaction."""
        db.session.rollback()
        with self.engine.begin() as connection:
            for statement in [attack] if isinstance(attack, str) else attack:
                connection.exec_driver_sql(statement.format(**self.names))

    def refusal_of(self, attack: str | list[str]) -> str:
        """What the database says to it; empty when it went through."""
        try:
            self.run(attack)
        except sa.exc.DBAPIError as error:
            return str(error.orig)
        return ""

    def check_refused(self, attacks: dict[str, str | list[str]]) -> None:
        """Each is refused for a reason of ours or of a constraint, and changes nothing."""
        before = stored()
        for name, attack in attacks.items():
            said = self.refusal_of(attack)
            assert any(reason in said for reason in REASONS), (name, said)
            assert stored() == before, name


@pytest.fixture
def stage(clock: Clock, serving: sa.Engine) -> Stage:
    return Stage(clock, serving)


def test_every_attack_is_refused_and_changes_nothing(stage: Stage, database_kind: str) -> None:
    stage.check_refused(ATTACKS | (SQLITE_ONLY if database_kind == "sqlite" else POSTGRESQL_ONLY))


def test_the_tables_owner_is_refused_as_well(clock: Clock, database_kind: str) -> None:
    own = {} if database_kind == "sqlite" else POSTGRESQL_ONLY
    attacks = {name: attack for name, attack in (ATTACKS | own).items() if name not in OWNERS_ALONE}

    Stage(clock, clock.engine).check_refused(attacks)


@pytest.mark.parametrize(
    "attack",
    [
        issue(), new_hold(), new_refund(), complete("true", "true", "false"),
        f"update {REFUND} set cancelled_at = {START}",
        f"update {HOLD} set state = 'redeemed', ended_at = {START} where state = 'live'",
        f"update {HOLD} set state = 'released', ended_at = {START} where state = 'live'",
    ],
)  # fmt: skip
def test_the_attacks_differ_from_what_is_allowed_by_what_they_try_alone(stage: Stage, attack: str | list[str]) -> None:
    before = stored()

    stage.run(attack)

    assert stored() != before
    assert list(books.problems()) == []


TOO_LATE: dict[str, tuple[int, str | list[str]]] = {
    "a claim at the end of the window, dated before it": (START + 24 * HOUR, issue()),
    "a hold at the end of the envelope, dated before it": (USE_TO, new_hold()),
    "a redemption of a hold that is over": (
        START + 1_800_000, f"update {HOLD} set state = 'redeemed', ended_at = {START} where state = 'live'",
    ),
    "a full refund completed at the end, dated before it": (USE_TO, complete("true", "true", "true", at=USE_TO - 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", TOO_LATE)
def test_the_clock_is_asked_by_the_database_itself(clock: Clock, serving: sa.Engine, name: str) -> None:
    late, attack = TOO_LATE[name]
    stage = Stage(clock, serving)
    if "full refund" in name:
        with clock.engine.begin() as connection:
            triggers.remove_ledger(connection)
            connection.exec_driver_sql(f"update {REFUND} set is_full = true")
            triggers.install_ledger(connection)
            triggers.install_later(connection, "0004")
    clock.set(late)

    stage.check_refused({name: attack})

    clock.set(late - 1)
    stage.run(attack)


# What somebody changed who took the triggers away, and what is said about it.
TAMPERED = {
    f"update {STOCK} set claimed = 1": "counter is not",
    f"delete from {STOCK}": "without a stock",
    f"update {ENVELOPE} set amount = 900 where id = {{free}}": "as their campaign was sealed",
    f"update {ENVELOPE} set state = 'expired' where id = {{free}}": "elsewhere than the ledger says",
    f"update {ENVELOPE} set state = 'forfeited' where id = {{paid}}": "elsewhere than the ledger says",
    f"update {ENVELOPE} set moves = 1 where id = {{paid}}": "do not follow",
    f"update {HOLD} set state = 'released', ended_at = 1 where state = 'live'": "know",
    f"update {ALLOCATION} set share = share + 1, paid = paid - 1 where line_key = 'L01'": "do not sum to the envelope",
    f"update {ALLOCATION} set refunded_units = 0, refunded_cash = 0, refunded_share = 0": "other refunds",
    f"update {REFUND_LINE} set cash = cash + 1": "other refunds",
    f"update {REFUND} set cash = cash + 1": "do not sum to them",
    f"update {LEDGER} set amount = amount + 1 where book = 'money'": "money the ledger has otherwise",
    f"delete from {LEDGER} where book = 'money'": "money the ledger has otherwise",
    f"update {LEDGER} set amount = 1 where event = 'issue'": "elsewhere than the ledger says",
    f"delete from {LEDGER} where event = 'reserve'": "do not follow",
}


@pytest.mark.parametrize("statement", TAMPERED)
def test_check_finds_what_was_changed_behind_the_triggers(clock: Clock, statement: str) -> None:
    stage = Stage(clock, clock.engine)
    with clock.engine.begin() as connection:
        triggers.remove_ledger(connection)
        connection.exec_driver_sql(statement.format(**stage.names))
        triggers.install_ledger(connection)
        triggers.install_later(connection, "0004")
    db.session.rollback()

    found = [problem.message for problem in integrity.problems() if problem.code == "red_envelope.books"]

    assert any(TAMPERED[statement] in str(message) for message in found), found


def test_check_names_a_trigger_of_the_ledger_that_was_taken_away(shop: Flask) -> None:
    name = f"{ENVELOPE}_update" if db.engine.dialect.name == "sqlite" else f"{ENVELOPE}_change"
    on = "" if db.engine.dialect.name == "sqlite" else f" on {ENVELOPE}"
    with db.engine.execution_options(shopadmin_writes=True).begin() as connection:
        connection.exec_driver_sql(f"drop trigger {name}{on}")

    (found,) = integrity.problems()

    assert name in str(found.message)
