"""What a text costs as an SMS."""

import pytest

from shopadmin.domain.sms.parts import count


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "gsm7", 0, 0),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("€" * 81, "gsm7", 162, 2),
        ("a" * 159 + "€", "gsm7", 161, 2),
        ("中" * 70, "ucs2", 70, 1),
        ("中" * 71, "ucs2", 71, 2),
        ("中" * 134, "ucs2", 134, 2),
        ("中" * 135, "ucs2", 135, 3),
        ("😀" * 35, "ucs2", 70, 1),
        ("ç", "ucs2", 1, 1),
        ("Ç", "gsm7", 1, 1),
        ("it’s", "ucs2", 4, 1),
    ],
)
def test_an_sms_is_counted_as_networks_count_it(text, encoding, units, parts):
    counted = count(text)

    assert (counted.encoding, counted.units, counted.parts) == (encoding, units, parts)


def test_no_character_is_cut_in_two():
    # 152 septets, then one of two: it opens the second part and leaves a septet of the first unused.
    assert count("a" * 152 + "€" + "a" * 151).parts == 2
    assert count("a" * 152 + "€" + "a" * 152).parts == 3
    assert count("中" * 66 + "😀" + "中" * 65).parts == 2
    assert count("中" * 66 + "😀" + "中" * 66).parts == 3
