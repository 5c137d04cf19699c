"""The demo shop's cases: some in every stage, with clocks that fit."""

from datetime import UTC, datetime

from flask import Flask
from shopadmin_review_recovery.models import ReviewCase, ReviewPrevention, ReviewSuspicion
from shopadmin_review_recovery.services import integrity
from sqlalchemy import func, select

from shopadmin.plugin_api import db
from shopadmin.services.demo import load


def test_the_demo_has_cases_in_every_stage_and_nothing_speaks_against_them(shop: Flask) -> None:
    load.load(datetime.now(UTC))

    found = set(db.session().scalars(select(ReviewCase.state)))
    assert {"new", "triaged", "contacting", "waiting_buyer", "on_hold", "resolved_kept"} <= found
    assert list(integrity.problems()) == []
    assert len(db.session().scalars(select(ReviewSuspicion)).all()) == 1
    assert db.session().scalar(select(func.count()).select_from(ReviewPrevention)) == 1
