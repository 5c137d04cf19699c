"""Attacks on the lock by raw SQL, as the role that serves: allowed before the start, refused from then on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from red_envelope_shop import HOUR, NOW, Clock, make_activity, make_campaign, stored
from shopadmin_red_envelope import triggers
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopeSeal
from shopadmin_red_envelope.services import campaigns, changing, sealing

from shopadmin.plugin_api import ObjectionsError, db, writing
from shopadmin.services import integrity

C = "plugin_red_envelope_campaign"
COLUMNS = ", ".join(column.key for column in RedEnvelopeCampaign.__table__.columns)
OTHERS = COLUMNS.replace("id, ", "", 1)


REASONS = (
    "red_envelope:", "permission denied", "must be owner", "CHECK constraint failed", "violates check constraint",
    "invalid input syntax", "duplicate key",
)  # fmt: skip


@contextmanager
def refused() -> Iterator[Any]:
    """A refusal that changes nothing."""
    before = stored()
    with pytest.raises(sa.exc.DBAPIError) as error:
        yield error
    assert any(reason in str(error.value.orig) for reason in REASONS), error.value
    assert stored() == before


def run(engine: sa.Engine, statement: str) -> None:
    db.session.rollback()
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def run_alone(clock: Clock, statement: str) -> None:
    """In a connection of its own, the session's transaction left as it is."""
    with clock.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def copied(**changes: Any) -> str:
    """The columns of a campaign with some replaced, for an insert that takes an existing row as its model."""
    return ", ".join(str(changes.get(name, name)) for name in COLUMNS.split(", "))


AMOUNT = f"update {C} set amount = 500, version = version + 1 where id = {{id}}"
WITHDRAWAL = f"update {C} set state = 'withdrawn', version = version + 1 where id = {{id}}"
INSERT = f"insert into {C} ({COLUMNS}) select {copied(id=999)} from {C} where id = {{id}}"
UPSERT = (
    f"insert into {C} ({COLUMNS}) select {COLUMNS} from {C} where id = {{id}} on conflict (id) "
    "do update set amount = 500"
)
ALLOWED_BEFORE = {"amount": AMOUNT, "withdrawal": WITHDRAWAL, "insert": INSERT}
# Of a scheduled campaign only the amount changes, the start or no start.
NEVER = {
    "title": f"update {C} set title = 'x' where id = {{id}}",
    "quantity": f"update {C} set quantity = null where id = {{id}}",
    "threshold": f"update {C} set threshold = 9000 where id = {{id}}",
    "later start": f"update {C} set lock_at = lock_at + 1000000000 where id = {{id}}",
    "no start": f"update {C} set lock_at = null where id = {{id}}",
    "text as start": f"update {C} set lock_at = 'never' where id = {{id}}",
    "window": f"update {C} set claim_to = claim_to + 1, use_to = use_to + 1 where id = {{id}}",
    "activity": f"update {C} set activity_id = null where id = {{id}}",
    "back to draft": f"update {C} set state = 'draft' where id = {{id}}",
    "key": f"update {C} set id = 998 where id = {{id}}",
    "amount outside the list": f"update {C} set amount = 700 where id = {{id}}",
    "delete": f"delete from {C} where id = {{id}}",
    "bulk delete": f"delete from {C}",
    "bulk update": f"update {C} set title = 'x'",
    "activity moved": "update plugin_red_envelope_activity set starts_at = starts_at + 1",
    "activity deleted": "delete from plugin_red_envelope_activity",
    "denomination changed": "update plugin_red_envelope_denomination set amount = 99 where amount = 500",
    "denomination added": "insert into plugin_red_envelope_denomination (category, version, amount, currency) "
    "values ('womens_clothing', 1, 99, 'CNY')",
    "denomination deleted": "delete from plugin_red_envelope_denomination where amount = 1000",
    "early seal": f"insert into plugin_red_envelope_seal select id, 'x', 'y', 1 from {C} where state = 'withdrawn'",
    "guard set back": "update plugin_red_envelope_guard set latest = -1",
    "guard pushed forward": f"update plugin_red_envelope_guard set latest = {NOW + 2000 * HOUR}",
    "guard pushed to the end": f"update plugin_red_envelope_guard set latest = {2**63 - 1}",
    "late changes made up": f"update plugin_red_envelope_guard set late_changes = {2**63 - 1}",
    "guard deleted": "delete from plugin_red_envelope_guard",
}
SQLITE_ONLY = {
    "replace": f"replace into {C} ({COLUMNS}) select {copied(amount=500)} from {C} where id = {{id}}",
    "replace by text key": f"replace into {C} ({COLUMNS}) select {copied(id='cast(id as text)', amount=500)} "
    f"from {C} where id = {{id}}",
    "update or replace": f"update or replace {C} set id = {{id}} where id = {{other}}",
    "insert or ignore of the same key": f"insert or ignore into {C} ({COLUMNS}) select {COLUMNS} from {C} "
    "where id = {id}",
}
POSTGRESQL_ONLY = {
    "truncate": f"truncate {C} cascade",
    "replica role": f"set session_replication_role = replica; {NEVER['title']}",
    "no triggers": f"alter table {C} disable trigger all",
    "drop trigger": f"drop trigger {C}_change on {C}",
    "another clock": "create or replace function plugin_red_envelope_now() returns bigint language sql as 'select 1'",
    "deceiving table": "create temp table plugin_red_envelope_clock (ms bigint); "
    f"insert into plugin_red_envelope_clock values (1); {NEVER['title']}",
}


