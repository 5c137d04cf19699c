"""What the lines of an order may look like."""

from dataclasses import replace

import pytest
from shopadmin_red_envelope.domain.baskets import (
    LONGEST_KEY,
    MOST_MINOR,
    MOST_UNITS,
    BasketError,
    Line,
    check_lines,
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

    assert (refused.value.code, refused.value.key, str(refused.value)) == (code, line.key, message)


def test_only_goods_count() -> None:
    assert [replace(LINE, type=kind).goods_amount for kind in ("goods", "freight", "service_fee")] == [4000, 0, 0]
