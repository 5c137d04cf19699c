"""The blacklist and the page of a label, as people use them."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from labels_of_tests import ACTIVE, NOW, add_label
from people_of_tests import PROPOSE, READ, REVIEW, draft, row
from shopadmin_buyer_labels import views
from shopadmin_buyer_labels.domain.status import STATUSES, Effect, effect, status
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import listing, proposing, reading, records
from sqlalchemy import func, select

from shopadmin import testing
from shopadmin.models.accounts import Account
from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import AccountId, Actor, db

LIST = "/admin/buyer-labels/labels"
TODAY = datetime.now(UTC)


def client(shop: Flask, *permissions: str) -> FlaskClient:
    return testing.sign_in(shop, testing.make_account(shop, *permissions))


def post(browser: FlaskClient, address: str, **values: Any) -> Any:
    return testing.send_form(browser, f"{LIST}/", f"{LIST}{address}", **values)


def make(buyer_id: int | None = None, **changes: Any) -> int:
    """A draft of the program's, of today."""
    found = testing.make_buyer("Wang Sample") if buyer_id is None else buyer_id
    values = {"severity": 1, "happened_on": TODAY.date() - timedelta(days=2), **changes}
    return proposing.propose(None, found, draft(**values))


def test_each_status_of_the_list_is_the_rules_own(shop: Flask) -> None:
    old = NOW - timedelta(days=80)
    rows: list[dict[str, Any]] = [
        {}, {"tier": 1, "evidence_tier": 1}, {"expires_at": NOW + timedelta(seconds=1)}, ACTIVE,
        {**ACTIVE, "notice_sent_at": None}, {**ACTIVE, "notice_sent_at": None, "notice_impossible_at": NOW},
        {**ACTIVE, "noticed_at": None, "notice_sent_at": None}, {**ACTIVE, "disputed_at": NOW},
        {**ACTIVE, "suspended_at": NOW, "suspended_why": "by_hand", "disputed_at": NOW},
        {**ACTIVE, "corrected_at": NOW}, {**ACTIVE, "revoked_at": NOW, "revoked_why": "by_hand", "corrected_at": NOW},
        {**ACTIVE, "tombstoned_at": NOW}, {**ACTIVE, "created_at": old, "expires_at": NOW},
        {**ACTIVE, "code": "clear.reviewed_ok"}, {"code": "review.extortion_demand", "tier": 1, "evidence_tier": 1,
                                                  "own_fault": True},
    ]  # fmt: skip
    for changes in rows:
        add_label(**changes)
    found = db.session.scalars(select(Label)).all()

    by_rule = {label.id: status(reading.facts(label), NOW) for label in found}
    by_database = {
        label_id: name for name, condition in listing.conditions(NOW).items()
        for label_id in db.session.scalars(select(Label.id).where(condition))
    }  # fmt: skip
    in_effect = set(db.session.scalars(select(Label.id).where(listing.in_effect(NOW))))

    assert by_database == by_rule
    assert set(by_rule.values()) == set(STATUSES)
    assert in_effect == {label.id for label in found if effect(reading.facts(label), NOW) > Effect.NONE}


def test_the_blacklist_shows_what_has_an_effect_and_finds_by_buyer(shop: Flask) -> None:
    make(testing.make_buyer("Wang Sample"))
    add_label(buyer_id=testing.make_buyer("Li Sample"), **{**ACTIVE, **_today()})
    browser = client(shop, READ, "core.buyers:contact")

    first = browser.get(f"{LIST}/").text
    assert re.search(r'aria-current="page">\s*In effect', first)
    assert "Li Sample" in first
    assert "Wang Sample" not in first  # a draft on nothing but words has no effect
    assert "Wang Sample" in browser.get(f"{LIST}/?view=all&search=Wang").text
    assert "Li Sample" not in browser.get(f"{LIST}/?view=all&search=Wang").text
    assert "Wang Sample" in browser.get(f"{LIST}/?view=all&status=draft&code=refund.item_swapped").text
    assert "W" in client(shop, READ).get(f"{LIST}/?view=all").text
    assert "Wang Sample" not in client(shop, READ).get(f"{LIST}/?view=all").text  # masked


