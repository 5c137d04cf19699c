"""What the lines of an order may look like, and which tools stand in which list."""

from dataclasses import replace

import pytest
from shopadmin_red_envelope.domain.baskets import (
    LISTS,
    LONGEST_KEY,
    MOST_MINOR,
    MOST_UNITS,
    NOTICE_TOOLS,
    BasketError,
    Line,
    ToolListError,
    check_lines,
    check_tools,
    extended,
)

LINE = Line("L01", 4000)


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        replace(LINE, key="k" * LONGEST_KEY),
        replace(LINE, key="~"),
        replace(LINE, amount=0),
        replace(LINE, amount=MOST_MINOR),
        replace(LINE, quantity=MOST_UNITS),
        replace(LINE, type="freight"),
        replace(LINE, type="service_fee"),
    ],
)
def test_lines_at_the_ends_of_what_is_allowed_are_allowed(line: Line) -> None:
    check_lines([])
    check_lines([Line("other", 1), line])


MOST = {"bad_key": LONGEST_KEY, "bad_amount": MOST_MINOR, "bad_quantity": MOST_UNITS}
KEY_TEXT = f"a key has 1 to {LONGEST_KEY} printable ASCII characters"


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (replace(LINE, key=""), "bad_key", KEY_TEXT),
        (replace(LINE, key="k" * (LONGEST_KEY + 1)), "bad_key", KEY_TEXT),
        (replace(LINE, key="商品"), "bad_key", KEY_TEXT),
        (replace(LINE, key="a\t"), "bad_key", KEY_TEXT),
        (replace(LINE, key="other"), "key_twice", "the key other stands twice"),
        (replace(LINE, amount=-1), "bad_amount", f"the amount of L01 is not between 0 and {MOST_MINOR}"),
        (replace(LINE, amount=MOST_MINOR + 1), "bad_amount", f"the amount of L01 is not between 0 and {MOST_MINOR}"),
        (replace(LINE, quantity=0), "bad_quantity", f"the quantity of L01 is not 1 to {MOST_UNITS}"),
        (replace(LINE, quantity=MOST_UNITS + 1), "bad_quantity", f"the quantity of L01 is not 1 to {MOST_UNITS}"),
        (replace(LINE, type="parcel"), "unknown_type", "L01 is none of: goods, freight, service_fee"),
    ],
)
def test_a_line_that_no_order_has_is_named(line: Line, code: str, message: str) -> None:
    with pytest.raises(BasketError) as refused:
        check_lines([Line("other", 1), line])

    found = refused.value
    assert (found.code, found.key, found.most, str(found)) == (code, line.key, MOST.get(code, 0), message)


def test_only_goods_count() -> None:
    assert [replace(LINE, type=kind).goods_amount for kind in ("goods", "freight", "service_fee")] == [4000, 0, 0]


@pytest.mark.parametrize("name", LISTS)
def test_r8_r12_what_the_notice_names_does_not_move_to_another_list(name: str) -> None:
    for other in LISTS:
        for kind in getattr(NOTICE_TOOLS, other):
            if other == name:
                check_tools(name, [kind])
            else:
                with pytest.raises(ToolListError) as refused:
                    check_tools(name, ["fine", kind])
                assert (refused.value.code, refused.value.kind) == ("shipped_tool", kind)


@pytest.mark.parametrize("kind", ["", "Member", "1st", "a-b", "红包", "a" * 41, "a b"])
def test_r8_r12_what_no_storefront_can_send_is_no_tool(kind: str) -> None:
    with pytest.raises(ToolListError) as refused:
        check_tools("tenders", [kind])
    assert (refused.value.code, refused.value.kind, str(refused.value)) == ("bad_tool", kind, f"bad_tool: {kind}")


def test_r8_r12_a_tool_stands_in_one_of_the_owners_lists() -> None:
    check_tools("tenders", ["mine"])
    check_tools("tenders", ["mine"], ["another"])
    with pytest.raises(ToolListError) as refused:
        check_tools("tenders", ["fine", "mine"], ["mine"])
    assert (refused.value.code, refused.value.kind) == ("tool_twice", "mine")


def test_r8_r12_the_owners_tools_come_on_top_of_the_notices() -> None:
    lists = extended(discounts=["member_price"], refused=["live_coupon"])

    assert lists.discounts == NOTICE_TOOLS.discounts | {"member_price"}
    assert lists.tenders == NOTICE_TOOLS.tenders
    assert lists.refused == NOTICE_TOOLS.refused | {"live_coupon"}
    assert extended() == NOTICE_TOOLS
