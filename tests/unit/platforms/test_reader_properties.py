"""Whatever stands in the cells: a record or a rejection, never an exception."""

from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopadmin.contract import ImportFormat, ReadContext
from shopadmin.domain.records import Record, Rejection
from shopadmin.platforms.headings import Layout
from shopadmin.platforms.objects import text_of
from shopadmin.platforms.recognise import core_formats

CTX = ReadContext(ZoneInfo("America/Sao_Paulo"), "JPY", statuses={"odd": "nonsense"})
LIKELY = [
    "", " ", "1", "#1001", "-1", "0", "3.9E+18", "2026-09-01 10:02:00", "2026/9/1 8:15", "05/03/2026", "2026-02-30",
    "2026-09-03 10:14:00 -0400", "58.00", "0元", "无退款申请", "交易成功", "odd", "paid", "completed", "delivered",
    "USD", "好评", "5星", "'138****0001", "17000000000-0102", "yes", "buyer", "spam", "<p>x</p>", "測**1", "x" * 70_000,
]  # fmt: skip
CELL = st.one_of(st.sampled_from(LIKELY), st.text(max_size=20))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.decimals(), CELL),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["total", "email"]), inner)),
    max_leaves=5,
)


def check(layout: ImportFormat, headings: list[str], rows: list[Any]) -> None:
    numbered = list(enumerate(rows, 1))
    for found in layout.read(headings, numbered, CTX):
        assert isinstance(found, (*get_args(Record), Rejection))
        if isinstance(found, Rejection):
            assert found.code
            assert 1 <= found.row <= len(rows)
            assert len(found.value) <= 80


def headings_of(layout: ImportFormat) -> list[str]:
    recogniser = layout.recognise
    assert isinstance(recogniser, Layout)
    return list(dict.fromkeys([*(names[0] for names in recogniser.fields.values()), *recogniser.marks]))


@pytest.mark.parametrize("layout", core_formats(), ids=lambda layout: layout.name)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_arbitrary_cells_give_records_or_rejections(layout: ImportFormat, data: st.DataObject) -> None:
    headings = headings_of(layout)
    width = len(headings)
    right = st.lists(CELL, min_size=width, max_size=width)
    rows = data.draw(st.lists(st.one_of(right, right, st.lists(CELL, max_size=width + 1)), max_size=5))

    check(layout, headings, rows)


@pytest.mark.parametrize("layout", core_formats(), ids=lambda layout: layout.name)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_arbitrary_objects_give_records_or_rejections(layout: ImportFormat, data: st.DataObject) -> None:
    headings = headings_of(layout)
    keys = [*headings, "line_items", "billing", "refunds"]
    items = st.lists(st.dictionaries(st.sampled_from(keys), JSON, max_size=len(keys)), max_size=3)
    rows = data.draw(st.lists(st.one_of(JSON, st.dictionaries(st.sampled_from(keys), st.one_of(JSON, items)))))

    check(layout, headings, [row if isinstance(row, dict) else text_of(row) for row in rows])
