"""The pages of quick replies, answers and compensation: who may open what, and what each does without scripts."""

import io
import re

import pytest
from flask import Flask
from replies_of_tests import NOON, OWNER, answers_of, compensation_states, make_reply, table
from runs_of_tests import case, make_case, set_platform
from shopadmin_review_recovery.services import compensations
from sqlalchemy import text

from shopadmin import testing
from shopadmin.plugin_api import AccountId, Actor, block_buyer, plugin_settings, writing

REPLIES, ANSWERS = "/admin/review-recovery/replies/", "/admin/review-recovery/answers/"
MONEY = "/admin/review-recovery/compensation/"
FORM = {
    "code": "late-2", "language": "en", "cause": "logistics", "product_ref": "", "stage": "explain",
    "title": "Later still", "keywords": "late", "body": "Order {{order.no}} is late.", "note": "",
}  # fmt: skip
READ, REPLY, EDIT, APPROVE = (
    f"review_recovery.{point}" for point in ("case:read", "case:reply", "quick_reply:edit", "compensation:approve")
)
# Method, address, and the point that is needed; R, C and M stand for a reply's, a case's and a compensation's id.
ROUTES = (
    ("GET", REPLIES, READ),
    ("GET", f"{REPLIES}details/R", READ),
    ("GET", f"{REPLIES}export/csv", EDIT),
    ("GET", f"{REPLIES}new", EDIT),
    ("POST", f"{REPLIES}new", EDIT),
    ("GET", f"{REPLIES}details/R/edit", EDIT),
    ("POST", f"{REPLIES}details/R/edit?version=1", EDIT),
    ("POST", f"{REPLIES}details/R/delete?version=1", EDIT),
    ("GET", f"{REPLIES}upload", EDIT),
    ("POST", f"{REPLIES}upload", EDIT),
    ("POST", f"{REPLIES}starter", EDIT),
    ("GET", ANSWERS, READ),
    ("GET", f"{ANSWERS}case/C", REPLY),
    ("POST", f"{ANSWERS}case/C", REPLY),
    ("GET", MONEY, READ),
    ("GET", f"{MONEY}details/M", READ),
    ("GET", f"{MONEY}case/C", REPLY),
    ("POST", f"{MONEY}case/C", REPLY),
    ("POST", f"{MONEY}details/M/withdraw", REPLY),
    ("POST", f"{MONEY}details/M/settle", REPLY),
    ("POST", f"{MONEY}details/M/approve", APPROVE),
    ("POST", f"{MONEY}details/M/decline", APPROVE),
)


@pytest.fixture
def app(shop: Flask) -> Flask:
    shop.config["WTF_CSRF_ENABLED"] = False
    testing.make_account(shop, is_owner=True)
    set_platform(shop)
    return shop


@pytest.fixture
def owner(app: Flask) -> testing.ShopClient:
    return testing.sign_in(app, testing.make_account(app, is_owner=True))


def clerk(app: Flask, *more: str) -> testing.ShopClient:
    return testing.sign_in(app, testing.make_account(app, REPLY, *more))


def asker(app: Flask) -> Actor:
    return Actor(AccountId(testing.make_account(app, REPLY)), "Robin", False, frozenset({REPLY}))


def composed(page: str) -> dict[str, object]:
    """What a browser would send of the composer as it stands."""
    text = re.search(r'<textarea[^>]*name="text"[^>]*>(.*?)</textarea>', page, re.S)
    token = re.search(r'name="token" value="(\w+)"', page)
    assert text
    assert token
    used = re.findall(r'name="used" value="(\d+)"', page)
    return {
        "token": token[1], "text": text[1].strip(), "used": used, "typed": "", "language": "en", "channel": "chat",
        "about": "service",
    }  # fmt: skip


@pytest.mark.parametrize(("method", "address", "needed"), ROUTES)
@pytest.mark.parametrize("held", [None, READ, REPLY, EDIT, APPROVE])
def test_every_page_asks_for_its_permission(
    app: Flask, method: str, address: str, needed: str, held: str | None
) -> None:
    case_id = make_case()
    asked = compensations.request(asker(app), case_id, "refund", "5", "broken", NOON)
    ids = {"R": make_reply(), "C": case_id, "M": asked.id}
    for letter, row_id in ids.items():
        address = re.sub(rf"/{letter}(?=/|$|\?)", f"/{row_id}", address)
    client = testing.sign_in(app, testing.make_account(app, *([held] if held else [])))
    before = table(), compensation_states()

    answer = client.open(address, method=method)

    # Each of the others lets read as well.
    may = held == needed or (needed == READ and held is not None)
    assert (answer.status_code != 403) == may
    if not may:
        assert (table(), compensation_states()) == before


