"""Ratings of one order: which is the worst."""

import pytest

from shopadmin.domain.reviews import badness


@pytest.mark.parametrize(
    ("ratings", "worst"),
    [
        ([5, 2, 4], 2),
        (["good", "neutral"], "neutral"),
        (["neutral", "bad", "good"], "bad"),
        (["bad", 5], 5),
        (["", "good"], "good"),
    ],
)
def test_the_worst_rating_has_the_fewest_stars_or_else_the_worst_grade(ratings, worst):
    assert min(ratings, key=badness) == worst
