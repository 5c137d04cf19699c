"""The review inbox, and a reply on its way from draft to posted."""

from datetime import UTC, datetime, timedelta

import pytest
from ears import ears
from sqlalchemy import select

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.reviews import Reply, Review, ReviewVersion
from shopadmin.services.transactions import writing

READ, REPLY = "core.reviews:read", "core.reviews:reply"


@pytest.fixture
def heard():
    return []


@pytest.fixture
def app(make_app, heard):
    made = make_app(ears(shopadmin_review_changed=lambda event: heard.append(event.change)), WTF_CSRF_ENABLED=False)
    with made.app_context():
        yield made
        db.session.remove()


def reply_of(review_id):
    db.session.rollback()
    return db.session.scalars(select(Reply).where(Reply.review_id == review_id)).one_or_none()


def answer_of(review_id):
    db.session.rollback()
    return db.session.get(Review, review_id).answer


def page_of(client, address):
    return client.get(address).get_data(as_text=True)


def test_the_inbox_shows_unanswered_bad_ones_first_and_the_oldest_of_them_on_top(app, client_as):
    testing.make_review(1, stars=5, title="Good old")
    testing.make_review(3, stars=1, title="Bad new")
    testing.make_review(2, grade="bad", stars=None, title="Bad old")
    testing.make_review(4, stars=1, title="Bad answered", answer="posted")

    text = page_of(client_as(READ), "/admin/reviews/")

    places = [text.index(title) for title in ("Bad old", "Bad new", "Good old")]
    assert places == sorted(places)
    assert "Bad answered" not in text


def test_tabs_hold_what_they_say(app, client_as):
    testing.make_review(1, stars=5, title="Five stars")
    testing.make_review(2, stars=3, title="Three stars", answer="posted")
    client = client_as(READ)

    shown = {view: page_of(client, f"/admin/reviews/?view={view}") for view in ("unanswered", "bad", "answered", "all")}

    assert {view for view, text in shown.items() if "Five stars" in text} == {"unanswered", "all"}
    assert {view for view, text in shown.items() if "Three stars" in text} == {"bad", "answered", "all"}


def test_a_search_takes_the_term_as_it_stands(app, client_as):
    testing.make_review(1, body="好评返现 100%")
    testing.make_review(2, body="nothing like it")
    client = client_as(READ)

    for term in ("返现", "100%25"):
        text = page_of(client, f"/admin/reviews/?search={term}")
        assert "好评返现" in text
        assert "nothing like it" not in text
    assert "nothing like it" in page_of(client, "/admin/reviews/?search=NOTHING")


def test_the_order_number_is_neither_found_nor_taken_away_by_who_may_not_read_orders(app, client_as):
    testing.make_review(1, body="Broken cup", order_no="T000777")
    export = "core.reviews:export"

    may, may_not = client_as(READ, export, "core.orders:read"), client_as(READ, export)

    for address in ("/admin/reviews/?view=all&search=T000", "/admin/search/?q=T000"):
        assert "Broken cup" in page_of(may, address)
        assert "Broken cup" not in page_of(may_not, address)
    assert "T000777" in page_of(may, "/admin/reviews/export/csv")
    assert "T000777" not in page_of(may_not, "/admin/reviews/export/csv")
    assert "Broken cup" in page_of(may_not, "/admin/reviews/export/csv")


def test_a_draft_is_kept_and_then_posted_and_heard_of(app, client_as, heard):
    review_id = testing.make_review()
    client = client_as(REPLY)
    address = f"/admin/reviews/details/{review_id}"

    client.post(f"{address}/reply?revision=0&text_version=1", data={"text": "Sorry!"})
    drafted = (reply_of(review_id).state, answer_of(review_id), list(heard))
    client.post(f"{address}/posted?revision=1&text_version=1")

    assert drafted == ("draft", "draft", [])
    assert (reply_of(review_id).state, answer_of(review_id), heard) == ("posted", "posted", ["replied"])
    codes = db.session.scalars(select(AuditEntry.code).order_by(AuditEntry.id)).all()
    assert [code for code in codes if code.startswith("core.reply")] == ["core.reply.drafted", "core.reply.posted"]
    assert "posted the reply" in page_of(client, address)


def test_who_was_slower_keeps_the_typed_text_and_sees_the_other(app, client_as):
    review_id = testing.make_review()
    address = f"/admin/reviews/details/{review_id}/reply?revision=0&text_version=1"
    client_as(REPLY).post(address, data={"text": "First"})

    response = client_as(REPLY).post(address, data={"text": "Second"})

    text = response.get_data(as_text=True)
    assert response.status_code == 409
    assert ">Second</textarea>" in text
    assert "First" in text
    assert reply_of(review_id).text == "First"


def test_a_reply_to_a_text_that_the_buyer_changed_meanwhile_is_refused(app, client_as):
    review_id = testing.make_review(text_version=2)

    response = client_as(REPLY).post(
        f"/admin/reviews/details/{review_id}/reply?revision=0&text_version=1", data={"text": "x"}
    )

    assert response.status_code == 409
    assert reply_of(review_id) is None
    assert answer_of(review_id) == "open"


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001, "a\0b"])
def test_a_reply_without_text_or_with_too_much_is_refused(app, client_as, text):
    review_id = testing.make_review()

    response = client_as(REPLY).post(
        f"/admin/reviews/details/{review_id}/reply?revision=0&text_version=1", data={"text": text}
    )

    assert response.status_code == 400
    assert reply_of(review_id) is None


def test_nothing_is_posted_without_a_draft(app, client_as, heard):
    review_id = testing.make_review()

    response = client_as(REPLY).post(f"/admin/reviews/details/{review_id}/posted?revision=0&text_version=1")

    assert response.status_code == 409
    assert answer_of(review_id) == "open"
    assert heard == []


def test_reading_alone_answers_nothing(app, client_as):
    review_id = testing.make_review()
    client = client_as(READ)

    response = client.post(f"/admin/reviews/details/{review_id}/reply?revision=0&text_version=1", data={"text": "x"})

    assert response.status_code == 403
    assert reply_of(review_id) is None
    assert "<textarea" not in page_of(client, f"/admin/reviews/details/{review_id}")


def test_a_change_after_the_reply_is_marked_in_the_list_and_on_the_page(app, client_as):
    now = datetime.now(UTC)
    review_id = testing.make_review(text_version=2, answer="posted", body="Now it is worse")
    with writing() as session:
        session.add(Reply(review_id=review_id, text="Thanks", state="posted", review_version=1, written_at=now))
        session.add(ReviewVersion(review_id=review_id, version=1, body="It was fine", replaced_at=now - timedelta(1)))
    client = client_as(READ)

    listed = page_of(client, "/admin/reviews/?view=all")
    page = page_of(client, f"/admin/reviews/details/{review_id}")

    assert "Changed since your reply" in listed
    assert "Changed since your reply" in page
    assert "It was fine" in page


def test_the_order_and_the_buyer_are_shown_to_those_who_may_see_them(app, client_as):
    buyer_id = testing.make_buyer("Anna Sample", phone="13900001234")
    order_id = testing.make_order(1, buyer_id=buyer_id)
    review_id = testing.make_review(1, order_id=order_id, buyer_id=buyer_id, buyer_name="Anna Sample")
    address = f"/admin/reviews/details/{review_id}"

    reader, owner = page_of(client_as(READ), address), page_of(client_as(owner=True), address)

    assert "T000001" not in reader
    assert "Anna Sample" not in reader
    assert "0001234" not in reader
    assert "T000001" in owner
    assert "139****1234" in owner
