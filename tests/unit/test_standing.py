"""Opinions on a buyer are joined into one, whatever their order and number."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shopadmin.domain.standing import NORMAL, Standing, StandingLevel, join

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
OPINIONS = st.builds(
    Standing,
    level=st.sampled_from(StandingLevel),
    requires=st.frozensets(st.sampled_from(["prepay", "verify_contact", "signature_delivery"])),
    campaigns=st.booleans(),
    release_at=st.none() | st.integers(0, 5).map(lambda hours: NOON + timedelta(hours=hours)),
    reasons=st.frozensets(st.sampled_from(["a.one", "b.two"])),
)


def test_with_nobody_answering_everybody_is_normal():
    assert join([]) == NORMAL == Standing(StandingLevel.NONE, frozenset(), True, None, frozenset())


def test_the_stricter_of_two_opinions_counts_in_every_part():
    lax = Standing(StandingLevel.HOLD_REVIEW, frozenset({"prepay"}), True, NOON, frozenset({"a.one"}))
    strict = Standing(StandingLevel.FLAG, frozenset({"signature_delivery"}), False, None, frozenset({"b.two"}))

    joined = join([lax, strict])

    assert joined == Standing(
        StandingLevel.HOLD_REVIEW,
        frozenset({"prepay", "signature_delivery"}),
        False,
        NOON,
        frozenset({"a.one", "b.two"}),
    )


@given(st.lists(OPINIONS, max_size=5), st.randoms())
def test_neither_order_nor_repetition_nor_grouping_changes_the_outcome(opinions, random):
    shuffled = random.sample(opinions, len(opinions))
    cut = random.randint(0, len(opinions))

    assert join(shuffled) == join(opinions)
    assert join(opinions + opinions) == join(opinions)
    assert join([join(opinions[:cut]), join(opinions[cut:])]) == join(opinions)


@given(OPINIONS, OPINIONS)
def test_another_opinion_never_makes_a_standing_milder(first, second):
    joined = join([first, second])

    assert joined.level >= first.level
    assert joined.requires >= first.requires
    assert joined.campaigns <= first.campaigns
