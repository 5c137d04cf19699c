"""Answers to the buyer: put together, checked, and sent through the one gate; on both engines."""

from datetime import timedelta

import pytest
from flask import Flask
from replies_of_tests import CLERK, NOON, OVER, OWNER, READER, answers_of, make_reply, table
from runs_of_tests import case, events, make_case, set_platform
from shopadmin_review_recovery.models import ReviewAnswer
from shopadmin_review_recovery.services import (
    answers,
    case_records,
    compensation_decisions,
    compensations,
    gaps,
    replies,
)
from shopadmin_review_recovery.services.answers import Answer
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.models.messages import OutboxMessage
from shopadmin.plugin_api import (
    ForbiddenError,
    MissingError,
    ObjectionsError,
    RefusedError,
    block_buyer,
    db,
    writing,
)

TOKEN = "a" * 32


@pytest.fixture
def app(shop: Flask) -> Flask:
    testing.make_account(shop, is_owner=True)
    set_platform(shop)
    return shop


def an_answer(text: str = "I am sorry. The parcel goes out today.", **changes: object) -> Answer:
    values = {"token": TOKEN, "channel": "chat", "about": "service", "language": "en", "text": text, "used": ()}
    return Answer(**values | changes)  # type: ignore[arg-type]


def messages() -> list[OutboxMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_an_answer_goes_out_for_its_case_and_counts_the_replies_in_it(app: Flask) -> None:
    used, unused = make_reply(), make_reply(code="b")
    case_id = make_case(cause="logistics", product_ref="P1")

    result = answers.send(CLERK, case_id, an_answer(used=(used, used, 999)), NOON)

    (message,) = messages()
    assert (result.verdict, message.state, message.channel) == ("allow", "queued", "chat")
    assert (message.blocks, message.basis, message.purpose) == (["notice"], "complaint", "service")
    assert message.case_ref == f"review_recovery.case.{case_id}"
    assert message.review_ref == str(case(case_id).review_id)
    (stored,) = answers_of(case_id)
    assert (stored.reply_ids, stored.cause, stored.product_ref, stored.message_id) == (
        [used], "logistics", "P1", message.id,
    )  # fmt: skip
    assert {one["id"]: one["uses"] for one in table()} == {used: 1, unused: 0}
    assert events(case_id) == ["answer.sent"]
    assert case(case_id).touched_at == NOON


def test_sent_twice_it_goes_out_once_and_counts_once(app: Flask) -> None:
    used, case_id = make_reply(), make_case()
    answers.send(CLERK, case_id, an_answer(used=(used,)), NOON)

    again = answers.send(CLERK, case_id, an_answer(used=(used,)), NOON + timedelta(seconds=5))

    assert again.is_repeat
    assert len(messages()) == len(answers_of(case_id)) == 1
    assert table()[0]["uses"] == 1


def test_the_same_words_of_another_form_go_out_once(app: Flask) -> None:
    case_id, soon = make_case(), NOON + timedelta(minutes=2)
    first = answers.send(CLERK, case_id, an_answer(), NOON)

    # Who goes back in the browser finds what was typed in a form with a token of its own.
    again = answers.send(CLERK, case_id, an_answer(token="b" * 32), soon)
    other = answers.send(CLERK, case_id, an_answer("One thing more: the slip lies in the box."), soon)

    assert (again.is_repeat, again.message_id) == (True, first.message_id)
    assert not other.is_repeat
    assert [message.id for message in messages()] == [first.message_id, other.message_id]
    later = answers.send(CLERK, case_id, an_answer(token="c" * 32), NOON + timedelta(days=40))
    assert not later.is_repeat


def test_the_same_words_go_out_again_where_they_did_not_arrive(app: Flask) -> None:
    case_id = make_case()
    answers.send(CLERK, case_id, an_answer(), NOON)
    with writing() as session:
        session.scalars(select(OutboxMessage)).one().state = "failed"

    again = answers.send(CLERK, case_id, an_answer(token="b" * 32), NOON + timedelta(minutes=2))

    assert not again.is_repeat
    assert len(messages()) == 2


@pytest.mark.parametrize("about", answers.BLOCKS)
def test_g6_an_answer_has_one_kind_of_block_and_never_an_invitation(app: Flask, about: str) -> None:
    blocks = answers.BLOCKS[about]

    assert len(blocks) == 1
    assert not {"invitation", "offer", "steps"} & set(blocks)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Order {{order.no}} is late.", "answer.open"),
        ("See {{?photo_link}}.", "answer.open"),
        ("Hello {{nobody.knows}}", "answer.open"),
        ("Hello {{", "answer.open"),
        ("If you change your review, we refund you 20 yuan.", "wording.incentive"),
        ("We will sue you.", "wording.threat"),
        ("We suspect that you are a professional reviewer.", "review_recovery.accuses"),
        (" \n", "answer.empty"),
    ],
)
def test_a_text_with_a_gap_or_a_trade_does_not_go_out(app: Flask, text: str, said: str) -> None:
    used, case_id = make_reply(), make_case()
    before = table()

    with pytest.raises(RefusedError) as refused:
        answers.send(CLERK, case_id, an_answer(text, used=(used,)), NOON)

    assert said in {problem.code for problem in refused.value.problems}
    assert (messages(), answers_of(case_id), events(case_id), table()) == ([], [], [], before)
    assert case(case_id).touched_at is None


