"""Triage: what the order says first, then words, then the shop's own record; and the command that answers lines."""

import json
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask_babel import force_locale
from hypothesis import given, settings
from hypothesis import strategies as st
from shopadmin_review_recovery.cli import review_recovery
from shopadmin_review_recovery.domain import words, worse
from shopadmin_review_recovery.domain.causes import CAUSES, CODES
from shopadmin_review_recovery.domain.facts import FACTS, OrderFacts, by_fact
from shopadmin_review_recovery.domain.triage import triage, urgency
from shopadmin_review_recovery.domain.words import spelling

from shopadmin import testing
from shopadmin.services import plugin_trouble

DAY = timedelta(days=1)
WRITTEN = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER, EARLIER = WRITTEN + DAY, WRITTEN - DAY
_LATIN = b'script = "latin"\nmarks = ["el"]\n'
SENT = OrderFacts(status="delivered", promised_at=EARLIER, delivered_at=EARLIER)


@pytest.mark.parametrize(
    ("order", "fact"),
    [
        (OrderFacts(status="cancelled", delivered_at=LATER), "cancelled"),
        (OrderFacts(status="unavailable"), "unavailable"),
        (OrderFacts(status="pending_payment"), "not_dispatched"),
        (OrderFacts(status="paid", delivered_at=LATER), "not_dispatched"),
        (OrderFacts(status="shipped"), "in_transit"),
        (OrderFacts(status="shipped", delivered_at=LATER), "delivered_after_review"),
        (OrderFacts(status="delivered", delivered_at=LATER, promised_at=EARLIER), "delivered_after_review"),
        (OrderFacts(status="delivered", delivered_at=WRITTEN, promised_at=EARLIER), "late"),
        (OrderFacts(status="completed", ordered={"a": 2}, shipped={"a": 1}), "mismatch"),
        (OrderFacts(status="completed", ordered={"a": 1}, shipped={"b": 1}), "mismatch"),
        (OrderFacts(status="completed", ordered={"a": 1, "b": 0}, shipped={"a": 1}), "none"),
        (OrderFacts(status="completed", ordered={"a": 1}), "none"),
        (OrderFacts(status="delivered"), "none"),
        (OrderFacts(status="refunded", delivered_at=EARLIER), "none"),
        (None, "none"),
    ],
)
def test_the_first_fact_that_holds_counts(order: OrderFacts | None, fact: str) -> None:
    assert by_fact(order, WRITTEN) == fact


def test_days_count_and_not_hours() -> None:
    same_day = WRITTEN + timedelta(hours=11)

    assert by_fact(OrderFacts(status="delivered", delivered_at=same_day, promised_at=WRITTEN), WRITTEN) == "none"


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (OrderFacts(status="cancelled"), "after_sales"),
        (OrderFacts(status="cancelled", is_out_of_stock=True), "out_of_stock"),
        (OrderFacts(status="unavailable"), "out_of_stock"),
        (OrderFacts(status="paid"), "logistics"),
        (OrderFacts(status="paid", is_out_of_stock=True), "out_of_stock"),
        (OrderFacts(status="shipped"), "logistics"),
        (OrderFacts(status="completed", ordered={"a": 2}, shipped={"a": 1}), "wrong_missing"),
        (OrderFacts(status="completed", refunds=2), "after_sales"),
    ],
)
def test_a_fact_proposes_its_cause_without_a_word_of_text(order: OrderFacts, code: str) -> None:
    (cause,) = triage("", order, WRITTEN).causes

    assert cause.code == code
    assert [because.kind for because in cause.because] == ["fact"]


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("快递太慢了，等了半个月", "logistics", "快递太慢"),
        ("盒子压扁了", "packaging", "压扁"),
        ("发错颜色了", "wrong_missing", "发错"),
        ("付了钱才说缺货", "out_of_stock", "缺货"),
        ("和图片不一样，色差太大", "not_as_described", "色差"),
        ("质量太差", "quality", "质量太差"),
        ("申请退款没人理", "after_sales", "退款"),
        ("客服态度恶劣", "staff_service", "态度恶劣"),
        ("It NEVER arrived!!", "logistics", "never arrived"),
        ("The box was crushed.", "packaging", "crushed"),
        ("They sent me the wrong item", "wrong_missing", "wrong item"),
        ("Ordered, then told it was out-of-stock", "out_of_stock", "out of stock"),
        ("Not as pictured at all", "not_as_described", "not as pictured"),
        ("It broke after a week", "quality", "broke"),
        ("They won't refund me", "after_sales", "wont refund"),
        ("The agent was rude", "staff_service", "rude"),
        ("Ainda não recebi o produto", "logistics", "não recebi"),
        ("veio com a embalagem rasgada", "packaging", "embalag"),
        ("Recebi o produto errado", "wrong_missing", "errad"),
        ("包装太薄了", "packaging", "包装太薄"),
        ("纸箱很薄", "packaging", "纸箱很薄"),
        ("包装不结实", "packaging", "包装不结实"),
        ("packaging too thin", "packaging", "packaging too thin"),
        ("Flimsy box", "packaging", "flimsy box"),
        ("embalagem fina", "packaging", "embalag"),
        ("caixa frágil", "packaging", "caixa frágil"),
    ],
)
def test_words_name_their_cause_and_are_shown(text: str, code: str, shown: str) -> None:
    causes = {cause.code: cause for cause in triage(text).causes}

    assert code in causes
    assert shown in [because.what for because in causes[code].because]


