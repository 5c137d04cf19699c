"""Appeals as rules: who may decide, when it is due, and what time does by itself."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from shopadmin_buyer_labels.domain import appeals
from shopadmin_buyer_labels.domain.appeals import Facts

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
ACCOUNTS = st.integers(1, 4)


def facts(involved: frozenset[int] = frozenset({1, 2}), decided_at: datetime | None = None) -> Facts:
    return Facts(NOW, decided_at, involved)


@given(st.frozensets(ACCOUNTS, max_size=3), ACCOUNTS, st.frozensets(ACCOUNTS), st.integers(0, 20 * 24))
def test_g10_whoever_decides_is_neither_author_nor_reviewer_or_there_is_nobody_else_and_a_day_has_gone(
    involved: frozenset[int], account: int, others: frozenset[int], hours: int
) -> None:
    found, deciders, now = facts(involved), others | {account}, NOW + hours * HOUR

    refusal = appeals.lacks(found, account, deciders, "rejected", "", now)

    stands_apart = account not in involved
    somebody_else = any(one not in involved for one in deciders)
    if refusal is None:
        assert stands_apart or (not somebody_else and hours >= 24)
    else:
        assert not stands_apart
        assert refusal == ("own_label" if somebody_else else "pause")


def test_what_is_decided_is_decided_and_upheld_alone_has_a_remedy() -> None:
    deciders = [1, 2, 3]

    assert appeals.lacks(facts(decided_at=NOW), 3, deciders, "rejected", "", NOW) == "decided"
    assert appeals.lacks(facts(), 3, deciders, "upheld", "", NOW) == "remedy"
    assert appeals.lacks(facts(), 3, deciders, "rejected", "revoked", NOW) == "remedy"
    assert appeals.lacks(facts(), 3, deciders, "upheld", "corrected", NOW) is None


def test_g10_an_appeal_is_overdue_after_fourteen_days_to_the_second() -> None:
    end = NOW + timedelta(days=14)

    assert [appeals.is_overdue(facts(), at) for at in (end - SECOND, end)] == [False, True]
    assert not appeals.is_overdue(facts(decided_at=NOW), end)


def test_reminders_go_three_days_and_one_day_before_and_never_of_what_is_over() -> None:
    end = NOW + timedelta(days=14)
    moments = (end - 72 * HOUR - SECOND, end - 72 * HOUR, end - 24 * HOUR, end - SECOND, end)

    assert [appeals.reminders_due(facts(), at) for at in moments] == [0, 1, 2, 2, 0]
    assert appeals.reminders_due(facts(decided_at=NOW), end - HOUR) == 0
