"""Raw SQL as the serving role against a push that was started: its groups stay as chance drew them."""

import pytest
import sqlalchemy as sa
from red_envelope_push import ENOUGH, drawn, past_buyers, started
from red_envelope_shop import Clock, make_campaign, stored
from shopadmin_red_envelope.services import integrity, push_sending

from shopadmin.plugin_api import db

P, B = "plugin_red_envelope_push", "plugin_red_envelope_push_buyer"
HELD_BACK = f"(select min(buyer_id) from {B} where state = 'holdout')"
WAITING = f"(select min(buyer_id) from {B} where state = 'waiting')"
ATTACKS = {
    "told after all": f"update {B} set state = 'asked', asked_at = 1 where buyer_id = {HELD_BACK}",
    "waiting after all": f"update {B} set state = 'waiting' where buyer_id = {HELD_BACK}",
    "kept back after all": f"update {B} set state = 'holdout' where buyer_id = {WAITING}",
    "another buyer": f"update {B} set buyer_id = 987654 where buyer_id = {HELD_BACK}",
    "another name": f"update {B} set ref = 'test:zoe' where buyer_id = {WAITING}",
    "one more": f"insert into {B} (push_id, buyer_id, ref, state, reason) values (1, 987654, 'x:y', 'holdout', '')",
    "one less": f"delete from {B} where buyer_id = {HELD_BACK}",
    "another seed": f"update {P} set seed = 'x'",
    "another share": f"update {P} set holdout_percent = 50",
    "another text": f"update {P} set text = 'x'",
    "another forecast": f"update {P} set forecast = 1",
    "never started": f"update {P} set started_at = null, state = 'drawn'",
    "a second start": f"update {P} set started_at = started_at + 1",
    "another campaign": f"update {P} set campaign_id = campaign_id + 1",
}
SQLITE_ONLY = {
    "replaced": f"replace into {B} select push_id, buyer_id, ref, 'holdout', reason, null from {B}",
    "push replaced": f"replace into {P} select * from {P}",
    "push deleted": f"delete from {P}",
}
POSTGRESQL_ONLY = {
    "truncate": f"truncate {B}",
    "upsert": f"insert into {B} (push_id, buyer_id, ref, state, reason) values (1, 1, 'x:y', 'holdout', '') "
    "on conflict (push_id, buyer_id) do update set ref = 'x:y'",
}


def refusal_of(serving: sa.Engine, statement: str) -> str:
    """What the database says to it; empty when it went through."""
    db.session.rollback()
    try:
        with serving.begin() as connection:
            connection.exec_driver_sql(statement)
    except sa.exc.DBAPIError as error:
        return str(error.orig)
    return ""


@pytest.mark.parametrize("is_sent", [False, True])
def test_the_groups_of_a_started_push_are_frozen(
    clock: Clock, serving: sa.Engine, database_kind: str, is_sent: bool
) -> None:
    past_buyers(20)
    started(make_campaign())
    if is_sent:
        push_sending.send_due(ENOUGH)
    before = stored()

    for name, attack in (ATTACKS | (SQLITE_ONLY if database_kind == "sqlite" else POSTGRESQL_ONLY)).items():
        said = refusal_of(serving, attack)
        # Where everybody was asked, nobody waits whom it would move.
        assert "red_envelope:push_locked" in said or "permission denied" in said or (is_sent and WAITING in attack), (
            name
        )
        assert stored() == before, name


def test_until_it_is_started_they_can_be_drawn_anew_and_afterwards_a_buyer_forgotten(
    clock: Clock, serving: sa.Engine
) -> None:
    past_buyers(20)
    drawn(campaign := make_campaign())
    assert refusal_of(serving, ATTACKS["kept back after all"]) == ""
    started(campaign)

    assert refusal_of(serving, f"update {B} set ref = '' where buyer_id = {HELD_BACK}") == ""

    assert [problem.code for problem in integrity.problems()] == ["red_envelope.triggers"]
