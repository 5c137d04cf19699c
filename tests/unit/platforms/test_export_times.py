from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.contract import ReadContext
from shopadmin.platforms.refusals import BadCell
from shopadmin.platforms.times import DateOrder, is_ambiguous, parse_date, parse_time, slash_order, time_parser

SHANGHAI = ReadContext(ZoneInfo("Asia/Shanghai"), "CNY")
NEW_YORK = ReadContext(ZoneInfo("America/New_York"), "USD")
SAO_PAULO = ReadContext(ZoneInfo("America/Sao_Paulo"), "BRL")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2016/5/23 22:02", "2016-05-23T14:02:00+00:00"),
        ("2020-02-21 00:00:00", "2020-02-20T16:00:00+00:00"),
        ("2020-02-21T00:00:00", "2020-02-20T16:00:00+00:00"),
        ("2026-02-10 15:30:40 UTC", "2026-02-10T15:30:40+00:00"),
        ("2026-09-03 10:14:00 -0400", "2026-09-03T14:14:00+00:00"),
        ("2026-09-10T08:00:00.000Z", "2026-09-10T08:00:00+00:00"),
        ("2026-09-10T08:00:00+08:00", "2026-09-10T00:00:00+00:00"),
        ("2026-09-10", "2026-09-09T16:00:00+00:00"),
        ("2026年9月10日 8:05", "2026-09-10T00:05:00+00:00"),
        ("25/03/2026 1:05 PM", "2026-03-25T05:05:00+00:00"),
        ("05/05/2026", "2026-05-04T16:00:00+00:00"),
    ],
)
def test_each_platforms_spelling_is_read(text: str, utc: str) -> None:
    assert parse_time(text, SHANGHAI).isoformat() == utc
    read = time_parser(SHANGHAI)
    assert [str(read(text)), str(read(text))] == [utc.replace("T", " ")] * 2


@pytest.mark.parametrize(
    "text",
    ["2026-02-30 10:00:00", "2026-13-01", "yesterday", "2026-09-01 25:00", "0001-01-01", "9999-12-31 23:59:59",
     "05/03/2026", "1900-01-01", "2026-09-01 10:00:60", "45170.5", "13:00 PM"],
)  # fmt: skip
def test_impossible_and_ambiguous_dates_are_refused(text: str) -> None:
    with pytest.raises(BadCell, match="bad_time"):
        parse_time(text, SHANGHAI)


def test_a_time_in_the_gap_moves_forward_by_the_gap() -> None:
    moved = parse_time("2026-03-08 02:30:00", NEW_YORK)

    assert moved.astimezone(NEW_YORK.timezone).isoformat() == "2026-03-08T03:30:00-04:00"


def test_an_ambiguous_time_is_the_first() -> None:
    assert parse_time("2026-11-01 01:30:00", NEW_YORK).isoformat() == "2026-11-01T05:30:00+00:00"


def test_an_order_decides_and_a_decisive_date_needs_none() -> None:
    assert str(parse_date("05/03/2026", "dmy")) == "2026-03-05"
    assert str(parse_date("05/03/2026", "mdy")) == "2026-05-03"
    assert (slash_order("25/03/2026 10:00"), slash_order("03/25/2026"), slash_order("05/03/2026")) == (
        "dmy",
        "mdy",
        None,
    )
    assert is_ambiguous("05/03/2026")
    assert not is_ambiguous("05/05/2026")


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2198, 1, 1)),  # noqa: DTZ001 - local times are what is tested
    st.sampled_from([SHANGHAI, NEW_YORK, SAO_PAULO]),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S UTC"]),
)
def test_every_local_time_becomes_an_aware_utc_instant(local: datetime, ctx: ReadContext, spelling: str) -> None:
    text = local.strftime(spelling)

    moment = parse_time(text, ctx)

    assert moment.utcoffset() == timedelta(0)
    assert moment.tzinfo is UTC


@given(
    st.lists(
        st.datetimes(datetime(2017, 10, 13), datetime(2017, 11, 7)),  # noqa: DTZ001 - both zones change their clocks
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([SHANGHAI, NEW_YORK, SAO_PAULO]),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S -0300"]),
    st.sampled_from(["dmy", "mdy"]),
)
def test_the_fast_way_and_the_plain_way_agree(
    locals_: list[datetime], ctx: ReadContext, spelling: str, order: DateOrder
) -> None:
    ctx = ReadContext(ctx.timezone, ctx.currency, date_order=order)
    read = time_parser(ctx)

    for text in [local.strftime(spelling) for local in locals_ for _ in range(2)]:
        try:
            expected = parse_time(text, ctx)
        except BadCell:
            with pytest.raises(BadCell):
                read(text)
        else:
            assert read(text) == expected


@given(st.text(alphabet=st.sampled_from("0123456789-/: TZUC+.年月日APM"), max_size=30))
def test_no_text_brings_the_fast_way_down(text: str) -> None:
    read = time_parser(SHANGHAI)
    for _ in range(2):
        try:
            moment = read(text)
        except BadCell:
            continue
        assert moment is None or moment.tzinfo is UTC