def _today() -> dict[str, Any]:
    at = TODAY - timedelta(hours=1)
    times = dict.fromkeys(("created_at", "submitted_at", "reviewed_at", "noticed_at", "notice_sent_at"), at)
    return {**times, "latest_at": at + timedelta(days=365), "expires_at": at + timedelta(days=90)}


def test_a_label_that_speaks_for_the_buyer_is_no_warning_and_one_way_out_is_enough(shop: Flask) -> None:
    add_label(**{**ACTIVE, **_today(), "code": "clear.reviewed_ok"})
    unreviewed = dict.fromkeys(("reviewed_at", "reviewed_by", "noticed_at", "notice_sent_at"))
    waiting = add_label(**{**ACTIVE, **_today(), **unreviewed})
    browser = client(shop, READ, PROPOSE, REVIEW)

    shown = browser.get(f"{LIST}/?view=all").text
    ways_out = browser.get(f"{LIST}/details/{waiting}").text

    assert re.search(r"mark-ok[^>]*>(?:(?!</span>).)*active", shown, re.DOTALL)
    assert "/act/withdraw" in ways_out
    assert "/act/revoke" not in ways_out


def test_a_label_is_added_by_hand_reviewed_by_another_person_and_the_buyer_told(shop: Flask) -> None:
    proposer, reviewer = client(shop, READ, PROPOSE), client(shop, READ, REVIEW)
    day = (TODAY - timedelta(days=2)).date().isoformat()

    answer = post(
        proposer, "/new", kind_of_identifier="phone", identifiers="13800138000", name="Zhao Sample", severity="2",
        code="refund.empty_parcel", happened_on=day, note="The scales say 20 g", kind="logistics", weight="2",
        text="Weighed at the depot: 20 g", source="courier",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    page = "/details/1"
    assert "The scales say 20 g" in proposer.get(f"{LIST}{page}").text
    looked = ["item", "carrier", "description", "packing", "stock", "service"]
    for address, values in (
        ("own-fault", {"looked_at": looked, "own_fault": "no"}),
        ("contact", {"contacted_on": TODAY.date().isoformat()}),
        ("submit", {}),
    ):  # fmt: skip
        seen = row(1).revision
        assert post(proposer, f"{page}/{address}?revision={seen}", **values).status_code == 303
    assert post(proposer, f"{page}/act/approve", text="").status_code == 403
    asked = reviewer.get(f"{LIST}{page}/act/approve").text
    for words in (
        "An empty parcel came back", "The scales say 20 g", "Weighed at the depot: 20 g", "E2", "Until", "courier",
    ):  # fmt: skip
        assert words in asked, words
    assert "Zhao" not in asked  # without the right to see contacts
    assert post(reviewer, f"{page}/act/approve?revision={row(1).revision}", text="").status_code == 303
    shown = reviewer.get(f"{LIST}{page}").text
    assert "Not sent yet" in shown
    # Of the ways to tell the buyer one that can work is chosen beforehand: there is no e-mail address.
    assert re.findall(r'<option[^>]*value="([^"]+)"', shown.partition('name="channel"')[2])[0] != "email"
    assert post(reviewer, f"{page}/act/told?revision={row(1).revision}", text="On the phone").status_code == 303

    assert status(reading.facts(row(1)), datetime.now(UTC)) == "active"
    assert "Zhao" in client(shop, READ, "core.buyers:contact").get(f"{LIST}/").text


def test_nothing_is_said_of_a_buyer_that_nobody_chose(shop: Flask) -> None:
    answer = post(
        client(shop, READ, PROPOSE), f"/new?buyer={testing.make_buyer()}", code="", severity="1",
        happened_on=TODAY.date().isoformat(), kind="chat", weight="1",
    )  # fmt: skip

    assert (answer.status_code, "Say what happened." in answer.text) == (400, True)
    assert db.session.scalar(select(func.count()).select_from(Label)) == 0


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(shop: Flask) -> None:
    browser = client(shop, READ, PROPOSE)

    answer = post(
        browser, f"/new?buyer={testing.make_buyer()}", code="refund.item_swapped", severity="1",
        happened_on=TODAY.date().isoformat(), note="This thief again", ends_on="2020-01-01", kind="chat", weight="1",
    )  # fmt: skip

    assert answer.status_code == 400
    assert "says what somebody is" in answer.text
    assert "ends in the future" in answer.text
    assert "This thief again" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Label)) == 0