def test_every_route_is_in_the_matrix(app: Flask) -> None:
    views = ("review_recovery_replies.", "review_recovery_answers.", "review_recovery_compensations.")
    routes = {
        (method, re.sub(r"<row_id>", "", str(rule)).rstrip("/"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(views) and not rule.endpoint.endswith(".static")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }

    known = {
        (method, re.sub(r"/[RCM](?=/|$|\?)", "/", address).partition("?")[0].rstrip("/"))
        for method, address, _needed in ROUTES
    }
    assert (
        routes
        == {(method, address.replace("/export/csv", "/export/<kind>")) for method, address in known}
        | {("GET", f"{MONEY}export/<kind>")} & routes
    )


def test_an_empty_shop_is_offered_the_shipped_replies(owner: testing.ShopClient) -> None:
    empty = owner.get(REPLIES).text
    assert "No quick replies yet" in empty
    assert re.search(rf'class="empty">.*?<form[^>]* action="{REPLIES}starter"', empty, re.DOTALL)
    composer = owner.get(f"{ANSWERS}case/{make_case()}").text
    assert "No quick replies yet" in composer
    assert f'class="btn btn-secondary" href="{REPLIES}"' in composer
    assert "Nothing is missing" in owner.get(ANSWERS).text
    assert "No compensation yet" in owner.get(f"{MONEY}?view=all").text

    page = owner.post(f"{REPLIES}starter", follow_redirects=True).text

    assert "24 replies are new." in page
    assert "The parcel is late" in page
    assert "包裹晚到" in owner.get(f"{REPLIES}?view=zh&cause=logistics").text


def test_a_reply_is_written_read_changed_and_deleted(owner: testing.ShopClient) -> None:
    page = owner.post(f"{REPLIES}new", data=FORM, follow_redirects=True).text
    assert "Order DEMO-1001 is late." in page
    page = owner.post(f"{REPLIES}details/1/edit?version=1", data=FORM | {"title": "New"}, follow_redirects=True).text
    assert "New" in page

    stale = owner.post(f"{REPLIES}details/1/edit?version=1", data=FORM | {"title": "Newer"})
    assert stale.status_code == 409
    assert "meanwhile" in stale.text
    assert table()[0]["title"] == "New"

    assert owner.post(f"{REPLIES}details/1/delete?version=2").status_code == 302
    assert table() == []
    assert owner.get(f"{REPLIES}details/1").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("body", "Hello {{buyer.phone}}", "There is no variable"),
        ("body", "Change the review and get 20 yuan back", "offers something for a review"),
        ("code", "a b", "small letters"),
        ("title", "", "required"),
        ("cause", "weather", "Not a valid choice"),
    ],
)
def test_bad_values_are_shown_at_their_field_and_nothing_is_kept(
    owner: testing.ShopClient, field: str, value: str, said: str
) -> None:
    answer = owner.post(f"{REPLIES}new", data=FORM | {field: value})

    assert answer.status_code == 400
    assert said in answer.text
    assert table() == []


def test_what_is_downloaded_can_be_uploaded_again_and_holds_no_formula(owner: testing.ShopClient) -> None:
    make_reply(code="f-1", title="=HYPERLINK(1)", keywords="+a", note="@b")
    make_reply()
    before = [{**row, "version": 0, "changed_at": 0} for row in table()]
    raw = owner.get(f"{REPLIES}export/csv").data
    assert b"'=HYPERLINK(1)" in raw

    page = owner.post(f"{REPLIES}upload", data={"file": (io.BytesIO(raw), "replies.csv")}, follow_redirects=True).text

    assert "0 replies are new, 2 changed." in page
    assert [{**row, "version": 0, "changed_at": 0} for row in table()] == before


def test_a_wrong_file_names_its_rows(owner: testing.ShopClient) -> None:
    raw = b"code,language,cause,product_ref,stage,title,keywords,body,note\na,en,,,first,T,,{{x.y}},\n"

    answer = owner.post(f"{REPLIES}upload", data={"file": (io.BytesIO(raw), "replies.csv")})

    assert answer.status_code == 400
    assert "Row 2, body: There is no variable" in answer.text
    assert table() == []


def test_an_answer_is_found_put_together_and_sent_by_buttons_alone(app: Flask) -> None:
    reply_id = make_reply(body="Order {{order.no}} comes on {{?day}}.")
    case_id = make_case(cause="logistics")
    client, address = clerk(app), f"{ANSWERS}case/{case_id}"
    page = client.get(f"{address}?typed=courier&language=en").text
    assert f'name="insert" value="{reply_id}" data-pick data-key="1"' in page

    page = client.post(address, data=composed(page) | {"text": "Hello", "insert": str(reply_id)}).text
    form = composed(page)
    assert form["text"] == "Hello\n\nOrder T000001 comes on {{?day}}."
    assert form["used"] == [str(reply_id)]

    refused = client.post(address, data=form | {"act": "send"})
    assert refused.status_code == 400
    assert "“day” is not filled in yet" in refused.text
    assert answers_of(case_id) == []
    done = client.post(address, data=form | {"text": "Order T000001 comes on Friday.", "act": "send"})
    assert done.status_code == 302
    assert "waits among the messages" in client.get(address).text
    assert [row.reply_ids for row in answers_of(case_id)] == [[reply_id]]


