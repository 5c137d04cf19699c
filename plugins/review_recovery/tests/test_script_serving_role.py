"""PostgreSQL with two roles: a whole call is walked, and what is kept is kept, by a role that owns nothing."""

from collections.abc import Iterator

import pytest
import shopadmin_review_recovery
from flask import Flask
from runs_of_tests import CLERK, NOON, OWNER, make_case, path, set_platform, take
from scripts_of_tests import TEXT
from shopadmin_review_recovery.services import runs, scripts
from sqlalchemy import exc, text

from shopadmin import testing
from shopadmin.plugin_api import db, writing
from shopadmin.services import schema
from shopadmin.testing import TwoRoles

pytestmark = pytest.mark.postgresql

P = "plugin_review_recovery_"


@pytest.fixture
def shop(two_roles: TwoRoles) -> Iterator[Flask]:
    """A new shop that is served by a role that owns nothing."""
    with two_roles.open({"review_recovery": shopadmin_review_recovery}) as app:
        schema.upgrade()
        testing.make_account(app, is_owner=True)
        set_platform(app)
        yield app


def test_a_script_is_published_and_a_call_walked_to_its_end(shop: Flask) -> None:
    other = TEXT.replace("name: default", "name: other")
    script_id = scripts.bring_in(OWNER, other)
    scripts.publish(OWNER, script_id, 1)
    run_id = runs.start(CLERK, make_case(), "zh", NOON)
    take(run_id, "yes", "yes")
    take(run_id, "all_well", note="Everything is fine.")
    take(run_id, "next", "refuses", "next", "next")

    assert path(run_id)[-1] == "[refused]"


@pytest.mark.parametrize(
    "attack",
    [
        f"update {P}script_version set canonical = 'x'",
        f"delete from {P}script_version",
        f"update {P}run set case_id = 9",
        f"update {P}run_step set outcome = 'agrees'",
        f"delete from {P}run_step",
        f"delete from {P}run_note",
        f"delete from {P}invitation",
        f"truncate {P}run cascade",
        f"alter table {P}run_step disable trigger all",
        f"drop trigger {P}run_step_next on {P}run_step",
        f"drop function {P}kept() cascade",
        f"create or replace function {P}kept() returns trigger language plpgsql as 'begin return new; end'",
    ],
)
def test_the_serving_role_changes_nothing_that_was_published_or_said(shop: Flask, attack: str) -> None:
    runs.start(CLERK, make_case(), "en", NOON)

    with pytest.raises(exc.DBAPIError), writing() as session:
        session.execute(text(attack))

    db.session.rollback()
    assert path(1) == ["gate", "identity"]
