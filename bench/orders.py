"""A seeded generator of orders: the same million rows on every machine, into a database or into a Taobao file."""

import csv
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.engine import Connection

from shopadmin.models.orders import Order

SEED = 20_260_101
START = datetime(2023, 1, 1, tzinfo=UTC)
# Statuses as an established shop has them: most orders are done, a few wait.
STATUSES = ("completed", "shipped", "paid", "cancelled", "refunded", "pending_payment")
WEIGHTS = (800, 90, 20, 60, 25, 5)
BATCH = 10_000

TAOBAO_STATUSES = {
    "completed": "交易成功",
    "shipped": "卖家已发货，等待买家确认",
    "paid": "买家已付款，等待卖家发货",
    "cancelled": "交易关闭",
    "refunded": "交易关闭",
    "pending_payment": "等待买家付款",
}
_HEADING_ROW = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,"
    "买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,"
    "宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,"
    "发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,定金排名,修改后的sku,修改后的收货地址,异常信息,天猫卡券抵扣,"
    "集分宝抵扣,是否是O2O交易"
)
TAOBAO_HEADINGS = _HEADING_ROW.split(",")


def orders(count: int) -> Iterator[dict[str, Any]]:
    """``count`` orders in the order in which they came in; amounts in fen, times aware UTC."""
    chance = random.Random(SEED)
    moment = START
    for number in range(1, count + 1):
        moment += timedelta(seconds=chance.randint(1, 180))
        total = chance.randint(990, 99_900)
        yield {
            "platform": "taobao",
            "order_no": f"39{number:017d}",
            "buyer_name": f"测试买家{chance.randint(1, count // 2 + 1)}",
            "status": chance.choices(STATUSES, WEIGHTS)[0],
            "created_at": moment,
            "currency": "CNY",
            "total": total,
            "item_count": chance.randint(1, 5),
        }


def fill(connection: Connection, count: int) -> None:
    """Insert ``count`` orders in one transaction, and let the planner know of them."""
    rows = (row | {"status_raw": row["status"], "paid": row["total"]} for row in orders(count))
    while batch := list(islice(rows, BATCH)):
        connection.execute(insert(Order), batch)
    connection.execute(text("analyze"))


def write_taobao_file(path: Path, count: int) -> None:
    """An order report as Taobao exports it (GB18030, CRLF, ids as ``="…"``), with ``count`` rows."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TAOBAO_HEADINGS)
        for number, order in enumerate(orders(count), 1):
            writer.writerow(_taobao_row(number, order))


def _taobao_row(number: int, order: dict[str, Any]) -> list[str]:
    yuan = f"{order['total'] / 100:.2f}"
    shown = (order["created_at"] + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")
    filled = {
        "订单编号": f'="{order["order_no"]}"',
        "买家会员名": order["buyer_name"],
        "买家应付货款": yuan,
        "买家应付邮费": "0",
        "总金额": yuan,
        "买家实际支付金额": yuan,
        "订单状态": TAOBAO_STATUSES[order["status"]],
        "收货人姓名": f"测{number % 1000}",
        "收货地址 ": f"示例省 示例市 示例区 测试路{number}号(000000)",
        "联系手机": f"'170{number:08d}",
        "订单创建时间": shown,
        "订单付款时间 ": shown,
        "宝贝标题 ": "棉麻抱枕套 45x45",
        "宝贝种类 ": "1",
        "物流单号 ": f"TEST{number:010d}",
        "物流公司": "示例快递",
        "宝贝总数量": str(order["item_count"]),
    }
    return [filled.get(heading, "") for heading in TAOBAO_HEADINGS]
