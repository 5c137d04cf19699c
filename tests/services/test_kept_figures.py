"""Figures that are kept for a minute: for that one minute, that question and that shop."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from flask import Flask

from shopadmin.plugin_api import kept_for_a_minute
from shopadmin.services import kept_figures

START = datetime(2026, 11, 20, 10, 5, 10, tzinfo=UTC)


class Clock:
    """The time that figures are kept by."""

    def __init__(self) -> None:
        self.now = START


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(kept_figures, "datetime", SimpleNamespace(now=lambda _zone: made.now))
    return made


@pytest.fixture
def figures() -> Callable[[int], int]:
    """Another figure each time that it is counted."""
    counted = count()

    @kept_for_a_minute
    def sold(_days: int) -> int:
        return next(counted)

    return sold


def test_figures_are_kept_for_their_minute_and_never_show_again_in_another(
    app: Flask, clock: Clock, figures: Callable[[int], int]
) -> None:
    seen = {figures(30)}
    clock.now += timedelta(seconds=49)
    assert figures(30) in seen

    for later in (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=31), timedelta(days=365)):
        clock.now = START + later
        found = figures(30)
        assert found not in seen, later
        assert figures(30) == found
        seen.add(found)


def test_each_question_and_each_shop_has_figures_of_its_own(
    make_app: Callable[..., Flask], clock: Clock, figures: Callable[[int], int]
) -> None:
    seen = set()
    for shop in (make_app(), make_app()):
        with shop.app_context():
            seen |= {figures(7), figures(30), figures(30)}

    assert seen == {0, 1, 2, 3}


def test_an_error_is_not_kept(app: Flask, clock: Clock) -> None:
    answers = [LookupError(), 5]

    @kept_for_a_minute
    def sold() -> int:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    with pytest.raises(LookupError):
        sold()
    assert sold() == 5