def test_an_edit_over_somebody_elses_is_a_conflict_with_what_was_typed_kept(shop: Flask) -> None:
    browser, label_id = client(shop, READ, PROPOSE), make()
    seen = row(label_id).revision
    values = {"code": "refund.empty_parcel", "severity": "1", "tier": "0", "happened_on": "2026-11-01"}
    assert post(browser, f"/details/{label_id}/edit?revision={seen}", note="First", **values).status_code == 303

    answer = post(browser, f"/details/{label_id}/edit?revision={seen}", note="Second words", **values)

    assert answer.status_code == 409
    assert "Somebody changed this label meanwhile" in answer.text
    assert "Second words" in answer.text
    assert row(label_id).note == "First"


def test_evidence_is_shown_to_those_who_see_the_label_and_under_no_other(shop: Flask) -> None:
    browser, first, second = client(shop, READ, PROPOSE), make(), make()
    answer = post(browser, f"/details/{first}/attach", kind="chat", text="Ring 13800138000", weight="1", source="")
    assert answer.status_code == 303
    (piece,) = records.pieces(first)

    assert "13800138000" not in browser.get(f"{LIST}/details/{first}/evidence/{piece.uuid}").text
    assert browser.get(f"{LIST}/details/{first}/evidence/{piece.uuid}").status_code == 200
    assert browser.get(f"{LIST}/details/{second}/evidence/{piece.uuid}").status_code == 404
    assert browser.get(f"{LIST}/details/999").status_code == 404


def test_evidence_is_a_decision_of_an_authority_only_by_who_may_say_so(shop: Flask) -> None:
    plain, trusted, label_id = client(shop, PROPOSE), client(shop, PROPOSE, "core.evidence:authority"), make()
    address, values = f"/details/{label_id}/attach", {"kind": "decision", "text": "The court ruled", "weight": "4"}
    new = f"/new?buyer={testing.make_buyer()}"

    refused = [post(plain, address, **values), post(plain, new, code="refund.empty_parcel", severity="1", **values)]

    assert [answer.status_code for answer in refused] == [400, 400]
    assert not records.pieces(label_id)
    assert db.session.scalar(select(func.count()).select_from(Label)) == 1
    assert 'value="3"' in plain.get(f"{LIST}{address}").text
    assert 'value="4"' not in plain.get(f"{LIST}{address}").text
    assert 'value="4"' in trusted.get(f"{LIST}{address}").text
    assert post(trusted, address, **values).status_code == 303
    assert [piece.tier for piece in records.pieces(label_id)] == [4]


@pytest.mark.parametrize("act", ["approve", "revoke", "told"])
def test_g18_who_proposes_does_not_review(shop: Flask, act: str) -> None:
    label_id = make()
    before = row(label_id).revision

    assert post(client(shop, READ, PROPOSE), f"/details/{label_id}/act/{act}", text="x").status_code == 403

    assert row(label_id).revision == before