def test_what_is_thin_beside_good_packaging_is_no_complaint_about_it() -> None:
    assert "packaging" not in {cause.code for cause in triage("包装很好，布料太薄了").causes}


def test_a_text_may_have_several_causes_the_surest_first() -> None:
    causes = triage("包装破了，质量太差，质量有问题").causes

    assert {cause.code for cause in causes} >= {"packaging", "quality"}
    assert [cause.confidence for cause in causes] == sorted((cause.confidence for cause in causes), reverse=True)


@pytest.mark.parametrize(
    ("text", "code"), [("包装很好，就是质量差", "packaging"), ("Well packed, but it broke", "packaging"),
                       ("物流很快，质量差", "logistics")]
)  # fmt: skip
def test_praise_is_no_complaint(text: str, code: str) -> None:
    assert code not in {cause.code for cause in triage(text).causes}


def test_a_word_is_not_found_inside_another_one() -> None:
    assert not words.find("a plate of chocolate").causes


# Beginnings of one and two letters, words that go on and words of one letter: what looking up must not pass over.
SHORT = """
script = "latin"
marks = ["el"]
[strong]
quality = ["a*", "ab*", "b", "no va*", "no* … ab*", "ab cd", "abc*"]
"""
SEARCHED = (words.read("short", SHORT.encode()), *words.languages())
PARTS = {rules.name: sorted({part.strip() for phrase in rules.phrases for part in phrase.parts}) for rules in SEARCHED}


@pytest.mark.parametrize("rules", SEARCHED, ids=attrgetter("name"))
@given(data=st.data(), between=st.sampled_from([" ", "x ", ""]))
@settings(max_examples=25)
def test_looking_up_finds_what_a_pass_over_all_phrases_finds(
    data: st.DataObject, between: str, rules: words.Language
) -> None:
    said = data.draw(st.lists(st.sampled_from([*PARTS[rules.name], "x", "da", "é"]), max_size=12))
    plain = spelling.spell(between.join(said), rules.script)

    found = list(words._standing_in(plain, rules))

    stands = [phrase for phrase in rules.phrases if words._stands(phrase, plain, words.GAP[rules.script])]
    assert sorted(found, key=id) == sorted(stands, key=id)
    assert found == sorted(found, key=lambda phrase: (not phrase.is_strong, phrase.shown))


def test_a_fact_that_leaves_no_doubt_stands_before_a_word() -> None:
    causes = triage("质量太差", OrderFacts(status="paid"), WRITTEN).causes

    assert [cause.code for cause in causes] == ["logistics", "quality"]


def test_a_fact_and_words_together_are_surer_than_either() -> None:
    order = OrderFacts(status="shipped")
    alone, word, both = (
        {cause.code: cause.confidence for cause in triage(text, facts, WRITTEN).causes}["logistics"]
        for text, facts in (("", order), ("没收到货", None), ("没收到货", order))
    )

    assert both > max(alone, word)


@pytest.mark.parametrize("text", ["", "🙂🙂🙂", "مرحبا لم يصل الطلب", "<b></b>", "\u202eabc", "?!", "\u0000"])
def test_a_text_that_says_nothing_known_proposes_nothing(text: str) -> None:
    assert triage(text).causes == ()


