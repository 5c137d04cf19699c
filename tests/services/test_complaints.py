"""Complaints: opened, worked on, handed in, decided, announced; and what is refused changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from ears import ears
from flask_babel import force_locale
from sqlalchemy import select

from shopadmin import plugin_api, testing
from shopadmin.contract import (
    AccountId,
    Actor,
    ComplaintDecided,
    ComplaintRequest,
    EvidenceOrigin,
    OrderId,
)
from shopadmin.domain import complaints as rules
from shopadmin.domain.complaints import State
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.complaints import Complaint, ComplaintEvent, ComplaintEvidence
from shopadmin.models.evidence import Evidence
from shopadmin.services import integrity
from shopadmin.services.complaints import checking, deciding, listing, opening, working
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.evidence import packing, storing
from shopadmin.services.refusals import ForbiddenError

NOW = datetime.now(UTC)
ORIGIN = EvidenceOrigin(NOW - timedelta(hours=1), "chat", 1)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def app(make_app, heard):
    made = make_app(ears(shopadmin_complaint_decided=lambda event: heard.append(event)))
    with made.app_context():
        yield made
        db.session.remove()


@pytest.fixture
def actor(app):
    return Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())


@pytest.fixture
def opened(actor):
    """A complaint about a demand, at a platform that the core knows."""
    order_id = testing.make_order(1, buyer_id=testing.make_buyer(), platform="taobao")
    return opening.by_hand(actor, opening.about_order(actor, order_id), "extortion", None, "Sample")


def state(complaint_id):
    db.session.rollback()
    return db.session.get_one(Complaint, complaint_id)


def fill(actor, complaint_id):
    for key, kind in (("contacted", "chat"), ("order", "order"), ("demand", "chat"), ("review", "chat")):
        working.add_evidence(actor, complaint_id, kind, f"sample {key}", ORIGIN, key)


def snapshot_of_rows():
    db.session.rollback()
    tables = (Complaint, ComplaintEvent, ComplaintEvidence, Evidence)
    files = sorted(path.name for path in storing.folder().rglob("*") if path.is_file())
    return [db.session.execute(select(table.__table__).order_by(table.id)).all() for table in tables], files


def test_a_complaint_is_opened_with_its_buyer_and_a_deadline(actor, opened):
    found = state(opened)

    assert (found.platform, found.ground, found.state) == ("taobao", "extortion", "collecting")
    assert found.buyer_id is not None
    assert timedelta(days=14) < found.deadline_at - NOW < timedelta(days=16)
    assert db.session.scalars(select(AuditEntry.code).where(AuditEntry.object_type == "complaint")).all() == [
        "core.complaint.opened"
    ]
    assert integrity.problems() == []


@pytest.mark.parametrize(
    ("ground", "deadline", "note"),
    [
        ("chargeback_fraud", None, ""),
        ("", None, ""),
        ("extortion", NOW - timedelta(hours=1), ""),
        ("extortion", NOW + timedelta(days=4000), ""),
        ("extortion", None, "x" * 4001),
        ("extortion", None, "a\0b"),
    ],
)
def test_what_cannot_be_a_complaint_is_refused(actor, ground, deadline, note):
    order_id = testing.make_order(1, platform="taobao")
    about = opening.about_order(actor, order_id)
    before = snapshot_of_rows()

    with pytest.raises(RefusedError):
        opening.by_hand(actor, about, ground, deadline, note)

    assert snapshot_of_rows() == before


def test_it_is_ready_when_the_checklist_is_complete_and_not_before(actor, opened):
    with pytest.raises(ObjectionsError):
        deciding.submit(actor, opened, "tool", "A-1")
    assert state(opened).state == "collecting"

    fill(actor, opened)

    assert state(opened).state == "ready"
    deciding.submit(actor, opened, "tool", "A-1")
    found = state(opened)
    assert (found.state, found.channel, found.reference) == ("submitted", "tool", "A-1")
    assert found.submitted_at is not None


def test_a_tick_that_is_taken_back_makes_it_wait_again(actor):
    order_id = testing.make_order(1, platform="shop")
    complaint_id = opening.by_hand(actor, opening.about_order(actor, order_id), "other", None, "")
    working.add_evidence(actor, complaint_id, "chat", "hello", ORIGIN, "contacted")
    working.add_evidence(actor, complaint_id, "order", "T1", ORIGIN, "order")
    working.tick(actor, complaint_id, "own_fault", True)
    assert state(complaint_id).state == "ready"

    working.tick(actor, complaint_id, "own_fault", False)

    assert state(complaint_id).state == "collecting"


REFUSED = {
    "a tick for what evidence proves": lambda actor, found: working.tick(actor, found, "order", True),
    "a tick for nothing": lambda actor, found: working.tick(actor, found, "nothing", True),
    "evidence of the wrong kind": lambda actor, found: working.add_evidence(
        actor, found, "logistics", "x", ORIGIN, "demand"
    ),
    "evidence for nothing": lambda actor, found: working.add_evidence(actor, found, "chat", "x", ORIGIN, "nothing"),
    "an empty text": lambda actor, found: working.add_evidence(actor, found, "chat", " ", ORIGIN),
    "half a character": lambda actor, found: working.add_evidence(actor, found, "chat", "\ud800", ORIGIN),
    "a text without end": lambda actor, found: working.add_evidence(actor, found, "chat", "x" * 200_001, ORIGIN),
    "no picture": lambda actor, found: working.add_evidence(actor, found, "picture", b"<svg>", ORIGIN),
    "evidence of tomorrow": lambda actor, found: working.add_evidence(
        actor, found, "chat", "x", EvidenceOrigin(NOW + timedelta(days=1))
    ),
    "evidence of tier 5": lambda actor, found: working.add_evidence(
        actor, found, "chat", "x", EvidenceOrigin(NOW, tier=5)
    ),
    "an empty note": lambda actor, found: working.add_note(actor, found, " "),
    "a call without a ticket": lambda actor, found: working.add_call(actor, found, "", "x"),
    "a deadline that is over": lambda actor, found: working.set_deadline(actor, found, NOW - timedelta(days=1)),
    "a way that is none": lambda actor, found: deciding.submit(actor, found, "pigeon", ""),
    "an outcome that is none": lambda actor, found: deciding.decide(actor, found, "won"),
    "a step that is none": lambda actor, found: deciding.step(actor, found, State.UPHELD),
}


@pytest.mark.parametrize("act", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_neither_row_nor_file(actor, opened, heard, act):
    before = snapshot_of_rows()

    with pytest.raises(RefusedError):
        act(actor, opened)

    assert snapshot_of_rows() == before
    assert heard == []


def test_a_complaint_or_evidence_that_is_not_there_is_missing(actor, opened):
    with pytest.raises(MissingError):
        working.add_note(actor, 999, "x")
    with pytest.raises(MissingError):
        deciding.decide(actor, 999, "upheld")
    with pytest.raises(MissingError):
        working.use_evidence(actor, opened, "00000000-0000-4000-8000-000000000000")


def test_an_outcome_is_kept_with_its_words_and_announced_after_the_commit(actor, opened, heard):
    fill(actor, opened)
    deciding.submit(actor, opened, "tool", "A-1")

    deciding.decide(actor, opened, "upheld", "The review is removed.")

    found = state(opened)
    decision = db.session.scalars(select(Evidence).where(Evidence.kind == "decision")).one()
    assert (found.state, found.outcome, decision.tier, decision.source) == ("upheld", "upheld", 3, "A-1")
    (event,) = heard
    assert isinstance(event, ComplaintDecided)
    assert (event.complaint_id, event.outcome, event.ground) == (opened, "upheld", "extortion")
    assert decision.uuid in event.evidence
    assert len(event.evidence) == 5


def test_after_an_appeal_the_later_outcome_is_announced_too(actor, opened, heard):
    fill(actor, opened)
    deciding.submit(actor, opened, "hotline", "")
    deciding.decide(actor, opened, "rejected")
    deciding.step(actor, opened, State.APPEALED, "We have more.")
    deciding.decide(actor, opened, "partly")
    deciding.step(actor, opened, State.CLOSED)

    assert [event.outcome for event in heard] == ["rejected", "partly"]
    assert (state(opened).state, state(opened).outcome) == ("closed", "partly")


def test_one_that_is_over_takes_nothing_more(actor, opened):
    deciding.decide(actor, opened, "withdrawn")
    before = snapshot_of_rows()

    with pytest.raises(ObjectionsError):
        working.add_note(actor, opened, "late")
    with pytest.raises(ObjectionsError):
        deciding.decide(actor, opened, "upheld")
    with pytest.raises(ObjectionsError):
        working.add_evidence(actor, opened, "chat", "late", ORIGIN)

    assert snapshot_of_rows() == before


def test_a_call_is_noted_with_its_ticket(actor, opened):
    working.add_call(actor, opened, "T-77", "They look into it.")

    event = db.session.scalars(select(ComplaintEvent).where(ComplaintEvent.code == "call")).one()
    assert (event.reference, event.text, event.by) == ("T-77", "They look into it.", actor.account_id)


def request(evidence=(), **changes):
    order_id = OrderId(testing.make_order(7, platform="taobao", buyer_id=testing.make_buyer()))
    fields = {"platform": "taobao", "ground": "extortion", "origin": "ears.case", "origin_id": 5, "order_id": order_id}
    return ComplaintRequest(**{**fields, "evidence": evidence, **changes})


def test_a_plugin_opens_one_with_its_evidence_and_not_twice(app, actor):
    proof = storing.store(actor, "ears.case", 5, "chat", "50 or one star", ORIGIN)
    asked = request((proof,))

    first, second = opening.for_plugin(None, asked), opening.for_plugin(None, asked)

    assert first == second
    found = state(first)
    assert (found.origin, found.origin_id, found.opened_by) == ("ears.case", 5, None)
    assert found.buyer_id is not None
    assert db.session.scalars(select(ComplaintEvidence.complaint_id)).all() == [first]
    with app.test_request_context():
        (shown,) = opening.of_origin("ears.case", 5)
    assert (shown.state, shown.url) == ("collecting", f"/admin/complaints/details/{first}")


def test_once_it_is_over_the_plugin_may_open_another(actor):
    asked = request()
    first = opening.for_plugin(actor, asked)
    deciding.decide(actor, first, "withdrawn")

    assert opening.for_plugin(actor, asked) != first


@pytest.mark.parametrize("changes", [{"order_id": OrderId(999)}, {"ground": "no"}, {"evidence": ("no",)}], ids=str)
def test_a_plugin_that_asks_for_what_is_not_there_is_refused(actor, changes):
    asked = request(**changes)
    before = snapshot_of_rows()

    with pytest.raises(RefusedError):
        opening.for_plugin(actor, asked)

    assert snapshot_of_rows() == before


def test_the_list_begins_with_what_is_due_and_the_tile_counts_it(actor):
    about = opening.About("taobao", None, None, None)
    far = opening.by_hand(actor, about, "extortion", NOW + timedelta(days=20), "")
    near = opening.by_hand(actor, about, "extortion", NOW + timedelta(hours=20), "")
    soon = opening.by_hand(actor, about, "extortion", NOW + timedelta(hours=60), "")
    over = opening.by_hand(actor, about, "extortion", NOW + timedelta(hours=1), "")
    deciding.decide(actor, over, "settled")

    page = listing.lists.fetch_page(listing.COMPLAINTS, actor, listing.lists.ListArguments(), UTC)

    assert [row.id for row in page.rows] == [near, soon, far]
    assert listing.due(NOW).count == 2
    assert listing.due(NOW).first == state(near).deadline_at


def test_the_facts_of_the_order_are_kept_without_phone_and_address(actor):
    order_id = testing.make_order(1, platform="taobao", total=12_345, currency="CNY", buyer_note="ring 13800138000")
    complaint_id = opening.by_hand(actor, opening.about_order(actor, order_id), "extortion", None, "")

    kept = working.add_order_facts(actor, complaint_id)

    text = storing.original(storing.find(kept)).decode()
    assert "order_no: T000001" in text
    assert "total: 123.45 CNY" in text
    assert "13800138000" not in text
    assert [one.is_done for one in listing.load_details(actor, state(complaint_id)).items] == [
        False, True, False, False, False
    ]  # fmt: skip
    assert plugin_api.order_facts(OrderId(order_id)) == text
    nobody = Actor(AccountId(1), "Sample", False, frozenset({"core.complaints:work"}))
    with pytest.raises(RefusedError):
        working.add_order_facts(nobody, complaint_id)


def test_the_pack_is_the_same_whoever_packs_it_in_whatever_language(app, actor, opened):
    fill(actor, opened)
    packs = []

    for reader in ("en", "zh_Hans_CN"):
        with app.test_request_context(), force_locale(reader):
            made = listing.as_pack(listing.load_details(actor, state(opened)))
            with packing.make(actor, made, "zh") as file:
                packs.append(file.read())

    assert packs[0] == packs[1]
    assert "淘宝".encode() in packs[0]


def test_what_the_page_offers_is_kept_with_the_order(actor, opened):
    order_id = state(opened).order_id
    proof = storing.store(actor, "order", order_id, "logistics", "delivered", ORIGIN)
    nobody = Actor(AccountId(1), "Sample", False, frozenset({"core.complaints:read"}))

    assert [row.uuid for row in listing.load_details(actor, state(opened)).offered] == [proof]
    assert listing.load_details(nobody, state(opened)).offered == []
    working.use_evidence(actor, opened, proof)
    assert listing.load_details(actor, state(opened)).offered == []


def test_checklists_are_unchecked_until_the_owner_says_so_and_again_once_they_change_or_grow_old(actor, monkeypatch):
    clerk = Actor(AccountId(2), "Clerk", False, frozenset({"core.settings:update", "core.complaints:work"}))
    assert checking.checked("taobao", NOW) is None
    with pytest.raises(ForbiddenError):
        checking.confirm(clerk, "taobao", NOW)
    with pytest.raises(RefusedError):
        checking.confirm(actor, "etsy", NOW)
    assert checking.checked("taobao", NOW) is None

    checking.confirm(actor, "taobao", NOW)

    assert checking.checked("taobao", NOW).is_current
    assert checking.checked("jd", NOW) is None
    assert not checking.checked("taobao", NOW + timedelta(days=180)).is_current
    changed = dict(rules._BY_PLATFORM["taobao"], extortion=rules.Checklist((), 1))
    monkeypatch.setitem(rules._BY_PLATFORM, "taobao", changed)
    assert not checking.checked("taobao", NOW).is_current
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.complaint.checked"))
    assert (entry.object_id, list(entry.after)) == ("taobao", ["on"])