def test_each_page_about_a_label_is_a_look_up_and_no_change_goes_without_what_was_seen(shop: Flask) -> None:
    label_id = make()
    browser = client(shop, READ, PROPOSE, REVIEW)
    page = f"/details/{label_id}"
    code = "buyer_labels.person.viewed"
    seen = select(func.count()).where(AuditEntry.code == code, AuditEntry.object_id == str(row(label_id).buyer_id))

    for number, form in enumerate(("edit", "attach", "act/withdraw"), 1):
        assert browser.get(f"{LIST}{page}/{form}").status_code == 200
        assert db.session.scalar(seen) == number, form
    before = row(label_id).revision
    for form in ("edit", "act/withdraw"):
        assert post(browser, f"{page}/{form}", text="Because", note="Unseen").status_code == 400
    assert row(label_id).revision == before


def test_no_form_is_open_in_a_state_that_does_not_allow_it_and_the_page_says_why(shop: Flask) -> None:
    """Every status and act: the page offers what the rules allow; the address of another form leads back to it."""
    testing.make_account(shop, is_owner=True)  # so that nobody is alone
    browser, hour = client(shop, READ, PROPOSE, REVIEW), timedelta(hours=1)
    me = db.session.scalar(select(func.max(Account.id)))
    actor = Actor(AccountId(me or 0), "Me", False, frozenset({READ, PROPOSE, REVIEW}))
    today = ACTIVE | _today()
    unreviewed = dict.fromkeys(("reviewed_at", "reviewed_by", "noticed_at", "notice_sent_at"))
    states: list[dict[str, Any]] = [
        today | unreviewed | dict.fromkeys(("submitted_at", "submitted_by")), today | unreviewed, today,
        today | unreviewed | {"submitted_by": me}, today | {"notice_sent_at": None}, today | {"disputed_at": TODAY},
        today | {"suspended_at": TODAY, "suspended_why": "by_hand"}, today | {"corrected_at": TODAY},
        today | {"revoked_at": TODAY, "revoked_why": "by_hand"}, today | {"expires_at": TODAY - hour / 2},
    ]  # fmt: skip
    forms = {"edit": "edit", "attach": "attach", "renew": "renew"} | {
        f"act/{act}": move for act, (_point, _title, _service, move) in views._ACTS.items()
    }  # fmt: skip
    seen, closed = set[str](), 0

    for changes in states:
        label_id = add_label(buyer_id=testing.make_buyer(), **changes)
        page = f"{LIST}/details/{label_id}"
        for form, move in forms.items():
            label = row(label_id)
            seen.add(status(reading.facts(label), TODAY))
            refused = records.in_the_way(actor, label, move, datetime.now(UTC))
            answer, shown = browser.get(f"{page}/{form}"), browser.get(page).text
            if refused is None:
                assert answer.status_code == 200, (changes, form)
                continue
            assert (answer.status_code, answer.location) == (302, page), (changes, form)
            with force_locale("en"):
                assert html.escape(str(refused.message)) in shown.replace("&#39;", "&#x27;"), (changes, form)
            assert f'"{page}/{form}"' not in browser.get(page).text, (changes, form)
            closed += 1
    assert seen == set(STATUSES) - {"tombstoned"}
    assert closed > 70

    mine = browser.get(f"{LIST}/details/4").text  # what I put to review: the reason stands where the button would
    assert "Not yet: “Approve this label”." in mine
    assert "Nobody reviews what is their own" in mine


def test_a_refused_form_loaded_anew_by_its_address_is_the_page_it_stands_on(shop: Flask) -> None:
    browser, label_id = client(shop, READ, PROPOSE), make()
    address = f"/details/{label_id}/submit?revision={row(label_id).revision}"
    assert post(browser, address).status_code == 409

    again = browser.get(f"{LIST}{address}")

    assert (again.status_code, again.location) == (302, f"{LIST}/details/{label_id}")
    assert browser.get(again.location).status_code == 200
    assert browser.put(f"{LIST}{address}").status_code == 405
    assert shop.test_client().get(f"{LIST}{address}").location == f"{LIST}/details/{label_id}"


def test_this_is_wrong_says_beforehand_that_a_hold_ends_for_good(shop: Flask) -> None:
    page = client(shop, READ).get(f"{LIST}/details/{make()}").text

    assert page.index("let go for good") < page.index("This is wrong</span>")