def test_html_is_text_and_a_very_long_review_is_read_to_its_end() -> None:
    long = "好" * 100_000 + "质量太差"

    assert triage("<script>质量太差</script>").causes[0].code == "quality"
    assert triage(long).causes[0].code == "quality"


@given(st.text(max_size=200), st.sampled_from([None, SENT, OrderFacts(status="paid"), OrderFacts(refunds=3)]))
def test_any_text_gets_an_answer_in_order_and_with_reasons(text: str, order: OrderFacts | None) -> None:
    verdict = triage(text, order, WRITTEN)

    assert verdict.fact in FACTS
    assert all(0 < cause.confidence < 1 and cause.because and cause.code in CODES for cause in verdict.causes)
    assert [cause.confidence for cause in verdict.causes] == sorted(
        (cause.confidence for cause in verdict.causes), reverse=True
    )


@pytest.mark.parametrize(
    ("text", "stars", "grade", "expected"),
    [
        ("转我一百，不转这条就一直挂着", 3, "", "threat"),
        ("The charger caught fire", 3, "", "safety"),
        ("", 1, "", "stars1"),
        ("", 2, "", "stars2"),
        ("", 3, "", "stars3"),
        ("", None, "bad", "stars1"),
        ("", None, "neutral", "stars3"),
    ],
)
def test_threats_and_harm_are_more_urgent_than_stars(text: str, stars: int | None, grade: str, expected: str) -> None:
    assert urgency(triage(text), stars, grade) == expected


@pytest.mark.parametrize(
    ("text", "status", "expected"),
    [
        ("No parcel\nNot a word for two weeks", "delivered", "logistics"),
        ("Emailed the shop three times, heard nothing back", "", "after_sales"),
        ("Missing piece: the belt was not in the box", "", "wrong_missing"),
        ("Wrote to them twice, no answer", "", "after_sales"),
        ("A different blue than in the photo", "", "not_as_described"),
        ("寄来的是40码，我选的42码", "", "wrong_missing"),
        ("下单以后告诉我断货了", "cancelled", "out_of_stock"),
        ("取消得太突然", "cancelled", "after_sales"),
    ],
)
def test_short_reviews_are_understood_by_what_they_say(text: str, status: str, expected: str) -> None:
    verdict = triage(text, OrderFacts(status=status))

    assert [cause.code for cause in verdict.causes][:1] == [expected]


def test_every_language_has_words_for_every_cause_that_buyers_name() -> None:
    found = {language.name: set(language.causes) for language in words.languages()}

    assert found.keys() >= {"en", "zh", "pt"}
    assert all(causes == {*CODES} for causes in found.values())


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (b"", [(0, "empty")]),
        (b'# caf\xe9\nscript = "han"', [(1, "encoding")]),
        (b'script = "han"\n\nwords = [', [(3, "syntax")]),
        (b'script = "han"\n<p>', [(2, "syntax")]),
        (b'script = "runes"\n[words]\nquality = ["x"]', [(1, "script")]),
        (b'script = "han"', [(0, "nothing")]),
        (b'script = "latin"\n[words]\nquality = ["x"]', [(0, "marks")]),
        (_LATIN + b'[strongg]\nquality = ["x"]', [(3, "section"), (0, "nothing")]),
        (_LATIN + b'[words]\nweather = ["x"]\nquality = "caja"', [(4, "cause"), (5, "list")]),
        (_LATIN + b'[words]\nquality = [5]', [(4, "list")]),
        (_LATIN + b'[words]\nquality = ["x"]\n[safety]\nfires = ["x"]', [(6, "cause")]),
        (_LATIN + '[words]\nquality = ["x",\n"No!"]\nlogistics = ["… x", "a*b"]'.encode(),
         [(5, "spelling"), (6, "phrase"), (6, "spelling")]),
        ('script = "han"\n[words]\nquality = ["坏 了"]'.encode(), [(3, "spelling")]),
    ],
)  # fmt: skip
def test_a_rule_file_that_is_wrong_is_refused_with_every_fault_and_its_line(
    rules: bytes, expected: list[tuple[int, str]]
) -> None:
    with pytest.raises(words.RuleFileError) as refused:
        words.read("xx", rules)

    assert refused.value.wrong.name == "xx.toml"
    assert [(fault.line, fault.code) for fault in refused.value.wrong.faults] == expected


