"""How many calls a caller has left, on a clock that the test moves."""

from hypothesis import given
from hypothesis import strategies as st

from shopadmin.http_api import limits
from shopadmin.http_api.limits import Limiter


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_the_eleventh_call_in_a_second_waits_and_others_do_not():
    limiter = Limiter(10, Clock())

    assert [limiter.take("a") for _ in range(10)] == [0.0] * 10
    assert 0 < limiter.take("a") <= 0.1001
    assert limiter.take("b") == 0.0


@given(st.integers(1, 50), st.lists(st.floats(0, 0.3), max_size=200))
def test_no_second_has_more_than_twice_the_limit_and_whoever_waits_is_let_in(per_second, pauses):
    clock, taken = Clock(), []
    limiter = Limiter(per_second, clock)

    for pause in pauses:
        clock.now += pause
        if (wait := limiter.take("a")) == 0.0:
            taken.append(clock.now)
        else:
            assert limiter.take("a") >= wait - 1e-6
    clock.now += 1.0

    assert all(sum(start <= at < start + 1 for at in taken) <= 2 * per_second for start in taken)
    assert limiter.take("a") == 0.0


def test_who_has_not_called_for_a_while_is_forgotten(monkeypatch):
    monkeypatch.setattr(limits, "SWEEP_AT", 100)
    clock = Clock()
    limiter = Limiter(10, clock)

    for number in range(1000):
        clock.now += 0.05
        limiter.take(f"caller {number}")

    assert len(limiter._rested_at) <= 100
