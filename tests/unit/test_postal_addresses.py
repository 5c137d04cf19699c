"""One form for the ways in which people write an address, whatever they tell the courier, in either script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopadmin.domain.identifiers.canonical import read_address
from shopadmin.domain.identifiers.postal import normal_address

FLAT = "南山区|阳光花园|3-2-501"


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("广东省深圳市南山区粤海街道科技园路12号阳光花园3栋2单元501室(放门口)", FLAT),
        ("深圳市南山区阳光花园三栋二单元501", FLAT),
        ("廣東省深圳市南山區陽光花園3棟2單元501室【家裡有狗】", FLAT),
        ("浙江杭州余杭区幸福小区12-3-401", "余杭区|幸福小区|12-3-401"),
        ("上海市浦东新区世纪大道100弄A座1203", "浦东新区|世纪大道|100-a-1203"),
        ("北京市朝阳区建国路一百零八号", "朝阳区|建国路|108"),
        ("12 Sample St., Apt 4B, Springfield", "sample street springfield|12-4b"),
        ("12 SAMPLE STREET (ring twice), 4b Springfield", "sample street springfield|12-4b"),
        ("Müllerstraße 5", "mullerstrasse|5"),
        ("阳光花园", "|阳光花园|"),
        ("（放门口）", ""),
        ("…", ""),
    ],
)
def test_an_address_has_one_form_however_it_is_written(written: str, normal: str) -> None:
    assert normal_address(written) == normal
    assert read_address(written).reason == ("weak" if normal else "invalid")


def test_the_next_flat_and_the_next_estate_are_others() -> None:
    written = ["南山区阳光花园3栋501", "南山区阳光花园3栋502", "南山区阳光家园3栋501", "福田区阳光花园3栋501"]

    assert len(set(map(normal_address, written))) == 4
    assert read_address("南山区阳光花园3栋5**").reason == "masked"


@given(st.text(max_size=60))
def test_any_text_at_all_is_answered_and_never_as_a_key(text: str) -> None:
    found = read_address(text)

    assert not found.key
    assert normal_address(text) == normal_address(f" {text}\n")
