"""Learning from the shop's own corrections: off while there are few, explained, and better on the shop's own words."""

import random
from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_review_recovery.domain import corrections, triage
from shopadmin_review_recovery.domain.corrections import Confirmed, train
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import case_records, learning, opening
from sqlalchemy import select

from shopadmin import testing
from shopadmin.plugin_api import writing

# Words of one shop's buyers that no rule file knows, by what they turned out to mean.
SAID = {
    "quality": ("一股鸭子味", "像塑料鸭子", "鸭子味散不掉"),
    "logistics": ("绕地球一圈", "又绕地球了", "绕地球才来"),
    "packaging": ("开箱像开盲盒", "盲盒一样散", "开箱全散"),
}
NOISE = ("第一次买", "给妈妈的", "算了", "不推荐", "周末拆的", "朋友介绍")


def say(rng: random.Random, cause: str) -> str:
    parts = [rng.choice(SAID[cause]), rng.choice(NOISE), rng.choice(NOISE)]
    rng.shuffle(parts)
    return "，".join(parts)


def shop_of(count: int, seed: int = 1, causes: tuple[str, ...] = tuple(SAID)) -> list[Confirmed]:
    rng = random.Random(seed)
    return [Confirmed(say(rng, cause), cause) for cause in rng.choices(causes, k=count)]


def by_rules(text: str) -> str:
    found = triage.triage(text).causes
    return found[0].code if found else ""


@pytest.mark.parametrize("count", [0, 199])
def test_below_two_hundred_cases_nothing_is_learnt(count: int) -> None:
    assert train(shop_of(count), by_rules) is None


def test_a_cause_with_fewer_than_fifty_cases_is_not_proposed() -> None:
    rng = random.Random(3)
    rare = [Confirmed(say(rng, "packaging"), "packaging") for _ in range(49)]

    model = train([*rare, *shop_of(300, causes=("quality", "logistics"))], by_rules)

    assert model is not None
    assert set(model.texts) == {"quality", "logistics"}


def test_the_shops_own_words_are_learnt_where_the_rules_know_nothing() -> None:
    model = train(shop_of(400), by_rules)
    assert model is not None
    assert model.is_on
    assert (model.tested, model.own_hits > 70, model.rule_hits < 20) == (80, True, True)
    unseen = shop_of(300, seed=2)

    alone = sum(by_rules(case.text) == case.cause for case in unseen)
    together = 0
    for case in unseen:
        causes = triage.triage(case.text, own=model).causes
        together += bool(causes) and causes[0].code == case.cause

    assert alone < 60
    assert together > 270


def test_it_says_which_words_counted() -> None:
    model = train(shop_of(400), by_rules)
    assert model is not None

    (weight, counted) = model.proposals("送人的，一股鸭子味")["quality"]

    assert 0 < weight <= corrections.WEIGHT
    assert {"鸭子", "子味"} & {*counted}


def test_a_model_that_did_worse_than_the_rules_keeps_silent() -> None:
    rng = random.Random(5)
    confirmed = [Confirmed("质量太差" if cause == "quality" else "快递太慢", rng.choice(("quality", "logistics")))
                 for cause in rng.choices(("quality", "logistics"), k=240)]  # fmt: skip
    answers = {"质量太差": "quality", "快递太慢": "logistics"}
    newest = [Confirmed(text, answers[text]) for text in rng.choices(list(answers), k=60)]
    shuffled = [
        Confirmed(case.text, "quality" if answers[case.text] == "logistics" else "logistics") for case in confirmed
    ]

    model = train([*shuffled, *newest], by_rules)

    assert model is not None
    assert not model.is_on
    assert model.proposals("质量太差") == {}


def test_a_model_is_the_same_after_it_was_kept() -> None:
    model = train(shop_of(400), by_rules)
    assert model is not None

    again = corrections.from_data(model.as_data())

    assert again.proposals("绕地球一圈") == model.proposals("绕地球一圈")


@given(st.text(max_size=300))
def test_any_text_has_traits_each_once(text: str) -> None:
    traits = corrections.traits_of(text)

    assert len(traits) == len(set(traits))


def test_confirmed_cases_are_learnt_and_asked_in_triage(shop: Flask) -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    for number, case in enumerate(shop_of(220, causes=("quality", "logistics")), 1):
        testing.make_review(number, stars=2, body=case.text)
    opening.open_for(range(1, 221), now)
    told = {number: case.cause for number, case in enumerate(shop_of(220, causes=("quality", "logistics")), 1)}
    with writing() as session:
        for row in session.scalars(select(ReviewCase)).all():
            row.cause, row.cause_confirmed_at = told[row.review_id], now
    assert learning.current() is None

    assert learning.learn() is not None
    assert learning.learn() is None  # nothing new was confirmed since

    review_id = testing.make_review(999, stars=2, body="一股鸭子味")
    opening.open_for([review_id], now)
    found = case_records.of_review(review_id)
    assert found is not None
    assert found.cause == "quality"
    assert found.proposals[0]["because"][0]["kind"] == "own"