def test_a_gap_is_named(app: Flask) -> None:
    problems = answers.check("{{order.no}} and {{?photo_link}} and {{order.no}}")

    first, second = (str(problem.message) for problem in problems)
    assert "order.no" in first
    assert "photo_link" in second


def test_values_are_filled_in_and_what_is_missing_stays_to_be_seen(app: Flask) -> None:
    reply_id = make_reply(body="{{shop.contact}} {{order.no}} {{remedy.due}} {{?photo_link}}")
    found = case_records.find(make_case())

    text = answers.inserted(CLERK, found, "en", "Hello\n", reply_id, NOON)

    assert text == "Hello\n\nour chat T000001 {{remedy.due}} {{?photo_link}}"
    with pytest.raises(MissingError):
        answers.inserted(CLERK, found, "en", "", 999, NOON)


def test_a_name_that_the_person_sees_masked_is_not_written_to_the_buyer(app: Flask) -> None:
    reply_id = make_reply(body="Dear {{buyer.salutation|customer}}")
    found = case_records.find(make_case())

    assert answers.inserted(CLERK, found, "en", "", reply_id, NOON) == "Dear customer"
    assert "*" not in answers.inserted(OWNER, found, "en", "", reply_id, NOON)


def test_what_the_gate_denies_counts_for_nothing(app: Flask) -> None:
    used, case_id = make_reply(), make_case()
    with writing():
        block_buyer(OWNER, case(case_id).buyer_id, "refused")

    result = answers.send(CLERK, case_id, an_answer(used=(used,)), NOON)

    assert (result.verdict, result.reasons) == ("deny", ("do_not_contact",))
    assert [message.state for message in messages()] == ["blocked"]
    assert (answers_of(case_id), table()[0]["uses"]) == ([], 0)
    assert events(case_id) == ["answer.denied"]
    assert case(case_id).touched_at is None


def test_g3_answers_of_linked_cases_share_the_buyers_three_contacts(app: Flask) -> None:
    first = make_case()
    others = [make_case(buyer_id=case(first).buyer_id) for _number in range(3)]

    verdicts = [
        answers.send(CLERK, case_id, an_answer(token=f"{case_id:032x}"), NOON + timedelta(hours=case_id)).verdict
        for case_id in (first, *others)
    ]

    assert verdicts == ["allow", "allow", "allow", "deny"]