def attacks(kind: str) -> dict[str, str]:
    return NEVER | (SQLITE_ONLY if kind == "sqlite" else POSTGRESQL_ONLY)


@pytest.mark.parametrize("name", ALLOWED_BEFORE)
def test_before_the_start_what_is_allowed_is_done(clock: Clock, serving: sa.Engine, name: str) -> None:
    campaign = make_campaign()
    before = stored()
    clock.set(clock.start - 1)

    run(serving, ALLOWED_BEFORE[name].format(id=campaign))

    assert stored() != before


def test_before_the_start_a_scheduled_campaign_changes_by_its_amount_alone(
    clock: Clock, serving: sa.Engine, database_kind: str
) -> None:
    campaign, other = make_campaign(), make_campaign("draft")

    for name, attack in attacks(database_kind).items():
        if name == "early seal":
            continue  # selects nothing here
        with refused():
            run(serving, attack.format(id=campaign, other=other))
            raise AssertionError(name)


def test_from_the_start_on_every_statement_is_refused(clock: Clock, serving: sa.Engine, database_kind: str) -> None:
    campaign, other = make_campaign(), make_campaign("draft")
    clock.set(clock.start)

    for name, attack in {**ALLOWED_BEFORE, "upsert": UPSERT, **attacks(database_kind)}.items():
        if name == "early seal":
            continue
        with refused():
            run(serving, attack.format(id=campaign, other=other))
            raise AssertionError(name)


@pytest.mark.parametrize("moved_to", [NOW, NOW + 24 * HOUR - 1, NOW + 1000 * HOUR])
def test_after_the_seal_the_clock_may_move_as_it_likes(
    clock: Clock, serving: sa.Engine, database_kind: str, moved_to: int
) -> None:
    campaign, other = make_campaign(), make_campaign("draft", claim_from=clock.start + 1)
    clock.set(clock.start)
    assert sealing.seal_due() == 1
    clock.set(moved_to)

    sealed = {
        "seal changed": "update plugin_red_envelope_seal set terms = '{{}}'",
        "seal deleted": "delete from plugin_red_envelope_seal",
        "sealed twice": "insert into plugin_red_envelope_seal select * from plugin_red_envelope_seal",
    }
    all_of_them = {**ALLOWED_BEFORE, "upsert": UPSERT, **attacks(database_kind), **sealed}
    for name in ("insert", "early seal", "bulk update", "amount outside the list"):
        all_of_them.pop(name)
    for name, attack in all_of_them.items():
        with refused():
            run(serving, attack.format(id=campaign, other=other))
            raise AssertionError(name)
    for act in (campaigns.withdraw, campaigns.schedule, campaigns.remove):
        with pytest.raises(ObjectionsError) as said:
            act(None, campaign, 2)
        assert said.value.problems[0].code == "red_envelope.locked"


