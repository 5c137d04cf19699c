"""PostgreSQL with two roles: the demo's campaigns, a campaign's life, attacks as the role that serves, and erasing."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import shopadmin_red_envelope
from flask import Flask
from red_envelope_shop import HOUR, make_activity, make_campaign, stored
from shopadmin_red_envelope.domain.states import Standing, shown_state
from shopadmin_red_envelope.models import RedEnvelopeCampaign, RedEnvelopeSeal
from shopadmin_red_envelope.services import campaigns, changing, sealing
from sqlalchemy import exc, select

from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import ObjectionsError, db
from shopadmin.services import integrity, plugin_data, plugins, schema
from shopadmin.services.demo import load
from shopadmin.testing import TwoRoles

pytestmark = pytest.mark.postgresql

PLUGIN = {"red_envelope": shopadmin_red_envelope}
C, S, G = ("plugin_red_envelope_campaign", "plugin_red_envelope_seal", "plugin_red_envelope_guard")
# What is refused whether a campaign has begun or not: the role owns nothing, and was not granted everything.
ATTACKS = (
    f"truncate {C} cascade",
    f"delete from {S}",
    f"update {S} set terms = 'x'",
    f"delete from {G}",
    f"insert into {G} (id, latest, late_changes) values (2, 0, 0)",
    f"alter table {C} disable trigger all",
    f"alter table {C} drop column threshold",
    f"drop trigger {C}_change on {C}",
    f"drop table {C} cascade",
    "drop function plugin_red_envelope_now() cascade",
    "create or replace function plugin_red_envelope_now() returns bigint language sql as 'select 1::bigint'",
    f"create trigger mine before update on {C} for each row execute function plugin_red_envelope_campaign_changes()",
    f"set session_replication_role = replica; update {C} set amount = 500",
    f"alter table {C} owner to serving",
    f"set role owning; delete from {C}",
)


# What leaves a function's text as it was, and takes its force away.
WEAKENED = (
    "plugin_red_envelope_campaign_changes() security invoker",
    "plugin_red_envelope_campaign_changes() reset search_path",
    "plugin_red_envelope_now() immutable",
)


@pytest.fixture
def shop(two_roles: TwoRoles) -> Iterator[Flask]:
    """A new shop that is served by a role that owns nothing."""
    with two_roles.open(PLUGIN) as app:
        schema.upgrade()
        yield app


def test_the_serving_role_has_what_it_needs_on_the_plugins_tables(shop: Flask, two_roles: TwoRoles) -> None:
    assert schema.faults_of_serving_role() == []
    granted = dict(
        two_roles.run(
            "owning",
            "select table_name, string_agg(lower(privilege_type), ', ' order by privilege_type) "
            "from information_schema.role_table_grants where grantee = 'serving' "
            "and table_name like 'plugin_red_envelope_%%' group by table_name",
        )
    )
    everything = "delete, insert, select, update"
    assert granted == {
        C: everything,
        "plugin_red_envelope_activity": everything,
        "plugin_red_envelope_denomination": everything,
        S: "insert, select",
        G: "select, update",
        "plugin_red_envelope_stock": "insert, select, update",
        "plugin_red_envelope_envelope": "insert, select, update",
        "plugin_red_envelope_hold": "insert, select, update",
        "plugin_red_envelope_allocation": "insert, select",
        "plugin_red_envelope_refund": "insert, select, update",
        "plugin_red_envelope_refund_line": "insert, select",
        "plugin_red_envelope_ledger": "select",
        "plugin_red_envelope_push": "insert, select, update",
        "plugin_red_envelope_push_buyer": everything,
        "plugin_red_envelope_alembic_version": "select",
    }


def test_the_demo_has_a_campaign_in_each_state_though_another_role_owns_the_tables(shop: Flask) -> None:
    load.load(datetime.now(UTC))

    now = changing.now()
    found = db.session.scalars(select(RedEnvelopeCampaign))
    shown = {shown_state(Standing(row.state, row.lock_at, row.use_to), now) for row in found}  # type: ignore[arg-type]
    assert shown == {"draft", "scheduled", "running", "ended", "withdrawn"}
    assert integrity.problems() == []
    rebuilt = select(AuditEntry.reason).where(AuditEntry.code == "red_envelope.lock.rebuilt")
    assert db.session.scalars(rebuilt).all() == ["demo"]
    db.session.rollback()
    db.session.info["writing"] = True
    with pytest.raises(exc.ProgrammingError, match="permission denied"):
        db.session.connection().exec_driver_sql(f"delete from {S}")  # the session is the serving role's again
    db.session.info["writing"] = False


def test_a_demo_that_breaks_off_leaves_the_lock_as_it_was(shop: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr("shopadmin_red_envelope.services.demo.sealing.seal", fail)
    before = stored()

    with pytest.raises(RuntimeError, match="no room"):
        load.load(datetime.now(UTC))

    assert stored() == before
    assert integrity.problems() == []


def test_the_life_of_a_campaign_and_attacks_on_it_as_the_role_that_serves(shop: Flask, two_roles: TwoRoles) -> None:
    load.load(datetime.now(UTC))
    start = changing.now() + 24 * HOUR
    times = {"claim_from": start, "claim_to": start + HOUR, "use_from": start, "use_to": start + HOUR}
    activity = make_activity(starts_at=start, ends_at=start + 2 * HOUR)
    withdrawn, campaign = (make_campaign(state, activity, **times) for state in ("withdrawn", "scheduled"))
    campaigns.set_amount(None, campaign, 500, 2)
    two_roles.run("serving", f"update {C} set amount = 1000 where id = {campaign}")

    for attack in ATTACKS:
        assert_refused(two_roles, attack, r"permission denied|must be owner")
    for sealed in db.session.scalars(select(RedEnvelopeSeal.campaign_id)).all():
        for attack in (f"update {C} set amount = 500 where id = {sealed}", f"delete from {C} where id = {sealed}"):
            assert_refused(two_roles, attack, "red_envelope:locked")
        with pytest.raises(ObjectionsError):
            campaigns.withdraw(None, sealed, 2)

    assert (campaigns.find(withdrawn).state, campaigns.find(campaign).amount) == ("withdrawn", 1000)
    assert sealing.seal_due() == 0
    assert integrity.problems() == []


def assert_refused(two_roles: TwoRoles, attack: str, reason: str) -> None:
    before = stored()
    with pytest.raises(exc.DBAPIError, match=reason):
        two_roles.run("serving", attack)
    assert stored() == before, attack


def test_the_data_goes_and_comes_back_by_the_owner_and_not_while_a_campaign_waits(shop: Flask) -> None:
    start = changing.now() + 24 * HOUR
    times = {"claim_from": start, "claim_to": start + HOUR, "use_from": start, "use_to": start + HOUR}
    campaign = make_campaign("scheduled", make_activity(starts_at=start, ends_at=start + HOUR), **times)
    plugins.disable(None, "red_envelope")
    before = stored()

    with pytest.raises(ObjectionsError):
        plugin_data.erase(None, "red_envelope", "red_envelope")
    assert stored() == before
    campaigns.withdraw(None, campaign, 2)
    plugin_data.erase(None, "red_envelope", "red_envelope")
    plugins.enable(None, "red_envelope")

    assert schema.faults_of_serving_role() == []
    assert integrity.problems() == []


@pytest.mark.parametrize("change", WEAKENED)
def test_check_names_a_function_that_keeps_its_text_and_loses_its_force(
    shop: Flask, two_roles: TwoRoles, change: str
) -> None:
    assert integrity.problems() == []

    two_roles.run("owning", f"alter function {change}")

    assert any(change.partition("(")[0] in str(found.message) for found in integrity.problems())