def test_a_case_that_is_over_or_has_no_buyer_gets_no_answer(app: Flask) -> None:
    over = make_case(**OVER)
    unknown = make_case(buyer_id=None)

    for case_id in (over, unknown):
        with pytest.raises(ObjectionsError):
            answers.send(CLERK, case_id, an_answer(), NOON)
    with pytest.raises(MissingError):
        answers.send(CLERK, 999, an_answer(), NOON)
    with pytest.raises(ForbiddenError):
        answers.send(READER, make_case(), an_answer(), NOON)

    assert messages() == []


@pytest.mark.parametrize("change", [{"channel": "call"}, {"channel": "pigeon"}, {"about": "steps"}, {"language": "pt"}])
def test_only_what_there_is_can_be_chosen(app: Flask, change: dict[str, str]) -> None:
    case_id = make_case()

    with pytest.raises(RefusedError):
        answers.send(CLERK, case_id, an_answer(**change), NOON)

    assert messages() == []


def test_an_e_mail_without_an_address_is_refused_in_words(app: Flask) -> None:
    case_id = make_case()

    with pytest.raises(RefusedError) as refused:
        answers.send(CLERK, case_id, an_answer(channel="email"), NOON)

    assert refused.value.problems[0].code == "destination"
    assert messages() == []


def test_g5_the_buyer_hears_of_compensation_once_it_is_decided(app: Flask) -> None:
    case_id = make_case()
    asked = compensations.request(CLERK, case_id, "refund", "20", "arrived broken", NOON)
    told = an_answer("We give you back 20 yuan for the broken item.", about="compensation")

    with pytest.raises(ObjectionsError) as refused:
        answers.send(CLERK, case_id, told, NOON)
    assert refused.value.problems[0].code == "answer.undecided"
    assert messages() == []

    compensation_decisions.approve(OWNER, asked.id, now=NOON)
    assert answers.send(CLERK, case_id, told, NOON).verdict == "allow"
    assert messages()[0].blocks == ["compensation"]


def test_what_fits_the_case_comes_first_and_replies_for_other_products_do_not_come(app: Flask) -> None:
    general = make_reply(code="any", cause="", title="Anything")
    right = make_reply(code="right", cause="quality")
    best = make_reply(code="best", cause="quality", product_ref="P1")
    make_reply(code="foreign", cause="quality", product_ref="P2")
    make_reply(code="zh", language="zh", cause="quality", body="您好")
    found = case_records.find(make_case(cause="quality", product_ref="P1"))

    assert [one.reply.id for one in answers.suggestions(found, "en", "")] == [best, right, general]
    assert [one.reply.code for one in answers.suggestions(found, "en", "anything")] == ["any"]


def test_the_gaps_are_counted_by_case_problem_product_and_language(app: Flask) -> None:
    used = make_reply()
    with_reply = make_case(cause="logistics")
    by_hand = [make_case(cause="quality", product_ref="P1") for _number in range(2)]
    answers.send(CLERK, with_reply, an_answer(used=(used,)), NOON)
    for case_id in by_hand:
        answers.send(CLERK, case_id, an_answer(), NOON)
        answers.send(CLERK, case_id, an_answer(token="b" * 32), NOON)

    now = NOON + timedelta(days=1)
    assert gaps.answered_by_hand(now) == [gaps.Gap("quality", "P1", "en", 2)]
    assert gaps.answered_by_hand(now + gaps.WINDOW) == []
    assert gaps.uncovered() == [gaps.Uncovered("quality", 2)]


def test_an_answer_stays_as_it_was_sent_when_its_reply_goes(app: Flask) -> None:
    used, case_id = make_reply(), make_case()
    answers.send(CLERK, case_id, an_answer(used=(used,)), NOON)

    replies.remove(OWNER, used, 1)

    assert [row.reply_ids for row in answers_of(case_id)] == [[used]]
    ((_row, standing),) = answers.of_case(case_id)
    assert standing is not None
    assert standing.state == "queued"
    assert db.session.scalar(select(func.count()).select_from(ReviewAnswer)) == 1