def test_the_session_is_refused_as_well(clock: Clock) -> None:
    campaign = make_campaign()
    clock.set(clock.start)
    before = stored()

    with pytest.raises(sa.exc.IntegrityError, match="red_envelope:locked"), writing() as session:
        session.get_one(RedEnvelopeCampaign, campaign).amount = 500
    with pytest.raises(sa.exc.IntegrityError, match="red_envelope:locked"), writing() as session:
        session.execute(sa.delete(RedEnvelopeCampaign))

    assert stored() == before


def test_a_change_before_the_start_is_not_committed_after_it(
    clock: Clock, serving: sa.Engine, database_kind: str
) -> None:
    """On SQLite the service's last statement looks again; PostgreSQL does so by itself, whoever writes."""
    campaign = make_campaign()
    before = stored()

    if database_kind == "sqlite":
        connection = serving.connect()
        connection.exec_driver_sql(AMOUNT.format(id=campaign))
        connection.exec_driver_sql(f"update plugin_red_envelope_clock set ms = {clock.start}")
        with pytest.raises(sa.exc.IntegrityError, match="red_envelope:locked"):
            connection.exec_driver_sql(f"update plugin_red_envelope_guard set lock_at = {clock.start}")
        connection.rollback()
    else:
        connection = serving.connect()
        connection.exec_driver_sql(AMOUNT.format(id=campaign))
        clock.set(clock.start)
        with pytest.raises(sa.exc.IntegrityError, match="red_envelope:locked"):
            connection.commit()
    connection.close()

    assert stored() == before


