"""Which quick replies fit, and in which order: the weights of section 4, for any table."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopadmin_review_recovery.domain.replies import BODY, CAUSE, CODE, KEYWORD, PRODUCT, TITLE, Question, Reply, rank

WORDS = ("late", "photo", "box", "退款", "快递")
some_text = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
replies = st.builds(
    Reply,
    id=st.integers(1, 10**6),
    code=st.sampled_from(("late-1", "box-1", "photo", "x")),
    language=st.sampled_from(("en", "zh")),
    title=some_text,
    body=some_text,
    cause=st.sampled_from(("", "logistics", "quality")),
    product=st.sampled_from(("", "P1", "P2")),
    keywords=st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
    uses=st.integers(0, 5),
)
tables = st.lists(replies, max_size=12, unique_by=lambda reply: reply.id)
questions = st.builds(
    Question,
    language=st.sampled_from(("en", "zh")),
    typed=st.one_of(some_text, st.sampled_from(("late-1", "LATE-1 ", "none of these"))),
    causes=st.frozensets(st.sampled_from(("logistics", "quality")), max_size=2),
    product=st.sampled_from(("", "P1", "P2")),
)
PLAIN = Reply(1, "a-1", "en", "The parcel", "It is on its way")
QUESTION = Question("en", "parcel", frozenset({"logistics"}), "P1")


@pytest.mark.parametrize(
    ("change", "typed", "weight"),
    [
        ({}, "parcel", TITLE),
        ({}, "way", BODY),
        ({"keywords": ("courier",)}, "courier", KEYWORD),
        ({}, "a-1", CODE),
        ({}, "A-1", CODE),
        ({"cause": "logistics"}, "way", BODY + CAUSE),
        ({"product": "P1"}, "way", BODY + PRODUCT),
        ({"product": "P1", "cause": "logistics", "keywords": ("parcel way",)}, "parcel way",
         PRODUCT + CAUSE + KEYWORD + TITLE + BODY),
        ({"cause": "logistics"}, "a-1", CODE + CAUSE),
    ],
)  # fmt: skip
def test_the_weights_add_up(change: dict[str, object], typed: str, weight: int) -> None:
    (found,) = rank([replace(PLAIN, **change)], replace(QUESTION, typed=typed))

    assert found.weight == weight


def test_the_weights_are_those_of_the_rules() -> None:
    assert (CODE, PRODUCT, CAUSE, KEYWORD, TITLE, BODY) == (10, 6, 4, 3, 2, 1)


@given(tables, questions)
def test_nothing_is_shown_in_another_language_or_about_another_product(table: list[Reply], question: Question) -> None:
    for found in rank(table, question):
        assert found.reply.language == question.language
        assert found.reply.product in ("", question.product)


@given(tables, questions)
def test_an_exact_code_stands_before_everything_and_the_rest_by_weight_use_and_id(
    table: list[Reply], question: Question
) -> None:
    found = rank(table, question)

    code = question.typed.strip().casefold()
    keys = [(one.reply.code != code, -one.weight, -one.reply.uses, one.reply.id) for one in found]
    assert keys == sorted(keys)


def test_an_exact_code_is_not_outweighed() -> None:
    coded = replace(PLAIN, id=1, code="late-1")
    heavy = replace(PLAIN, id=2, code="b", cause="logistics", product="P1", keywords=("late-1",), title="late-1")

    found = rank([heavy, coded], replace(QUESTION, typed="late-1"))

    assert [one.reply.id for one in found] == [1, 2]
    assert found[0].weight < found[1].weight


@given(tables, questions)
def test_every_word_that_was_typed_is_somewhere_in_what_is_found(table: list[Reply], question: Question) -> None:
    for one in rank(table, question):
        reply = one.reply
        everything = " ".join((reply.code, reply.title, reply.body, *reply.keywords))
        assert all(word in everything for word in question.typed.casefold().split())


@given(tables, questions)
def test_with_nothing_typed_no_reply_for_another_problem_is_offered(table: list[Reply], question: Question) -> None:
    for one in rank(table, replace(question, typed=" ")):
        assert one.reply.cause in ("", *question.causes)


@given(tables, questions, st.randoms())
def test_the_order_of_the_table_makes_no_difference(table: list[Reply], question: Question, random: object) -> None:
    mixed = list(table)
    random.shuffle(mixed)  # type: ignore[attr-defined]

    assert rank(mixed, question) == rank(table, question)


@given(tables, questions, st.integers(0, 5))
def test_a_limit_cuts_the_end_off(table: list[Reply], question: Question, limit: int) -> None:
    assert rank(table, question, limit) == rank(table, question)[:limit]


def test_wide_letters_and_chinese_without_blanks_are_found() -> None:
    chinese = Reply(2, "late-1", "zh", "包裹晚到", "让您久等了", keywords=("快递",))

    assert [one.reply for one in rank([chinese], Question("zh", "快递"))] == [chinese]
    assert [one.reply for one in rank([chinese], Question("zh", "ｌａｔｅ－１"))] == [chinese]
    assert rank([chinese], Question("zh", "快递 没有")) == []