def test_the_text_stays_when_one_looks_for_another_reply_or_has_it_checked(app: Flask) -> None:
    make_reply()
    case_id = make_case()
    client, address = clerk(app), f"{ANSWERS}case/{case_id}"
    form = composed(client.get(address).text) | {"text": "My own words <b>"}

    found = client.post(address, data=form | {"act": "search", "typed": "nothing like it"}).text
    assert "No reply fits" in found
    assert composed(found)["text"] == "My own words &lt;b&gt;"
    assert "Nothing speaks against" in client.post(address, data=form | {"act": "check"}).text
    wrong = client.post(address, data=form | {"act": "check", "text": "Delete the review, we refund you"}).text
    assert "offers something for a review" in wrong


def test_what_the_gate_says_is_shown_in_words_and_another_try_is_another_message(app: Flask) -> None:
    case_id = make_case()
    with writing():
        block_buyer(OWNER, case(case_id).buyer_id, "refused")
    client, address = clerk(app), f"{ANSWERS}case/{case_id}"
    form = composed(client.get(address).text) | {"text": "I am sorry.", "act": "send"}

    refused = client.post(address, data=form)

    assert refused.status_code == 409
    assert "The buyer must not be contacted." in refused.text
    assert composed(refused.text)["token"] != form["token"]
    assert answers_of(case_id) == []


def test_the_case_shows_the_way_to_an_answer_and_to_compensation(app: Flask) -> None:
    make_reply()
    case_id = make_case(cause="logistics", urgency="stars1")
    asked = compensations.request(asker(app), case_id, "refund", "5", "broken", NOON)
    address = f"/admin/review-recovery/cases/details/{case_id}"

    page = clerk(app).get(address).text
    assert f"{ANSWERS}case/{case_id}" in page
    assert "The parcel is late" in page
    assert f"{MONEY}case/{case_id}" in page
    assert f"{MONEY}details/{asked.id}" in page
    assert "asked for compensation: Money back" in page
    reader = testing.sign_in(app, testing.make_account(app, READ)).get(address).text
    assert f"{ANSWERS}case/{case_id}" not in reader
    assert f"{MONEY}case/{case_id}" not in reader


def test_the_case_offers_replies_in_the_buyers_language_whatever_the_readers_is(app: Flask) -> None:
    make_reply()
    make_reply(language="zh", title="包裹晚到", body="订单{{order.no}}晚到了。")
    case_id = make_case(cause="logistics")
    review_id = case(case_id).review_id
    with writing() as session:
        session.execute(text("update review set body = '等了三个星期还没到' where id = :id"), {"id": review_id})

    page = clerk(app).get(f"/admin/review-recovery/cases/details/{case_id}").text

    assert '<span class="grow" lang="zh-Hans">包裹晚到</span>' in page
    assert "The parcel is late" not in page
    assert "Answer the buyer" in page


def test_compensation_is_asked_for_decided_by_the_owner_and_handed_over(app: Flask, owner: testing.ShopClient) -> None:
    case_id, client = make_case(), clerk(app)
    form = {"kind": "gift", "amount": "12.50", "reason": "arrived broken"}
    page = client.post(f"{MONEY}case/{case_id}", data=form, follow_redirects=True).text
    assert "The owner decides about it." in page
    assert "Independent of the review." in page
    assert "Approve" not in page
    assert "Compensation to decide" in owner.get("/admin/").text
    assert "arrived broken" in owner.get(MONEY).text

    page = owner.post(f"{MONEY}details/1/approve", data={"note": "fair"}, follow_redirects=True).text
    assert "It is approved." in page
    assert owner.post(f"{MONEY}details/1/decline", data={"note": "no"}).status_code == 409
    assert "Compensation to decide" not in owner.get("/admin/").text
    assert "It is handed over." in client.post(f"{MONEY}details/1/settle", follow_redirects=True).text
    assert compensation_states() == ["settled"]


def test_the_owner_declines_with_a_reason_alone(app: Flask, owner: testing.ShopClient) -> None:
    compensations.request(asker(app), make_case(), "refund", "5", "broken", NOON)

    assert owner.post(f"{MONEY}details/1/decline", data={"note": " "}).status_code == 400
    assert compensation_states() == ["requested"]
    assert owner.post(f"{MONEY}details/1/decline", data={"note": "no fault of ours"}).status_code == 302
    assert compensation_states() == ["declined"]


