"""Who is perhaps the same person: what the job suggests, what people say of it, and what it means for orders."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from importing import run, undo
from labels_of_tests import NOW
from orders_file import order, orders
from people_of_tests import OWNER, READER, propose
from policy_of_tests import change, decisions, grave_label, hold_of, live_rule
from shopadmin_buyer_labels.domain.policy import (
    LONGEST_HOLD,
    REQUIREMENTS,
    STATUSES,
    Effect,
    LabelFacts,
    Level,
    Match,
    Rule,
    decide,
    join,
)
from shopadmin_buyer_labels.domain.status import Effect as Reach
from shopadmin_buyer_labels.domain.suggestions import Finding, Kept, Pair, last_night, pair, plan, settled
from shopadmin_buyer_labels.domain.taxonomy import CODES
from shopadmin_buyer_labels.models import BuyerIndexed, BuyerMerge, BuyerSplit, Label, MatchSuggestion
from shopadmin_buyer_labels.services import (
    changes,
    deciding,
    indexing,
    merging,
    never_match,
    suggesting,
    suggestions,
)
from shopadmin_buyer_labels.services.people import same_people
from sqlalchemy import func, select
from suggested_people import HOME, pairs, person, suggest

from shopadmin import testing
from shopadmin.plugin_api import ForbiddenError, ObjectionsError, RefusedError, db

LATER = NOW + timedelta(days=1)

findings = some.builds(Finding, some.integers(0, 1000), some.just(("name_alike",)))
buyers = some.integers(1, 4)
two = some.tuples(buyers, buyers).filter(lambda both: both[0] < both[1])
keepings = some.builds(Kept, findings, some.sampled_from(("", "merged", "other")))


@given(some.dictionaries(two, findings), some.dictionaries(two, keepings), some.sets(buyers))
def test_planned_again_on_what_it_leads_to_it_changes_nothing_and_no_decision_is_touched(
    found: dict[Pair, Finding], kept: dict[Pair, Kept], looked_at: set[int]
) -> None:
    wanted = plan(found, kept, looked_at)
    after = {each: before for each, before in kept.items() if each not in wanted.gone}
    after |= {each: Kept(finding) for each, finding in {**wanted.new, **wanted.changed}.items()}

    again = plan(found, after, looked_at)

    assert (again.new, again.changed, again.gone) == ({}, {}, frozenset())
    assert all(after[each] == before for each, before in kept.items() if before.decision)
    assert {each for each in found if each not in after} == set()


def test_a_merge_settles_a_suggestion_taken_back_it_is_open_and_a_no_stays() -> None:
    assert [settled(said, is_same) for said in ("", "merged", "other") for is_same in (True, False)] == [
        "merged", "", "merged", "", "other", "other"
    ]  # fmt: skip
    assert pair(7, 3) == pair(3, 7) == (3, 7)


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-20T19:30:00+00:00", "2026-11-20T19:00:00+00:00"),
        ("2026-11-20T18:59:59+00:00", "2026-11-19T19:00:00+00:00"),
        ("2026-11-20T19:00:00+00:00", "2026-11-20T19:00:00+00:00"),
    ],
)
def test_the_night_is_the_shops(now: str, night: str) -> None:
    assert last_night(datetime.fromisoformat(now), ZoneInfo("Asia/Shanghai")) == datetime.fromisoformat(night)


labels = some.builds(
    LabelFacts,
    some.sampled_from(sorted(CODES)), some.integers(0, 4), some.integers(1, 4), some.sampled_from(STATUSES),
    some.sampled_from(Reach),
)  # fmt: skip
effects = some.builds(
    Effect, some.sampled_from(Level), some.frozensets(some.sampled_from(REQUIREMENTS)), some.booleans(),
    some.integers(0, LONGEST_HOLD),
)  # fmt: skip
any_rules = some.builds(
    Rule,
    some.frozensets(some.sampled_from(sorted(CODES)), max_size=3), effects, some.integers(0, 4), some.integers(1, 4),
    some.frozensets(some.sampled_from(STATUSES), min_size=1), some.booleans(),
)  # fmt: skip


@given(some.lists(any_rules, max_size=4), some.lists(labels, max_size=3), some.lists(labels, max_size=3))
def test_who_is_only_alike_never_leads_above_a_flag_nor_adds_to_what_does(
    given_rules: list[Rule], exact: list[LabelFacts], alike: list[LabelFacts]
) -> None:
    known = [Match(label) for label in exact]
    perhaps = [Match(label, is_exact=False) for label in alike]

    alone = join(found.effect for found in decide(given_rules, perhaps))
    without = join(found.effect for found in decide(given_rules, known))
    together = join(found.effect for found in decide(given_rules, [*known, *perhaps]))

    assert (alone.requires, alone.campaigns, alone.hold_hours) == (frozenset(), True, 0)
    assert alone.level <= Level.FLAG
    # It marks an order; whatever makes it wait is there without it.
    assert together == join([without, Effect(min(together.level, Level.FLAG))])


def test_pairs_with_a_labelled_buyer_are_suggested_once_with_what_agrees(shop: Flask) -> None:
    labelled, alike, _other = person("Wang Sample", 1), person("Wang Sample", 2), person("Li Muster", 3)
    also = person("Wang Sample", 4)
    assert suggest() == []  # nobody is labelled yet
    label_id = grave_label(labelled)

    assert suggest() == suggest() == suggest(LATER) == [(labelled, alike, ""), (labelled, also, "")]
    row = db.session.scalars(select(MatchSuggestion)).first()
    assert row is not None
    assert set(row.reasons) >= {"name_alike", "address_alike"}
    db.session.rollback()

    change(label_id, revoked_at=NOW, revoked_why="by_hand")
    suggest(LATER + timedelta(days=1))
    change(label_id, revoked_at=None, revoked_why="")
    assert suggest(LATER + timedelta(days=2)) == [(labelled, alike, ""), (labelled, also, "")]


def test_an_import_is_looked_at_when_it_comes_and_forgotten_when_it_is_undone(shop: Flask) -> None:
    labelled = person("王小样", 1, "13800138000")
    grave_label(labelled)
    assert suggest() == []

    report = run({"a.csv": orders(order(1, 收货人姓名="王小样", 联系手机="13900139000", 收货地址=HOME))})
    ((one, other, said),) = suggest()
    assert (one, said) == (labelled, "")

    undo(report.run_id)
    assert pairs() == []
    assert other != labelled


def test_who_is_known_to_be_one_person_is_not_suggested(shop: Flask) -> None:
    one, _same = person("Wang Sample", 1, "13800138000"), person("Wang Sample", 2, "13800138000")
    third = person("Wang Sample", 3)
    grave_label(one)
    assert suggest() == [(one, third, ""), (one + 1, third, "")]

    merging.merge(OWNER, third, one, "They wrote so")
    assert {said for *_both, said in pairs()} == {"merged"}
    assert {said for *_both, said in suggest(LATER)} == {"merged"}


def test_after_a_no_the_two_people_are_not_suggested_again_in_any_row_of_theirs(shop: Flask) -> None:
    one, other = person("Wang Sample", 1, "13800138000"), person("Wang Sample", 2)
    grave_label(one)
    assert suggest() == [(one, other, "")]
    with pytest.raises(ForbiddenError):
        suggestions.told_apart(READER, 1)

    suggestions.told_apart(OWNER, 1, NOW)
    for act in (lambda: suggestions.told_apart(OWNER, 1), lambda: suggestions.same(OWNER, 1, "They wrote so")):
        with pytest.raises(ObjectionsError):
            act()
    person("Wang Sample", 3, "13800138000")  # the labelled one again, known by the phone
    assert suggest(LATER) == suggest(LATER + timedelta(days=1)) == [(one, other, "other")]

    suggestions.ask_again(OWNER, 1)
    assert (one, other, "") in suggest(LATER + timedelta(days=2))


def test_a_run_that_was_killed_half_way_goes_on_and_ends_as_one_that_was_not(
    shop: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = [person("Wang Sample", number) for number in range(1, 8)]
    grave_label(everybody[3])
    indexing.catch_up_all()
    monkeypatch.setattr(suggesting, "PIECE", 2)
    done = []

    def killed(*arguments: Any) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(arguments)
        seen(*arguments)

    seen = suggesting._seen
    monkeypatch.setattr(suggesting, "_seen", killed)
    with pytest.raises(KeyboardInterrupt):
        suggesting.suggest(NOW)
    db.session.rollback()
    half, unseen = pairs(), select(func.count()).where(BuyerIndexed.looked_at.is_(None))
    assert 0 < (db.session.scalar(unseen) or 0) < 7
    db.session.rollback()
    monkeypatch.setattr(suggesting, "_seen", seen)
    whole = suggest()

    assert half != whole
    assert set(half) <= set(whole)
    assert {frozenset(both) for *both, _said in whole} == {
        frozenset((everybody[3], each)) for each in everybody if each != everybody[3]
    }
    assert db.session.scalar(unseen) == 0
    db.session.rollback()
    suggesting.suggest(NOW + timedelta(seconds=1))  # whoever was labelled at the very moment is looked at again
    assert suggesting.suggest(NOW + timedelta(seconds=2)) == 0


def test_an_open_suggestion_flags_orders_and_a_decision_lets_go_or_holds(shop: Flask) -> None:
    labelled, alike = person("Wang Sample", 1), person("Wang Sample", 2)
    live_rule()
    label_id = grave_label(labelled)
    suggest()

    (found,) = decisions(2)
    assert (found.via, found.level, found.requires, found.campaigns, found.label_id) == (
        "alike", Level.FLAG, "", True, label_id
    )  # fmt: skip
    assert hold_of(1) is not None
    assert hold_of(2) is None

    change(label_id, disputed_at=NOW)
    assert [each.ended_why for each in decisions(2)] == ["person"]
    change(label_id, disputed_at=None)
    assert [each.ended_at for each in decisions(2)] == [None]
    merge_id = suggestions.same(OWNER, 1, "They wrote so")
    assert [(each.via, each.level) for each in decisions(2)] == [("merge", Level.HOLD)]
    assert hold_of(2) is not None

    merging.unmerge(OWNER, merge_id)
    hold = hold_of(2)
    assert hold is not None
    assert hold.released_why == "person"
    suggestions.told_apart(OWNER, 1)
    assert [each.ended_why for each in decisions(2)] == ["person"]
    deciding.decide_all()
    assert decisions(2)[0].ended_at is not None
    assert alike == 2


def state() -> tuple[Any, ...]:
    """All that says who is who, without the rows of what was taken back."""
    db.session.rollback()
    merges = db.session.execute(
        select(BuyerMerge.buyer_id, BuyerMerge.into_id).where(BuyerMerge.ended_at.is_(None)).order_by(BuyerMerge.id)
    ).all()
    splits = db.session.scalars(select(BuyerSplit.buyer_id).where(BuyerSplit.ended_at.is_(None))).all()
    held = db.session.execute(select(Label.id, Label.buyer_id, Label.revision).order_by(Label.id)).all()
    found = same_people(range(1, 4))
    row = MatchSuggestion
    said = db.session.execute(
        select(row.id, row.buyer_id, row.other_id, row.score, row.decision).order_by(row.id)
    ).all()
    db.session.rollback()
    return merges, splits, held, [sorted(found[each]) for each in range(1, 4)], said


def test_merging_and_taking_back_restores_exactly_whatever_was_merged_split_and_suggested(
    shop: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three buyers, two of them with one phone: all pairs of merges and splits, one after the other."""
    phones = ("13800138000", "13800138000", "13900139000")
    everybody = [person("Wang Sample", number, phone) for number, phone in enumerate(phones, 1)]
    grave_label(everybody[0])
    assert len(suggest()) == 2
    monkeypatch.setattr(changes, "_listeners", [])  # what follows for orders has tests of its own

    def merged(one: int, other: int) -> Callable[[], Callable[[], None]]:
        def act() -> Callable[[], None]:
            found = merging.join(OWNER, one, other, "They wrote so", NOW)
            return lambda: merging.unmerge(OWNER, found)

        return act

    def split(one: int) -> Callable[[], Callable[[], None]]:
        def act() -> Callable[[], None]:
            found = merging.split(OWNER, one, "Father and son", NOW)
            return lambda: merging.unsplit(OWNER, found)

        return act

    ways = [*(merged(*both) for both in combinations(everybody, 2)), *(split(each) for each in everybody)]
    before, refused = state(), 0
    for first in ways:
        undo_first = first()
        between = state()
        for second in ways:
            try:
                undo_second = second()
            except ObjectionsError:
                refused += 1
            else:
                assert state() != between
                undo_second()
            assert state() == between
        undo_first()
        assert state() == before
    assert refused >= len(ways)  # each of them twice


