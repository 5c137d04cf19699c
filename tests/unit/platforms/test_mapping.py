from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shopadmin.contract import ImportFormat, ReadContext
from shopadmin.domain.records import Rejection
from shopadmin.platforms.mapped import FIELDS, KINDS, REQUIRED, mapped_format, suggest
from shopadmin.platforms.recognise import recognise
from shopadmin.platforms.refusals import FileRefused

Write = Callable[..., Path]


def read(path: Path, layout: ImportFormat, ctx: ReadContext) -> list[Any]:
    found, source = recognise(path, (layout,))
    return list(found.read(source.headings, source.rows(), ctx))


def test_orders_are_read_by_the_columns_a_person_named(write: Write) -> None:
    path = write("No,When,State,Sum,Cur,Who\n1,2026-09-10,done,12.50,EUR,ann\n2,2026-09-10,odd,1,EUR,bob\n")
    columns = {"No": "order_no", "When": "created_at", "State": "status", "Sum": "total", "Cur": "currency"}
    layout = mapped_format("orders", "kiosk", columns)
    ctx = ReadContext(timezone=__import__("zoneinfo").ZoneInfo("UTC"), currency="CNY", statuses={"DONE": "completed"})

    order, rejected = read(path, layout, ctx)

    assert (layout.platform, order.total, order.currency, str(order.status)) == ("kiosk", 1250, "EUR", "completed")
    assert rejected == Rejection(2, "orders", "unknown_status", "State", "odd")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_read_from_its_required_fields_alone(write: Write, ctx: ReadContext, kind: Any) -> None:
    values = {
        "order_no": "1", "line_no": "2", "qty": "3", "price": "4", "status": "completed", "rating": "5",
        "created_at": "2026-09-10", "ref": "R",
    }  # fmt: skip
    fields = REQUIRED[kind]
    path = write(",".join(fields) + "\n" + ",".join(values[field] for field in fields) + "\n")

    (record,) = read(path, mapped_format(kind, "kiosk", {field: field for field in fields}), ctx)

    assert not isinstance(record, Rejection)
    assert set(fields) <= set(FIELDS[kind])


def test_two_columns_on_one_field_are_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        mapped_format("products", "kiosk", {"a": "ref", "b": "ref"})

    assert (refused.value.code, refused.value.details["headings"]) == ("column_twice", ("a", "b"))


def test_a_required_field_without_a_column_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        mapped_format("orders", "kiosk", {"a": "order_no"})

    assert (refused.value.code, refused.value.details["fields"]) == ("missing_column", ("status", "created_at"))


def test_a_field_that_does_not_exist_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="colour"):
        mapped_format("products", "kiosk", {"a": "colour"})
    with pytest.raises(ValueError, match="payments"):
        mapped_format("payments", "kiosk", {})


def test_fields_are_suggested_from_every_platforms_headings() -> None:
    headings = ("订单编号", "Financial Status", "联系手机", "联系电话", "purchase-date", "nonsense", "order_no")

    assert suggest(headings, "orders") == {
        "订单编号": "order_no",
        "Financial Status": "status",
        "联系手机": "phone",
        "purchase-date": "created_at",
    }
    assert suggest(("评分", "SKU"), "reviews") == {"评分": "rating", "SKU": "spec"}
    assert "nonsense" not in suggest(headings)
