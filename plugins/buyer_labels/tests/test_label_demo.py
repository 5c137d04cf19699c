"""The demo shop shows labels in each status that a person leads to."""

from datetime import UTC, datetime

from flask import Flask
from shopadmin_buyer_labels.domain.status import STATUSES, status
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import reading
from sqlalchemy import select

from shopadmin.plugin_api import db
from shopadmin.services.demo import load


def test_the_demo_has_labels_in_each_status_but_those_of_objections_and_erasure(shop: Flask) -> None:
    now = datetime.now(UTC)
    load.load(now)

    found = db.session().scalars(select(Label)).all()

    assert {status(reading.facts(label), now) for label in found} == set(STATUSES) - {"disputed", "tombstoned"}