def test_the_shops_own_people_are_not_labelled_in_any_row_of_theirs_nor_by_a_merge(shop: Flask) -> None:
    testing.make_account(shop, email="colleague@example.com")
    row, same = (
        testing.make_buyer(email="colleague@example.com", phone="13800138000"),
        testing.make_buyer(phone="13800138000"),
    )
    listed, other = testing.make_buyer(phone="13900139000"), testing.make_buyer(phone="13700137000")
    indexing.catch_up_all()
    entry = never_match.add(OWNER, "phone", "13900139000", "own")
    merging.merge(OWNER, other, same, "They said so")

    for buyer_id in (row, same, other, listed):
        with pytest.raises(RefusedError) as error:
            propose(buyer_id=buyer_id)
        assert [problem.code for problem in error.value.problems] == ["buyer_labels.staff"]
    stranger = testing.make_buyer()
    grave_label(
        stranger, expires_at=datetime.now(UTC) + timedelta(days=9), latest_at=datetime.now(UTC) + timedelta(days=99)
    )
    for one, two_ in ((stranger, same), (listed, stranger)):
        with pytest.raises(ObjectionsError) as objection:
            merging.merge(OWNER, one, two_, "They said so")
        assert [problem.code for problem in objection.value.problems] == ["staff_labelled"]

    assert db.session.scalar(select(func.count()).select_from(Label)) == 1
    assert db.session.scalar(select(func.count()).select_from(BuyerMerge)) == 1
    never_match.end(OWNER, entry)  # what a person put there a person takes away
    assert propose(buyer_id=listed)
