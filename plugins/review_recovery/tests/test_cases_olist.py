"""The real orders and reviews: which cases open, once each, and what the orders say of them."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from importing import run
from shopadmin_review_recovery import cli
from shopadmin_review_recovery.domain.triage import triage
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent, ReviewInvitation
from shopadmin_review_recovery.services import evidence, keeping, listing, signals
from sqlalchemy import func, select, text

from shopadmin.plugin_api import db

pytestmark = pytest.mark.data

BY_FACT = {
    "cancelled": 531, "unavailable": 554, "not_dispatched": 571, "in_transit": 899, "delivered_after_review": 236,
    "late": 34, "mismatch": 0, "none": 862,
}  # fmt: skip
FILES = ("orders", "order_items", "order_payments", "order_reviews", "customers", "products", "sellers")
# The same rule once more, in SQL over the shop's own tables; the dates of the files are the shop's own days.
ORACLE = """
select case
    when o.status = 'cancelled' then 'cancelled'
    when o.status = 'unavailable' then 'unavailable'
    when o.status in ('pending_payment', 'paid') then 'not_dispatched'
    when o.status = 'shipped' and o.delivered_at is null then 'in_transit'
    when {delivered} > {reviewed} then 'delivered_after_review'
    when {delivered} > {promised} then 'late'
    else 'none' end as fact, count(*)
from review r left join shop_order o on o.id = r.order_id where r.stars <= 3 group by 1
"""


def import_olist(test_data: Path) -> Any:
    return run([test_data / "olist" / f"olist_{name}_dataset.csv" for name in FILES])


def day(column: str) -> str:
    if db.engine.dialect.name == "sqlite":
        return f"date({column}, '+8 hours')"
    return f"({column} at time zone 'Asia/Shanghai')::date"


def by_oracle() -> dict[str, int]:
    columns = {"delivered": "o.delivered_at", "reviewed": "r.created_at", "promised": "o.promised_at"}
    days = {name: day(column) for name, column in columns.items()}
    with db.engine.connect() as connection:
        return dict(connection.execute(text(ORACLE.format(**days))).all())


def buyers_of_series() -> set[int | None]:
    """Buyers of whom a case's page says that they left three low reviews within 30 days."""
    often = select(ReviewCase.buyer_id).group_by(ReviewCase.buyer_id).having(func.count() > 2)
    found = db.session().scalars(select(ReviewCase).where(ReviewCase.buyer_id.in_(often))).all()
    given = {case: signals.of_case(case, evidence.dossier_of(case)) for case in found}
    return {case.buyer_id for case, those in given.items() if "series" in {signal.code for signal in those}}


def test_every_low_review_has_a_case_when_the_import_returns(shop: Flask, test_data: Path) -> None:
    import_olist(test_data)

    counts = listing.counts()
    assert counts["total"] == 3_687
    assert counts["by_fact"] == BY_FACT
    assert {fact: count for fact, count in counts["by_fact"].items() if count} == by_oracle()
    assert counts["by_state"]["new"] == 3_687
    # The catch-up finds nothing that was missed, and a second import brings nothing.
    assert keeping.catch_up() == 0
    import_olist(test_data)
    assert listing.counts() == counts
    opened = select(func.count()).select_from(ReviewCaseEvent).where(ReviewCaseEvent.code == "opened")
    assert db.session().scalar(opened) == 3_687

    answer = shop.test_cli_runner().invoke(cli.review_recovery, ["cases", "--json"])
    printed = json.loads(answer.output)
    assert (printed["total"], printed["by_fact"], len(printed["cases"])) == (3_687, BY_FACT, 50)

    mute = select(func.count()).select_from(text("review r join plugin_review_recovery_case c on c.review_id = r.id"))
    assert db.session().scalar(mute.where(text("r.body = ''"))) == 1_139
    lines = text("not exists (select 1 from order_line l where l.order_id = c.order_id)")
    assert db.session().scalar(select(func.count()).select_from(ReviewCase.__table__.alias("c")).where(lines)) == 672
    assert db.session().scalar(select(func.count(ReviewCase.buyer_id.distinct()))) == 3_647
    twice = select(ReviewCase.order_id).group_by(ReviewCase.order_id).having(func.count() > 1)
    assert len(db.session().scalars(twice).all()) == 13
    assert len(buyers_of_series()) == 6
    assert db.session().scalar(select(func.count()).select_from(ReviewInvitation)) == 0


def test_portuguese_words_name_a_cause_in_most_texts(test_data: Path) -> None:
    with (test_data / "olist" / "olist_order_reviews_dataset.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["review_comment_message"] for row in csv.DictReader(file) if int(row["review_score"]) <= 3]
    texts = [text for text in texts if text.strip()]

    named = sum(bool(triage(text).causes) for text in texts)

    assert len(texts) == 2_548
    assert named / len(texts) >= 0.86
