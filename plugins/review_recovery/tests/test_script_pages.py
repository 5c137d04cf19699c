"""Pages of scripts and calls: who may, what they show, and what they refuse; without any script in the browser."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from runs_of_tests import CLERK, NOON, PHONE, case, make_case, path, set_platform, take
from scripts_of_tests import TEXT
from shopadmin_review_recovery import listening, run_views
from shopadmin_review_recovery.models import ReviewScript, ReviewScriptVersion
from shopadmin_review_recovery.services import runs, scripts
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import db

READ, REPLY, PUBLISH = (
    "review_recovery.case:read", "review_recovery.case:reply", "review_recovery.script:publish",
)  # fmt: skip
OTHER = TEXT.replace("name: default", "name: other")
SCRIPTS, CALLS = "/admin/review-recovery/scripts", "/admin/review-recovery/calls"


@pytest.fixture
def app(shop, monkeypatch):
    shop.config["WTF_CSRF_ENABLED"] = False
    testing.make_account(shop, is_owner=True)
    set_platform(shop)
    monkeypatch.setattr(runs, "datetime", Noon)
    monkeypatch.setattr(run_views, "datetime", Noon)
    return shop


class Noon:
    """A clock that stands at an hour at which buyers may be rung."""

    @staticmethod
    def now(_zone):
        return NOON


def client(app, *permissions, owner=False):
    account = testing.make_account(app, *permissions, email=f"{len(permissions)}{owner}@example.com", is_owner=owner)
    return testing.sign_in(app, account)


def text_of(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def count(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def looks():
    db.session.rollback()
    revealed = select(func.count()).select_from(AuditEntry).where(AuditEntry.code == "core.contact.revealed")
    return db.session.scalar(revealed)


def draft(text=OTHER):
    return scripts.bring_in(None, text)


MATRIX = [
    ("get", f"{SCRIPTS}/", READ),
    ("get", f"{SCRIPTS}/details/1", READ),
    ("get", f"{SCRIPTS}/versions/1", READ),
    ("get", f"{SCRIPTS}/versions/1/export", READ),
    ("get", f"{SCRIPTS}/new", PUBLISH),
    ("post", f"{SCRIPTS}/new", PUBLISH),
    ("post", f"{SCRIPTS}/details/1/save", PUBLISH),
    ("post", f"{SCRIPTS}/details/1/publish", PUBLISH),
    ("get", f"{CALLS}/?case=1", READ),
    ("get", f"{CALLS}/run/1", READ),
    ("post", f"{CALLS}/start/1", REPLY),
    ("post", f"{CALLS}/run/1/step", REPLY),
    ("post", f"{CALLS}/settle/1", REPLY),
]


@pytest.mark.parametrize(("method", "address", "point"), MATRIX)
def test_every_page_asks_for_its_right(app, method, address, point):
    scripts.ensure_shipped()
    runs.start(CLERK, make_case(), "en", NOON)
    others = {READ, REPLY, PUBLISH} - {point} - ({REPLY, PUBLISH} if point == READ else set())
    steps = len(path(1))

    refused = client(app, *sorted(others)) if others else client(app, "core.orders:read")
    assert getattr(refused, method)(address, data={}).status_code == 403
    assert (count(ReviewScript), count(ReviewScriptVersion), len(path(1))) == (1, 1, steps)
    allowed = client(app, *{point, READ}, "core.orders:read")
    assert getattr(allowed, method)(address, data={"version": "1"}).status_code in (200, 302, 400, 409)


def test_in_a_new_shop_the_worker_brings_the_shipped_script_and_looking_writes_nothing(app):
    reader = client(app, READ)
    assert "The shipped one comes" in text_of(reader.get(f"{SCRIPTS}/"))
    assert count(ReviewScriptVersion) == 0
    listening.catch_up()

    page = text_of(reader.get(f"{SCRIPTS}/"))

    assert "default" in page
    assert "New script" not in page


def test_a_script_is_shown_as_text_with_its_picture_and_nodes_that_are_linked(app):
    scripts.ensure_shipped()

    page = text_of(client(app, READ, PUBLISH).get(f"{SCRIPTS}/details/1"))

    assert "Nothing speaks against publishing it." in page
    assert page.count("<rect") == 32
    assert 'href="#node-ask_ok"' in page
    assert 'id="node-ask_ok"' in page
    assert "看到您的评价" in page


def test_findings_stand_beside_the_text_and_mark_the_node(app):
    script_id = draft(OTHER.replace("open: later", "open: ask"))

    page = text_of(client(app, READ, PUBLISH).get(f"{SCRIPTS}/details/{script_id}"))

    assert "2 findings keep it from being published" in page
    assert "around its guard" in page
    assert "⚠ ask_ok" in page
    assert "/publish" not in page


def test_what_cannot_be_read_as_a_script_is_shown_without_a_picture(app):
    script_id = draft()
    scripts.save(None, script_id, "nodes: [", 1)

    page = text_of(client(app, READ, PUBLISH).get(f"{SCRIPTS}/details/{script_id}"))

    assert "there is no picture" in page
    assert "This is not YAML" in page


def test_a_draft_is_saved_checked_and_published(app):
    script_id, browser = draft(), client(app, READ, PUBLISH)
    changed = OTHER.replace("Thank you, goodbye.", "Goodbye.")

    saved = browser.post(f"{SCRIPTS}/details/{script_id}/save", data={"text": changed, "version": "1"})
    published = browser.post(f"{SCRIPTS}/details/{script_id}/publish", data={"version": "2"})

    assert (saved.status_code, published.status_code) == (302, 302)
    version = scripts.versions(script_id)[0]
    assert "Goodbye." in version.canonical
    exported = browser.get(f"{SCRIPTS}/versions/{version.id}/export")
    assert exported.headers["Content-Disposition"] == "attachment; filename=other-1.yaml"
    assert "Goodbye." in exported.get_data(as_text=True)


def test_what_was_typed_stays_when_somebody_was_faster(app):
    script_id, browser = draft(), client(app, READ, PUBLISH)
    scripts.save(None, script_id, OTHER + "# theirs\n", 1)

    answer = browser.post(f"{SCRIPTS}/details/{script_id}/save", data={"text": "# mine", "version": "1"})

    assert answer.status_code == 409
    assert "# mine" in text_of(answer)
    assert scripts.find(script_id).text == OTHER + "# theirs\n"


def test_a_script_with_findings_is_not_published_from_the_page_either(app):
    script_id = draft(OTHER.replace("open: later", "open: ask"))

    answer = client(app, READ, PUBLISH).post(f"{SCRIPTS}/details/{script_id}/publish", data={"version": "1"})

    assert answer.status_code == 400
    assert count(ReviewScriptVersion) == 0


@pytest.mark.parametrize("raw", ["", "<script>alert(1)</script>", "a: &x [*x]", "评" * 1000])
def test_what_is_no_script_is_refused_and_shown_again_escaped(app, raw):
    answer = client(app, READ, PUBLISH).post(f"{SCRIPTS}/new", data={"text": raw})

    assert answer.status_code == 400
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert count(ReviewScript) == 0


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "gb18030"])
def test_a_file_in_another_encoding_is_refused_and_never_guessed_at(app, encoding):
    files = {"file": (BytesIO(OTHER.encode(encoding)), "other.yaml"), "text": ""}
    answer = client(app, READ, PUBLISH).post(f"{SCRIPTS}/new", data=files)

    assert answer.status_code == 400
    assert "Save it as UTF-8" in text_of(answer)
    assert count(ReviewScript) == 0


def test_a_file_is_brought_in(app):
    answer = client(app, READ, PUBLISH).post(
        f"{SCRIPTS}/new", data={"file": (BytesIO(OTHER.encode()), "other.yaml"), "text": ""}
    )

    assert answer.status_code == 302
    assert count(ReviewScript) == 1


@pytest.mark.parametrize(
    "address",
    [f"{SCRIPTS}/details/99", f"{SCRIPTS}/versions/99", f"{SCRIPTS}/details/x", f"{CALLS}/run/99",
     f"{CALLS}/?case=99", f"{CALLS}/", f"{CALLS}/?case=0x"],
)  # fmt: skip
def test_what_is_not_there_is_404(app, address):
    assert client(app, READ).get(address).status_code == 404


def test_a_call_is_made_on_its_page(app):
    case_id, browser = make_case(), client(app, READ, REPLY)

    begun = browser.post(f"{CALLS}/start/{case_id}", data={"language": "zh"})
    page = text_of(browser.get(begun.location))
    assert "您好，请问是" in page
    for word in ("contact me”", "Threatens", "Complained to the platform", "Ties a demand to the review"):
        assert word in page
    answer = browser.post(f"{begun.location}/step", data={"number": "1", "on": "yes"})

    assert answer.status_code == 302
    assert path(1) == ["gate", "identity", "product"]


def test_a_step_that_is_refused_keeps_what_was_typed(app):
    case_id, browser = make_case(), client(app, READ, REPLY)
    browser.post(f"{CALLS}/start/{case_id}", data={"language": "en"})
    for number, on in enumerate(("yes", "yes", "told", "next"), 1):
        browser.post(f"{CALLS}/run/1/step", data={"number": number, "on": on})
    browser.post(f"{CALLS}/run/1/step", data={"number": 5, "on": "other", "cause.code": "packaging"})
    browser.post(f"{CALLS}/run/1/step", data={"number": 6, "on": "next"})

    answer = browser.post(
        f"{CALLS}/run/1/step", data={"number": 7, "on": "within_limit", "remedy.summary": "A new pot goes out"}
    )

    assert answer.status_code == 400
    assert "A new pot goes out" in text_of(answer)
    assert "Fill this in first" in text_of(answer)
    assert path(1)[-1] == "remedy"


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 50, "0"])
def test_a_step_about_another_moment_is_409(app, number):
    case_id, browser = make_case(), client(app, READ, REPLY)
    browser.post(f"{CALLS}/start/{case_id}", data={"language": "en"})

    answer = browser.post(f"{CALLS}/run/1/step", data={"number": number, "on": "yes"})

    assert answer.status_code == 409
    assert path(1) == ["gate", "identity"]


def test_the_call_stands_on_the_cases_page(app):
    case_id, browser = make_case(), client(app, READ, REPLY)
    assert "Ring the buyer" in text_of(browser.get(f"/admin/review-recovery/cases/details/{case_id}"))
    browser.post(f"{CALLS}/start/{case_id}", data={"language": "en"})

    page = text_of(browser.get(f"/admin/review-recovery/cases/details/{case_id}"))

    assert "Nobody answers" in page
    assert "Began a call" in page


def test_who_may_only_read_sees_the_conversation_and_no_button(app):
    case_id = make_case()
    runs.start(CLERK, case_id, "en", NOON)

    page = text_of(client(app, READ).get(f"{CALLS}/run/1"))

    assert "Hello, is this" in page
    assert '<button type="submit" class="btn btn-primary btn-lg' not in page


def test_names_are_masked_for_who_may_not_see_them(app):
    case_id = make_case()
    client(app, READ, REPLY).post(f"{CALLS}/start/{case_id}", data={"language": "en"})

    assert "S**" in text_of(client(app, READ).get(f"{CALLS}/run/1"))


def test_a_buyers_words_are_shown_escaped(app):
    case_id, browser = make_case(), client(app, READ, REPLY)
    browser.post(f"{CALLS}/start/{case_id}", data={"language": "en"})
    for number, on in enumerate(("yes", "yes", "told", "next"), 1):
        browser.post(f"{CALLS}/run/1/step", data={"number": number, "on": on})
    browser.post(f"{CALLS}/run/1/step", data={"number": 5, "on": "other", "cause.code": "packaging"})
    browser.post(f"{CALLS}/run/1/step", data={"number": 6, "on": "next"})
    browser.post(
        f"{CALLS}/run/1/step",
        data={"number": 7, "on": "within_limit", "remedy.summary": "<b>pot</b>", "remedy.due": "Friday"},
    )

    page = browser.get(f"{CALLS}/run/1").get_data(as_text=True)

    assert "&lt;b&gt;pot&lt;/b&gt;" in page
    assert "<b>pot" not in page


def test_what_was_promised_is_settled_by_hand(app):
    case_id, browser = make_case(), client(app, READ, REPLY)
    assert browser.post(f"{CALLS}/settle/{case_id}").status_code == 409
    assert case(case_id).state == "triaged"


def test_a_conversation_that_was_left_hours_ago_leaves_room_for_the_next(app):
    case_id, browser = make_case(), client(app, READ, REPLY)
    runs.start(CLERK, case_id, "en", NOON - timedelta(days=1))

    assert "Ring the buyer" in text_of(browser.get(f"{CALLS}/?case={case_id}"))
    browser.post(f"{CALLS}/start/{case_id}", data={"language": "en"})

    assert 'name="on"' in text_of(browser.get(f"{CALLS}/run/2"))
    assert 'name="on"' not in text_of(browser.get(f"{CALLS}/run/1"))


def test_a_call_without_an_order_is_spoken_in_whole_sentences_in_the_buyers_language(app):
    case_id, browser = make_case(order_id=None), client(app, READ, REPLY)
    assert '<option value="en" selected>' in browser.get(f"{CALLS}/?case={case_id}").get_data(as_text=True)
    browser.post(f"{CALLS}/start/{case_id}", data={"language": "zh"})
    assert "您好，请问是在我们店下单的顾客吗？" in text_of(browser.get(f"{CALLS}/run/1"))

    browser.post(f"{CALLS}/run/1/step", data={"number": 1, "on": "yes"})
    assert "想问问您之前买的商品，现在方便吗？" in text_of(browser.get(f"{CALLS}/run/1"))

    browser.post(f"{CALLS}/run/1/step", data={"number": 2, "on": "forgotten"})
    assert "[the end of the order number]</mark>" in text_of(browser.get(f"{CALLS}/run/1"))


def test_an_error_stands_at_its_field_once_and_the_cause_is_not_asked_twice(app):
    case_id, browser = make_case(), client(app, READ, REPLY)
    browser.post(f"{CALLS}/start/{case_id}", data={"language": "en"})
    steps = [{"on": "yes"}, {"on": "yes"}, {"on": "told", "cause.code": "packaging"}, {"on": "next"}]
    for number, form in enumerate(steps, 1):
        browser.post(f"{CALLS}/run/1/step", data={"number": number, **form})
    assert "<summary>Cause: Packaging" in text_of(browser.get(f"{CALLS}/run/1"))
    for number, on in ((5, "other"), (6, "next")):
        browser.post(f"{CALLS}/run/1/step", data={"number": number, "on": on})

    page = text_of(browser.post(f"{CALLS}/run/1/step", data={"number": 7, "on": "within_limit", "remedy.summary": "x"}))

    assert page.count("Fill this in first.") == 2, "above, with the field's name, and at the field"
    assert "<strong>Done by</strong>: Fill this in first." in page
    assert page.count('aria-invalid="true" autofocus aria-describedby="in-') == 1


def test_the_number_is_shown_while_the_call_goes_on_to_who_may_and_the_log_remembers(app):
    case_id = make_case()
    browser = client(app, READ, REPLY, "core.buyers:contact", "core.buyers:read")
    address = f"/admin/review-recovery/cases/details/{case_id}"
    assert "139****9001" in text_of(browser.get(address))
    assert "tel:" not in text_of(browser.get(address))
    browser.post(f"{CALLS}/start/{case_id}", data={"language": "en"})

    shown = text_of(browser.post(f"{CALLS}/run/1/number"))

    assert f'href="tel:{PHONE}"' in shown
    assert looks() == 1
    assert client(app, READ, REPLY).post(f"{CALLS}/run/1/number").status_code == 403
    denied = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.access.denied")).all()
    assert [entry.after for entry in denied] == [{"permission": "core.buyers:contact"}]
    take(1, "stop")
    assert browser.post(f"{CALLS}/run/1/number").status_code == 409
    assert (looks(), PHONE in text_of(browser.get(f"{CALLS}/run/1"))) == (1, False)


def test_a_call_that_the_gate_holds_says_until_when_and_is_planned(app, monkeypatch):
    case_id, browser = make_case(), client(app, READ, REPLY)
    lunch = datetime.now(UTC).replace(hour=4, minute=30, second=0, microsecond=0) + timedelta(days=1)
    for module in (runs, run_views):
        monkeypatch.setattr(module, "datetime", type("Lunch", (), {"now": staticmethod(lambda _zone: lunch)}))
    browser.post(f"{CALLS}/start/{case_id}", data={"language": "en"})

    page = text_of(browser.get(f"{CALLS}/run/1"))
    at = f"{lunch:%Y-%m-%d} 14:00"
    assert f"not before {at}" in page
    assert f"Plan the call for {at}" in page
    planned = {"kind": "call", "due_at": at.replace(" ", "T")}
    assert browser.post(f"/admin/review-recovery/cases/details/{case_id}/plan", data=planned).status_code == 303
    assert "Plan the call" not in text_of(browser.get(f"{CALLS}/run/1"))
