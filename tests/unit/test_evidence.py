"""The copy of a text that may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.domain.evidence import redacted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ring 13800138000 now", "Ring 138****8000 now"),
        ("电话13800138000，谢谢", "电话138****8000，谢谢"),
        ("+86 138 0013 8000", "+86****8000"),
        ("+44 20 7946 0018", "+44****0018"),
        ("write to sample.buyer+x@example.com!", "write to s***@example.com!"),
        ("id 11010519491231002X ok", "id 11**************2X ok"),
        ("order 1234567890123456789", "order 1234567890123456789"),
        ("parcel SF1234567890123", "parcel SF1234567890123"),
        ("right\u202eleft\x00\x1b[31m", "rightleft[31m"),
        ("two\r\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
)
def test_phones_mail_and_identity_numbers_are_masked_and_other_numbers_stay(text, shown):
    assert redacted(text) == shown


@given(st.text(max_size=200))
def test_whatever_comes_the_copy_holds_no_steering_character(text):
    assert not any(character in redacted(text) for character in "\x00\x1b\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