def test_whoever_asked_is_told_that_somebody_else_decides(app: Flask, owner: testing.ShopClient) -> None:
    compensations.request(OWNER, make_case(), "refund", "5", "broken", NOON)

    page = owner.get(f"{MONEY}details/1").text
    assert "somebody else decides" in page
    assert f"{MONEY}details/1/approve" not in page
    assert owner.post(f"{MONEY}details/1/approve").status_code == 409
    assert compensation_states() == ["requested"]
    assert owner.post(f"{MONEY}details/1/withdraw").status_code == 302


@pytest.mark.parametrize("amount", ["0", "1.234", "ten", "-1", ""])
def test_a_bad_amount_is_shown_at_its_field(app: Flask, amount: str) -> None:
    answer = clerk(app).post(
        f"{MONEY}case/{make_case()}", data={"kind": "refund", "amount": amount, "reason": "broken"}
    )

    assert answer.status_code == 400
    assert compensation_states() == []


def test_the_owner_sets_the_limit_in_the_shops_money(owner: testing.ShopClient) -> None:
    address = "/admin/plugins/details/review_recovery"
    form = {"threshold": "3", "week": "mon-fri 09:00-18:00", "holidays": "", "extra": ""}

    assert owner.post(f"{address}/settings", data=form | {"compensation_limit": "1.234"}).status_code == 400
    assert owner.post(f"{address}/settings", data=form | {"compensation_limit": "30.50"}).status_code == 302

    assert plugin_settings("review_recovery")["compensation_limit"] == 3050
    assert 'value="30.50"' in owner.get(address).text


@pytest.mark.parametrize("field", ["contact", "review_steps"])
@pytest.mark.parametrize("words", ["We refund 5 if you change your review to 5 stars", "改成好评就返5元"])
def test_g7_the_owners_words_for_calls_offer_nothing_for_a_review(
    owner: testing.ShopClient, field: str, words: str
) -> None:
    address = "/admin/plugins/details/review_recovery"
    form = {"threshold": "3", "week": "mon-fri 09:00-18:00", "holidays": "", "extra": "", "compensation_limit": ""}
    assert owner.post(f"{address}/settings", data=form | {field: "Open the order, tap Review"}).status_code == 302

    refused = owner.post(f"{address}/settings", data=form | {field: words})

    assert refused.status_code == 400
    assert re.search(rf'name="{field}"[^>]*aria-describedby|id="{field}-error', refused.text)
    assert "Leave out the offer" in refused.text
    assert plugin_settings("review_recovery")[field] == "Open the order, tap Review"


def test_the_gaps_lead_to_a_form_that_knows_what_for(app: Flask, owner: testing.ShopClient) -> None:
    case_id = make_case(cause="quality", product_ref="P1")
    client, address = clerk(app), f"{ANSWERS}case/{case_id}"
    form = composed(client.get(address).text) | {"text": "I am sorry.", "act": "send"}
    client.post(address, data=form)

    page = owner.get(ANSWERS).text
    link = re.search(r'href="([^"]*replies/new[^"]*product_ref[^"]*)"', page)
    assert link
    new = owner.get(link[1].replace("&amp;", "&")).text

    assert 'value="P1"' in new
    assert '<option selected value="quality">' in new
    assert "1 case had no reply for this" in page


def test_the_pages_speak_chinese(app: Flask, owner: testing.ShopClient) -> None:
    case_id = make_case()
    compensations.request(asker(app), case_id, "refund", "5", "broken", NOON)
    with owner.session_transaction() as cookie:
        cookie["language"] = "zh"

    assert "快捷回复" in owner.get(REPLIES).text
    assert "回复买家" in owner.get(f"{ANSWERS}case/{case_id}").text
    assert "与评价无关" in owner.get(f"{MONEY}details/1").text


def test_the_composer_says_what_a_text_message_takes(owner):
    gateway = {
        "url": "https://gateway.example.com/", "headers": "", "body_kind": "json", "success_status": "200",
        "body": '{"to": "{{to}}", "text": "{{text}}"}',
    }  # fmt: skip
    assert owner.post("/admin/settings/sms", data=gateway).status_code == 302
    page = f"{ANSWERS}case/{make_case()}"
    form = {"act": "check", "language": "zh", "about": "service", "text": "您好" * 36}

    by_text = owner.post(page, data=form | {"channel": "sms"}).get_data(as_text=True)
    by_chat = owner.post(page, data=form | {"channel": "chat"}).get_data(as_text=True)

    assert "Parts as a text message: 2. The last has room for 62 characters more." in by_text
    assert "Parts as a text message" not in by_chat
