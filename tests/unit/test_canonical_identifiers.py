"""One canonical form a person, and a reason for whatever is no key: the traps of the documents among the cases."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shopadmin.domain import identifiers
from shopadmin.domain.identifiers import canonical
from shopadmin.domain.identifiers.canonical import (
    hint,
    mailbox,
    read_email,
    read_nick,
    read_phone,
    read_platform_uid,
    region_of,
)

MOBILE = "+8613800138000"


@pytest.mark.parametrize(
    "text",
    [
        "13800138000", "+8613800138000", "+86 138 0013 8000", "86-13800138000", "008613800138000", "138-0013-8000",
        " 13800138000\t", "１３８００１３８０００", "(+86) 138.0013.8000",
    ],
)  # fmt: skip
def test_a_chinese_mobile_has_one_form_however_it_is_written(text):
    assert read_phone(text).key == MOBILE


@pytest.mark.parametrize("text", ["138****8000", "138xxxx8000", "138XXXX8000", "138••••8000", "1380013800*"])
def test_a_masked_phone_is_nobody(text):
    assert (read_phone(text).value, read_phone(text).reason) == ("", "masked")


@pytest.mark.parametrize(
    "text", ["13800138000-1234", "13800138000转1234", "13800138000,1234", "13800138000ext1234", "13800138000 转 1234"]
)
def test_a_number_that_forwards_is_no_key_but_matches_itself(text):
    found = read_phone(text)

    assert (found.value, found.key, found.reason) == ("+8613800138000-1234", "", "privacy_number")


def test_a_platforms_word_that_a_number_forwards_is_taken():
    assert read_phone("13800138000", is_private=True).reason == "privacy_number"


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [("4006668800", "CN", "+864006668800"), ("010-62345678", "CN", "+861062345678"), ("+49 30 123456", None, None)],
)
def test_a_number_that_several_share_matches_and_does_not_act(text, region, value):
    found = read_phone(text, region)

    assert found.reason == "not_mobile"
    assert found.key == ""
    assert value is None or found.value == value


@pytest.mark.parametrize(
    ("text", "region", "key"),
    [
        ("+1 (415) 555-2671", None, "+14155552671"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("+49 1512 3456789", None, "+4915123456789"),
        ("0049 1512 3456789", None, "+4915123456789"),
        ("01512 3456789", "DE", "+4915123456789"),
        ("+1 415 555 2671 ext 55", None, "+14155552671"),
    ],
)
def test_a_number_of_another_country_is_read_by_the_library(text, region, key):
    assert read_phone(text, region).key == key


@pytest.mark.parametrize("text", ["", "12345", "abc", "转", "ext", "-", "99999999999999999999", "+"])
def test_what_is_no_phone_is_invalid_and_raises_nothing(text):
    assert read_phone(text, "CN").reason == "invalid"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Ada.Sample+news@GoogleMail.com", "adasample@gmail.com"),
        ("a.d.a@gmail.com", "ada@gmail.com"),
        ("ADA@QQ.com", "ada@qq.com"),
        ("Ada+x@example.com", "Ada+x@example.com"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ａda@163.com", "ada@163.com"),
    ],
)
def test_an_address_has_one_form_as_far_as_its_provider_says_so(text, key):
    assert read_email(text).key == key


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("info@example.com", "role"), ("No-Reply@example.com", "role"), ("service@shop.example", "role"),
        ("someone@mailinator.com", "disposable"), ("a***@example.com", "masked"), ("no address", "invalid"),
        ("ü@example.com", "invalid"), ("", "invalid"),
    ],
)  # fmt: skip
def test_an_address_of_nobody_in_particular_is_no_key(text, reason):
    assert (read_email(text).key, read_email(text).reason) == ("", reason)


def test_a_nick_matches_itself_and_never_acts():
    assert read_nick("taobao", " Ｓample ").value == "taobao:sample"
    assert read_nick("taobao", "sample").key == ""
    assert [read_nick("taobao", text).reason for text in ("s***e", "axxxb", "", "sample")] == [
        "masked", "masked", "invalid", "not_a_key",
    ]  # fmt: skip


def test_a_platforms_open_id_holds_for_its_app_key():
    assert read_platform_uid("app1", "AAB0").key == "app1|AAB0"
    assert read_platform_uid("app1", "").reason == "invalid"
    assert read_platform_uid("a|b", "x").reason == "invalid"


def test_a_number_says_its_country_and_a_hint_says_little():
    assert [region_of(text) for text in (MOBILE, "+4915123456789", "+14155552671", "nonsense")] == [
        "CN",
        "DE",
        "US",
        "",
    ]
    assert hint("phone", MOBILE) == "…00"
    assert hint("email", "ada@mail.example.com") == "a…@….com"
    assert hint("nick", "taobao:样例") == "样…"


@given(st.text(max_size=40))
def test_nothing_makes_the_readers_raise_and_a_key_is_its_own_canonical_form(text):
    phone, email, nick = read_phone(text, "CN"), read_email(text), read_nick("taobao", text)

    assert phone.key == "" or read_phone(phone.key) == phone
    assert email.key == "" or read_email(email.key) == email
    assert nick.value == "" or nick.reason == "not_a_key"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(("", "+86", "86", "0086", "+86 ", "86-")))
def test_every_chinese_mobile_is_a_key_of_the_same_person(mobile, prefix):
    assert read_phone(prefix + mobile).key == f"+86{mobile}"


def test_the_forms_that_imports_join_on_have_not_changed():
    """A hash of each is kept in every shop: another form would make two buyers of one."""
    assert identifiers.normal_phone("+86 138-0013-8000") == "13800138000"
    assert identifiers.normal_phone("+49 1512 3456789") == "+4915123456789"
    assert identifiers.normal_email(" ADA+x@Example.com ") == "ada+x@example.com"
    assert identifiers.normal_account(" Ｓample ") == "sample"


_DIGITS = st.text("0123456789", min_size=8, max_size=11)
_PHONES = st.one_of(
    st.builds("{}{}{}".format, st.sampled_from(("", "+86", "86", "0086", "+86 ", "+")), st.just("1"), _DIGITS),
    st.text("0123456789+-–— ()./,转x*#ext１３８\n\t", max_size=20),
)
_LOCALS = st.one_of(
    st.text("abcXYZ019._+-", max_size=30),
    st.sampled_from(("info", "Info", "NoReply", "sales+x", "support", "www")),
    st.text(max_size=8),
)
_DOMAINS = st.one_of(
    st.sampled_from(("qq.com", "GMAIL.com", "googlemail.com", "example.com", "xn--fiqs8s.cn", "-a.com", "localhost",
                     "test", "a.invalid", "mailinator.com", "1.2.3.4", "a..b.com", "ＱＱ.com")),
    st.text("abcZ09.-", max_size=40),
)  # fmt: skip


@given(_PHONES, st.sampled_from((None, "CN", "NL")))
@example("13800138000\n", "CN")
@example("13800138000-1234", "CN")
def test_a_plain_mobile_is_read_as_the_whole_way_reads_it(text, region):
    whole = canonical._read_phone(canonical._clean(text), region, False)

    assert canonical.read_phone(text, region) == whole


@given(_LOCALS, _DOMAINS)
@example("Info", "qq.com")
@example("a.b+c", "googlemail.com")
def test_a_plain_address_is_read_as_the_library_reads_it(local, domain):
    text = canonical._clean(f"{local}@{domain}")
    plain, whole = canonical._plain_parts(text), canonical._valid_parts(text)

    # What is not plain says nothing of its own.
    assert plain in (None, whole)


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("kefu+x@shop.example", "kefu@shop.example"), (" Kefu+X+y@Shop.Example ", "kefu@shop.example"),
        ("k.efu+x@googlemail.com", "kefu@gmail.com"), ("k.efu@shop.example", "k.efu@shop.example"),
        ("+x@shop.example", "+x@shop.example"), ("info+x@shop.example", "info@shop.example"), ("no address", ""),
        ("k***@shop.example", ""),
    ],
)  # fmt: skip
def test_letters_with_a_tag_fall_into_one_mailbox_whatever_the_provider(text, box):
    assert mailbox(text) == box