def test_a_wrong_rule_file_is_left_out_and_named_where_plugins_are_looked_over(
    shop: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in words.FOLDER.iterdir():
        if file.name in ("en.toml", "zh.toml"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "es.toml").write_bytes(_LATIN + b'[strongg]\nquality = ["malo"]\n[words]\nquality = ["Caja!", "no"]')
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    _forget_rules()
    try:
        with force_locale("en"):
            reasons = dict(plugin_trouble.findings())
        browser = testing.sign_in(shop, testing.make_account(shop, is_owner=True))
        page = browser.get("/admin/plugins/details/review_recovery", headers={"Accept-Language": "en"}).text
        found = [cause.code for cause in triage("The parcel never arrived").causes]
        assert [rules.name for rules in words.languages()] == ["en", "zh"]
    finally:
        monkeypatch.undo()
        _forget_rules()

    said = "Rules of words es.toml are left out: line 3: nothing is called strongg."
    assert said in reasons["review_recovery"]
    assert said in page
    assert found == ["logistics"]
    assert "es.toml" not in dict(plugin_trouble.findings()).get("review_recovery", "")


def _forget_rules() -> None:
    words.languages.cache_clear()
    words._read_all.cache_clear()


def test_every_cause_has_a_fault_and_what_prevents_it() -> None:
    assert all(cause.faults and cause.prevention for cause in CAUSES.values())
    assert [code for code, cause in CAUSES.items() if not cause.remedies] == ["malicious", "professional"]


@pytest.mark.parametrize(
    ("before", "after", "is_worse"),
    [((3, ""), (1, ""), True), ((1, ""), (3, ""), False), ((2, ""), (2, ""), False),
     ((None, "neutral"), (None, "bad"), True),
     ((None, "bad"), (None, "good"), False), ((3, ""), (None, "bad"), False)],
)  # fmt: skip
def test_fewer_stars_or_a_lower_grade_is_worse(
    before: tuple[int | None, str], after: tuple[int | None, str], is_worse: bool
) -> None:
    assert worse.is_worse(worse.Rating(*before), worse.Rating(*after)) == is_worse


def ask(*lines: object) -> tuple[int, list[dict[str, object]]]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    result = CliRunner().invoke(review_recovery, ["triage"], input=text)
    return result.exit_code, [json.loads(line) for line in result.output.splitlines()]


def test_the_command_answers_every_line_without_a_shop() -> None:
    facts = {"status": "shipped", "promised_at": "2026-03-01T00:00:00Z", "reviewed_at": "2026-03-10T12:00:00+00:00"}

    code, answers = ask(
        {"id": "a", "text": "Great shop", "stars": 1, "facts": facts},
        {"id": 2, "text": "质量太差", "stars": 1},
        {"id": 3, "text": "", "facts": {"status": "completed", "ordered": {"A": 2}, "shipped": {"A": 1}}},
    )

    assert code == 0
    assert [answer["id"] for answer in answers] == ["a", 2, 3]
    assert answers[0]["causes"] == [{"code": "logistics", "confidence": 0.85, "because": ["fact: in_transit"]}]
    assert [answer["causes"][0]["code"] for answer in answers] == ["logistics", "quality", "wrong_missing"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ({"id": 1, "text": 5}, "text"),
        ({"id": 1, "text": "", "stars": True}, "stars"),
        ({"id": 1, "text": "", "stars": 9}, "stars"),
        ({"id": 1, "facts": []}, "facts"),
        ({"id": 1, "facts": {"weather": "rain"}}, "weather"),
        ({"id": 1, "facts": {"status": "lost"}}, "facts.status"),
        ({"id": 1, "facts": {"delivered_at": "soon"}}, "facts.delivered_at"),
        ({"id": 1, "facts": {"ordered": {"A": -1}}}, "facts.ordered"),
        ({"id": 1, "facts": {"refunds": "two"}}, "facts.refunds"),
    ],
)
def test_a_bad_line_is_answered_with_what_is_wrong_and_costs_no_other(line: object, said: str) -> None:
    code, answers = ask(line, {"id": "good", "text": "质量太差"})

    assert code == 3
    assert said in str(answers[0]["error"])
    assert "line 1" in str(answers[0]["error"])
    assert answers[1]["id"] == "good"
    assert answers[1]["causes"]
