"""What holds of any text: it is answered, folding is done once and for all, and a disguise is no way out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wording_corpus import LANGUAGES, lines

from shopadmin.domain import wording
from shopadmin.domain.wording.characters import fold

ANY = st.text(st.characters(), max_size=300)
BLOCKED = [
    (line.text, line.context)
    for line in lines("seen", "zh")
    if line.context != "reply" and wording.check(line.text, line.context).blocked  # type: ignore[arg-type]
]
WORDS = st.sampled_from([line.text for lang in LANGUAGES for line in lines("seen", lang)])
ZERO_WIDE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\0"]
INVISIBLE = st.sampled_from([" ", "\u3000", *ZERO_WIDE, "  "])


@settings(deadline=None)
@given(ANY, st.sampled_from(wording.CONTEXTS))
def test_any_text_is_answered(text: str, context: wording.Context) -> None:
    result = wording.check(text, context)

    assert result.lang in LANGUAGES
    assert set(result.rules) <= wording.RULES.keys()
    assert result.blocked == any(finding.is_blocking for finding in result.findings)


@settings(deadline=None)
@given(st.lists(st.one_of(WORDS, ANY), max_size=4).map("".join), st.sampled_from(wording.CONTEXTS))
def test_any_mixture_of_lines_is_answered(text: str, context: wording.Context) -> None:
    assert wording.check(text, context) == wording.check(text, context)


@settings(deadline=None)
@given(ANY)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(WORDS, st.sampled_from(wording.CONTEXTS), st.data())
def test_what_cannot_be_seen_changes_nothing(text: str, context: wording.Context, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    hidden = text[:at] + data.draw(st.sampled_from("\u200b\u200d\u2060\ufeff\u202e")) + text[at:]

    assert wording.check(hidden, context).blocked == wording.check(text, context).blocked


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BLOCKED), st.data())
def test_blanks_between_its_characters_do_not_free_a_chinese_line(
    line: tuple[str, wording.Context], data: st.DataObject
) -> None:
    """A blank that is seen parts words in pinyin, so it is put after Chinese signs alone."""
    text, context = line
    hidden, seen = st.sampled_from(["", *ZERO_WIDE]), st.one_of(st.just(""), INVISIBLE)
    spread = "".join(sign + data.draw(hidden if sign.isascii() else seen) for sign in text)

    assert wording.check(spread, context).blocked


@pytest.mark.parametrize("line", ["haoping fanxian 5 yuan", "gei wu xing fan hongbao", "xiugai chaping tuikuan"])
def test_a_blank_or_a_sign_inside_a_word_of_pinyin_does_not_free_a_line(line: str) -> None:
    apart = [line[:at] + sign + line[at:] for sign in " -._" for at in range(1, len(line)) if line[at].isalpha()]
    apart += [" ".join(line), ".".join(line.replace(" ", ""))]

    assert [text for text in [line, *apart] if not wording.check(text).blocked] == []


@pytest.mark.parametrize(
    "line",
    [
        "A nice chap in Germany sent it on, so your refund is on its way.",
        "Ping Li about the refund, or ping lunch club; no review needed.",
        "The fan Xian uses is back in stock. Your voucher stays valid.",
    ],
)
def test_english_that_only_looks_like_pinyin_drawn_apart_goes_out(line: str) -> None:
    assert not wording.check(line).blocked


@pytest.mark.parametrize("lang", LANGUAGES)
def test_capitals_and_full_width_letters_do_not_free_a_line(lang: str) -> None:
    wide = {code: chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
    for line in lines("seen", lang):
        if line.bad and line.context != "reply":
            for text in (line.text.upper(), line.text.translate(wide)):
                result = wording.check(text, line.context)  # type: ignore[arg-type]
                assert result.blocked == wording.check(line.text, line.context).blocked, text  # type: ignore[arg-type]