def test_the_service_does_not_commit_after_the_start(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock passes the start between the service's question and its commit."""
    campaign = make_campaign()
    before = stored()
    slow = campaigns._record

    def passes_the_start(*arguments: Any) -> None:
        slow(*arguments)
        if db.engine.dialect.name == "sqlite":
            db.session.flush()
            db.session.connection().exec_driver_sql(f"update plugin_red_envelope_clock set ms = {clock.start}")
        else:
            run_alone(clock, f"update plugin_red_envelope_clock set ms = {clock.start}")

    monkeypatch.setattr(campaigns, "_record", passes_the_start)
    with pytest.raises(ObjectionsError) as said:
        campaigns.set_amount(None, campaign, 500, 2)

    assert said.value.problems[0].code == "red_envelope.locked"
    assert stored() == before


def test_two_connections_save_in_the_last_moment_and_the_seal_holds_what_was_committed(shop: Flask) -> None:
    """By the database's own clock: two writers hammer until they are refused, then the seal is taken."""
    now = changing.now()
    db.session.rollback()
    start = now + 5000
    activity = make_activity(starts_at=start, ends_at=start + HOUR)
    times = {"claim_from": start, "claim_to": start + HOUR, "use_from": start, "use_to": start + HOUR}
    campaign = make_campaign("scheduled", activity, **times)
    engine = db.engine.execution_options(shopadmin_writes=True)
    save = f"update {C} set amount = {{amount}}, version = version + 1 where id = {campaign}"
    refusals: list[str] = []

    def hammer(amount: int) -> None:
        while True:
            try:
                with engine.begin() as connection:
                    connection.exec_driver_sql(save.format(amount=amount))
            except sa.exc.IntegrityError as error:
                refusals.append(str(error.orig))
                return
            except sa.exc.OperationalError:
                continue  # SQLite: the other one writes
            time.sleep(0.002)

    threads = [threading.Thread(target=hammer, args=(amount,)) for amount in (500, 2000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sealing.seal_due() == 1

    assert len(refusals) == 2
    assert all("red_envelope:locked" in refusal for refusal in refusals)
    row = campaigns.find(campaign)
    seal = db.session.get_one(RedEnvelopeSeal, campaign)
    assert f'"amount":{row.amount},' in seal.terms
    assert f'"version":{row.version}' in seal.terms


def test_a_writer_that_outstays_the_start_lands_before_the_seal(
    shop: Flask, clock: Clock, serving: sa.Engine, database_kind: str
) -> None:
    """A raw transaction that tricks the clock holds the lock: the seal waits, and copies what it left."""
    campaign = make_campaign()
    connection = serving.connect()
    if database_kind == "sqlite":
        # The one writer moves the clock itself, and leaves out the last look that the service takes.
        connection.exec_driver_sql(AMOUNT.format(id=campaign))
        connection.exec_driver_sql(f"update plugin_red_envelope_clock set ms = {clock.start}")
    else:
        connection.exec_driver_sql("set constraints all immediate")
        connection.exec_driver_sql(AMOUNT.format(id=campaign))
        clock.set(clock.start)
    sealed: list[int] = []

    def seal() -> None:
        with shop.app_context():
            while not sum(sealed):
                sealed.append(sealing.seal_due())
                db.session.remove()

    thread = threading.Thread(target=seal)
    thread.start()
    time.sleep(0.3)
    assert sum(sealed) == 0
    connection.commit()
    thread.join(60)
    connection.close()

    assert sum(sealed) == 1
    assert '"amount":500,' in db.session.get_one(RedEnvelopeSeal, campaign).terms


def checked() -> list[str]:
    """What ``shopadmin check`` says, in a shop whose clock is one that tests set."""
    found = [problem.code.removeprefix("red_envelope.") for problem in integrity.problems()]
    db.session.rollback()
    return found


def test_check_finds_another_clock(clock: Clock) -> None:
    assert checked() == ["triggers"]


def test_check_names_a_trigger_that_was_taken_away(shop: Flask) -> None:
    assert checked() == []
    name, drop = (
        (f"{C}_update", f"drop trigger {C}_update")
        if db.engine.dialect.name == "sqlite"
        else (f"{C}_change", f"drop trigger {C}_change on {C}")
    )
    run(db.engine.execution_options(shopadmin_writes=True), drop)

    (found,) = integrity.problems()
    assert name in str(found.message)


def test_check_finds_what_an_owner_of_the_tables_changed_behind_the_seal(clock: Clock) -> None:
    campaign = make_campaign()
    clock.set(clock.start)
    sealing.seal_due()
    with db.engine.connect().execution_options(shopadmin_writes=True) as connection:
        triggers.remove_all(connection)
        connection.exec_driver_sql(f"update {C} set amount = 50000, threshold = 60000 where id = {campaign}")
        triggers.install_all(connection)
        connection.commit()

    assert "seal" in checked()


def test_check_finds_a_change_that_was_made_with_the_clock_set_back(clock: Clock) -> None:
    """Before any seal the clock is believed; that it had been later is remembered."""
    make_campaign("draft", claim_from=NOW + HOUR)
    campaign = make_campaign("scheduled", claim_from=NOW + 20 * HOUR)
    clock.set(NOW + 30 * HOUR)
    run(clock.engine, f"update plugin_red_envelope_guard set latest = {NOW + 30 * HOUR}")
    clock.set(NOW)

    campaigns.set_amount(None, campaign, 500, 2)

    assert checked().count("clock") == 2


def test_a_shop_that_serves_refuses_a_clock_that_is_not_the_databases_own(shop: Flask, clock: Clock) -> None:
    campaign = make_campaign()
    before = stored()
    shop.testing = False

    with pytest.raises(changing.ForeignClockError):
        campaigns.set_amount(None, campaign, 500, 2)

    assert stored() == before
