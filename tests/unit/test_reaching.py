"""Whether a message can arrive at a number: masked, lent by a platform, taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from shopadmin.domain.identifiers.canonical import read_email, read_phone
from shopadmin.domain.reaching import obstacle

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("typed", "medium", "lent_until", "hindered"),
    [
        ("13900139001", "text", None, None),
        ("139****9001", "text", None, "masked"),
        ("139****9001", "call", None, "masked"),
        ("12", "text", None, "invalid"),
        ("", "text", None, "missing"),
        ("13900139001-1234", "text", None, "virtual"),
        ("13900139001-1234", "call", None, None),
        ("13900139001", "text", NOW + SECOND, "virtual"),
        ("13900139001", "call", NOW + SECOND, None),
        ("13900139001", "call", NOW, "expired"),
        ("13900139001", "text", NOW, "expired"),
    ],
)
def test_a_number_that_leads_nowhere_says_why(typed, medium, lent_until, hindered):
    assert obstacle(read_phone(typed, "CN"), medium, lent_until, NOW) == hindered


def test_of_an_e_mail_address_the_same_is_asked():
    assert obstacle(read_email("b***@example.com"), "email", None, NOW) == "masked"
    assert obstacle(read_email("ada@example.com"), "email", None, NOW) is None
