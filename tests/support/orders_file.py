"""Small Taobao reports, written by hand."""

import csv
import io
from collections.abc import Mapping, Sequence

HEADINGS = (
    "订单编号", "买家会员名", "总金额", "买家实际支付金额", "订单状态", "订单创建时间",
    "收货人姓名", "收货地址", "联系手机", "物流单号", "物流公司",
)  # fmt: skip
LINE_HEADINGS = ("子订单编号", "主订单编号", "标题", "价格", "购买数量", "订单状态")
RATING_HEADINGS = ("评价编号", "订单编号", "用户昵称", "评价时间", "评分", "评价内容", "商家回复")


def order(number: int, **changes: str) -> dict[str, str]:
    """One order's cells by heading."""
    return {
        "订单编号": f"39{number:017}",
        "买家会员名": f"nick{number}",
        "总金额": "12.50",
        "买家实际支付金额": "12.50",
        "订单状态": "交易成功",
        "订单创建时间": "2026-03-01 10:00:00",
        "收货人姓名": "Sample",
        "收货地址": f"Sample street {number}",
        "联系手机": f"170{number:08}",
        "物流单号": f"T{number:06}",
        "物流公司": "Sample courier",
    } | changes


def line(number: int, part: int = 1, **changes: str) -> dict[str, str]:
    """One order line's cells."""
    return {
        "子订单编号": f"39{number:015}{part:02}",
        "主订单编号": f"39{number:017}",
        "标题": "Sample product",
        "价格": "12.50",
        "购买数量": "1",
        "订单状态": "交易成功",
    } | changes


def rating(number: int, **changes: str) -> dict[str, str]:
    """One rating's cells."""
    return {
        "评价编号": f"R{number}",
        "订单编号": f"39{number:017}",
        "用户昵称": f"nick{number}",
        "评价时间": "2026-03-05 10:00:00",
        "评分": "2",
        "评价内容": f"Sample text {number}",
        "商家回复": "",
    } | changes


def text(headings: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """The rows as a CSV file."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, headings)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def orders(*rows: Mapping[str, str]) -> str:
    """An order report."""
    return text(HEADINGS, rows)


def lines(*rows: Mapping[str, str]) -> str:
    """A sub-order report."""
    return text(LINE_HEADINGS, rows)


def ratings(*rows: Mapping[str, str]) -> str:
    """A rating sheet."""
    return text(RATING_HEADINGS, rows)
