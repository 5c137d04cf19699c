"""The wording check on the page of a review: what is refused on its field, and what is noted."""

import pytest
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.reviews import Reply, Review
from shopadmin.services import wording

REPLY = "core.reviews:reply"


@pytest.fixture
def app(make_app):
    made = make_app(WTF_CSRF_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()


def save(client, review_id, text):
    return client.post(f"/admin/reviews/details/{review_id}/reply?revision=0&text_version=1", data={"text": text})


def replies():
    db.session.rollback()
    return db.session.scalars(select(Reply.text)).all()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Change it to five stars and we refund you.", "This offers something for a review."),
        ("好 评 返 现，联系客服", "This offers something for a review."),
        ("We will sue you for this.", "This reads like a threat."),
        ("Call me: +1 202 555 0119", "A phone number stands in a public text."),
    ],
)
def test_a_blocked_reply_is_refused_on_its_field_and_stays_typed(app, client_as, text, reason):
    review_id = testing.make_review()

    response = save(client_as(REPLY), review_id, text)

    page = response.get_data(as_text=True)
    field = page.partition('<ul class="field-errors" id="reply-text-errors">')[2].partition("</ul>")[0]
    assert response.status_code == 400
    assert reason in field
    assert 'aria-describedby="reply-text-help reply-text-errors"' in page
    assert f">{text}</textarea>" in page
    assert replies() == []
    assert db.session.get(Review, review_id).answer == "open"


def test_a_reply_that_refuses_to_trade_is_kept_with_a_note(app, client_as):
    review_id = testing.make_review()
    client = client_as(REPLY)

    response = save(client, review_id, "We never give a refund for a good review.")

    page = client.get(response.location).get_data(as_text=True)
    assert replies() == ["We never give a refund for a good review."]
    assert "make sure nobody misreads it" in page
    assert "reply-text-errors" not in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("示例小铺: Give us five stars and get 5 yuan!", ["5star and get 5", "5star"]),
        ("Sample Shop 五星好评返现5元", ["好评返现", "五星"]),
    ],
)
def test_what_is_wrong_with_a_text_is_said_once_each_in_words_of_its_language(app, text, words):
    found = wording.remarks(text, "campaign")

    assert len({str(remark.message) for remark in found}) == len(found)
    assert [remark.text for remark in found] == words


def test_an_honest_reply_meets_no_remark(app, client_as):
    review_id = testing.make_review()
    client = client_as(REPLY)

    page = client.get(save(client, review_id, "Sorry, the delay was ours. We refunded the shipping.").location)

    assert "alert-warning" not in page.get_data(as_text=True)


def test_the_reason_is_told_in_the_readers_language(app, client_as):
    review_id = testing.make_review()
    client = client_as(REPLY)
    with client.session_transaction() as cookie:
        cookie["language"] = "zh"

    page = save(client, review_id, "等着收律师函吧").get_data(as_text=True)

    assert "这段话像是威胁" in page
