"""The demo shop's cases: some in every stage, with clocks that fit."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from shopadmin_review_recovery.models import ReviewCase, ReviewPrevention, ReviewSuspicion
from shopadmin_review_recovery.services import integrity, run_records, runs
from sqlalchemy import func, select

from shopadmin.models.accounts import Account
from shopadmin.plugin_api import db
from shopadmin.services import access
from shopadmin.services.demo import load


def test_the_demo_has_cases_in_every_stage_and_nothing_speaks_against_them(shop: Flask) -> None:
    load.load(datetime.now(UTC))

    found = set(db.session().scalars(select(ReviewCase.state)))
    assert {"new", "triaged", "contacting", "waiting_buyer", "on_hold", "resolved_kept"} <= found
    assert list(integrity.problems()) == []
    assert len(db.session().scalars(select(ReviewSuspicion)).all()) == 1
    assert db.session().scalar(select(func.count()).select_from(ReviewPrevention)) == 1


def test_in_the_afternoon_a_buyer_of_the_demo_can_be_rung_by_the_script(shop: Flask) -> None:
    now = datetime.now(UTC)
    load.load(now)
    owner = db.session().scalars(select(Account).where(Account.is_owner)).one()
    query = select(ReviewCase.id).where(ReviewCase.platform == "shopify", ReviewCase.state == "new")
    afternoon = (now + timedelta(days=1)).replace(hour=7, minute=0)  # three o'clock in the shop

    run = runs.start(access.load_actor(owner.id), db.session().scalars(query).all()[0], "zh", afternoon)

    assert run_records.steps(run)[1].outcome == "allow"


def test_what_the_demo_confirmed_is_what_its_words_say(shop: Flask) -> None:
    load.load(datetime.now(UTC))

    confirmed = db.session().scalars(select(ReviewCase).where(ReviewCase.cause_confirmed_at.is_not(None))).all()
    assert len(confirmed) > 10
    odd = {(case.id, case.cause) for case in confirmed if case.cause not in {one["code"] for one in case.proposals}}
    assert {cause for _case, cause in odd} <= {"quality"}
