"""A file is never in memory as a whole."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shopadmin.contract import ImportFormat, ReadContext
from shopadmin.platforms.recognise import decide_date_order, recognise

ROWS = 200_000
MOST = 20 * 1024 * 1024

TAOBAO = "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,订单创建时间,收货人姓名,联系手机\n"


def taobao(number: int) -> str:
    clock = f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
    return (
        f'="39{number:017}",nick{number},{number}.00,1.00,交易成功,2026-09-{number % 28 + 1:02} {clock},测*,'
        f"'170{number:08}-0102\n"
    )


def judgeme(number: int) -> str:
    return f"t,body {number},5,2026-09-10 15:30:40 UTC,n{number},e{number}@example.com,{number}\n"


def woocommerce(number: int) -> str:
    return (
        f'{"[" if number == 0 else ","}{{"id": {number}, "date_created_gmt": "2026-09-06T21:59:17", "product_id": 22,'
        f'"status": "approved", "review": "<p>fine {number}</p>", "rating": 5}}'
    )


JUDGEME = "title,body,rating,review_date,reviewer_name,reviewer_email,product_id\n"


@pytest.mark.parametrize(
    ("name", "heading", "line", "end", "rows"),
    [
        ("taobao.orders", TAOBAO, taobao, "", ROWS),
        ("judgeme.reviews", JUDGEME, judgeme, "", ROWS // 4),
        ("woocommerce.reviews", "", woocommerce, "]", ROWS // 4),
    ],
    ids=["csv", "csv with dates to decide", "json"],
)
def test_memory_stays_flat_over_a_large_file(
    tmp_path: Path,
    formats: tuple[ImportFormat, ...],
    ctx: ReadContext,
    name: str,
    heading: str,
    line: Callable[[int], str],
    end: str,
    rows: int,
) -> None:
    path = tmp_path / "large"
    with path.open("w", encoding="utf-8") as file:
        file.write(heading)
        file.writelines(map(line, range(rows)))
        file.write(end)

    tracemalloc.start()
    try:
        layout, source = recognise(path, formats)
        decide_date_order(layout, source)
        read: Any = layout.read(source.headings, source.rows(), ctx)
        count = sum(1 for _ in read)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (layout.name, count) == (name, rows)
    assert peak < MOST
