"""From a case to evidence, a pack, a complaint and an incident: pages, hooks, and what is refused; on both engines."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from evidence_of_tests import AGENT, complaint, decide, keep, pixel_bomb, png
from flask import Flask
from forms import send
from runs_of_tests import CLERK, NOON, case, events, make_case, set_platform
from shopadmin_review_recovery.services import complaints, evidence, incidents
from sqlalchemy import func, select, update

from shopadmin import hook_calls, testing
from shopadmin.contract import BuyerId, IncidentRecorded
from shopadmin.models.audit import AuditEntry
from shopadmin.models.cases import Incident
from shopadmin.models.complaints import ComplaintEvidence
from shopadmin.models.evidence import Evidence
from shopadmin.models.reviews import Review
from shopadmin.plugin_api import (
    EvidenceOrigin,
    ForbiddenError,
    ObjectionsError,
    RefusedError,
    complaints_of,
    db,
    writing,
)
from shopadmin.services import settings
from shopadmin.services.evidence import archives

REPLY, EXPORT = "review_recovery.case:reply", "review_recovery.evidence:export"
PLACE = "/admin/review-recovery/evidence/case"
REPORTED = {"state": "reported_to_platform", "closed_at": NOON, "outcome": "reported", "reason": "sample"}


@pytest.fixture
def app(shop: Flask) -> Flask:
    testing.make_account(shop, REPLY)
    set_platform(shop)
    return shop


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Evidence)) or 0


def page(case_id: int) -> str:
    return f"/admin/review-recovery/cases/details/{case_id}"


def test_evidence_goes_from_the_case_into_a_pack_that_is_whole(app: Flask) -> None:
    case_id = make_case("taobao")
    client = testing.sign_in(app, testing.make_account(app, REPLY, EXPORT, "core.orders:read"))
    form, here = f"{PLACE}/{case_id}/text", page(case_id)
    text = {"what": "sms", "text": "50, or one star. Ring 13800138000", "tier": "0", "source": "my phone"}

    assert send(client, form, **text, captured_at="2026-03-01T10:00").status_code == 303
    picture = (io.BytesIO(png()), "shot.png")
    assert send(client, here, f"{PLACE}/{case_id}/picture", file=picture, tier="2", source="chat").status_code == 303
    assert send(client, here, f"{PLACE}/{case_id}/order").status_code == 303
    assert send(client, here, f"{PLACE}/{case_id}/review").status_code == 303

    shown = client.get(here).text
    for said in ("Picture", "SMS · my phone", "E2 record of the platform", "2026-03-01 10:00", "chat.txt"):
        assert said in shown
    report = archives.verify(io.BytesIO(client.get(f"{PLACE}/{case_id}/pack?language=zh").data))
    assert (report.is_whole, report.files) == (True, 4 * 2 + 3)
    assert events(case_id) == ["evidence.kept"] * 4
    text_uuid = db.session.scalars(select(Evidence.uuid).where(Evidence.source == "SMS · my phone")).one()
    masked = client.get(f"{PLACE}/{case_id}/shown/{text_uuid}")
    assert masked.text == "50, or one star. Ring 138****8000"


def test_g15_a_flipped_byte_of_a_cases_pack_is_named(app: Flask) -> None:
    case_id = make_case()
    keep(case_id)
    client = testing.sign_in(app, testing.make_account(app, EXPORT))
    data = bytearray(client.get(f"{PLACE}/{case_id}/pack").data)
    assert archives.verify(io.BytesIO(bytes(data))).is_whole

    data[data.index(b"Ring 13800138000")] ^= 1

    (changed,) = archives.verify(io.BytesIO(bytes(data))).changed
    assert changed.startswith("original/")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png() + b"<script>alert(1)</script>", "There is another file inside this picture."),
        (pixel_bomb(), "A picture may have 40 million pixels at most."),
        (b"GIF89a", "This is no picture that can be read."),
    ],
    ids=["polyglot", "pixel bomb", "no picture"],
)
def test_what_is_no_bearable_picture_is_refused_at_its_field_and_nothing_is_kept(
    app: Flask, data: bytes, said: str
) -> None:
    case_id = make_case()
    client = testing.sign_in(app, testing.make_account(app, REPLY))

    answer = send(client, f"{PLACE}/{case_id}/picture", file=(io.BytesIO(data), "a.png"), tier="1", source="typed")

    assert answer.status_code == 400
    assert said in answer.text
    assert 'value="typed"' in answer.text
    assert (kept(), events(case_id)) == (0, [])


def test_who_may_read_sees_evidence_and_neither_keeps_it_nor_takes_it_out(app: Flask) -> None:
    case_id = make_case("taobao")
    other = make_case("taobao", phone="13900139002")
    proof = keep(case_id)
    reader = testing.sign_in(app, testing.make_account(app, "review_recovery.case:read"))
    agent = testing.sign_in(app, testing.make_account(app, REPLY))

    assert "Keep a picture" not in reader.get(page(case_id)).text
    assert reader.get(f"{PLACE}/{case_id}/shown/{proof}").status_code == 200
    assert reader.get(f"{PLACE}/{other}/shown/{proof}").status_code == 404
    assert reader.get(f"{PLACE}/{case_id}/pack").status_code == 403
    # The plugin's right alone opens neither complaints nor incidents, and the suspicion is the owner's.
    for act in ("complaint", "incident", "suspect"):
        assert agent.get(f"{PLACE}/{case_id}/{act}").status_code == 403
    denied = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.access.denied")).all()
    assert [entry.after["permission"] for entry in denied[-3:]] == [
        "core.complaints:work", "core.incidents:create", "review_recovery.suspicion:set",
    ]  # fmt: skip
    with pytest.raises(ForbiddenError):
        incidents.record_demand(AGENT.__class__(AGENT.account_id, "x", False, frozenset({REPLY})), case_id, NOON)


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_time_at_the_end_of_the_calendar_is_refused_at_its_field(app: Flask, at: str) -> None:
    zone = "Asia/Shanghai" if at < "1" else "America/New_York"
    case_id = make_case("taobao")
    keep(case_id)
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
    settings.save(None, timezone=zone)

    sent = [
        send(owner, f"{PLACE}/{case_id}/text", what="sms", text="x", tier="0", captured_at=at),
        send(owner, f"{PLACE}/{case_id}/complaint", ground="extortion", deadline_at=at),
        send(owner, f"{PLACE}/{case_id}/incident", occurred_at=at, note="x"),
    ]

    assert [(answer.status_code, "further away" in answer.text) for answer in sent] == [(400, True)] * 3


def test_the_owner_suspects_complains_and_writes_an_incident_down_on_pages(app: Flask) -> None:
    case_id = make_case("taobao")
    keep(case_id)
    keep(case_id, "another")
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))

    suspect = send(owner, f"{PLACE}/{case_id}/suspect", kind="professional", note="a demand")
    opened = send(owner, f"{PLACE}/{case_id}/complaint", ground="extortion", note="Sample", deadline_at="")
    demand = send(owner, f"{PLACE}/{case_id}/incident", occurred_at="2026-03-01T10:00", note="50 for the review")

    assert [answer.status_code for answer in (suspect, opened, demand)] == [303] * 3
    text = owner.get(page(case_id)).text
    for said in ("Suspected demand for money", "A demand tied to a review", "Collecting evidence",
                 "Demanded something for a review", "Take the suspicion back"):  # fmt: skip
        assert said in text
    assert events(case_id)[2:] == ["suspicion.set", "complaint.opened", "incident.recorded"]


def test_a_complaint_takes_the_evidence_along_and_is_not_opened_twice(app: Flask) -> None:
    case_id = make_case("taobao")
    proof = keep(case_id)

    found = complaints.open_for(AGENT, case_id, "extortion")
    assert complaints.open_for(AGENT, case_id, "extortion") == found
    with pytest.raises(RefusedError):
        complaints.open_for(AGENT, case_id, "review_guidelines")

    (told,) = complaints_of("review_recovery.case", case_id)
    assert (told.id, told.platform, told.state) == (found, "taobao", "collecting")
    assert events(case_id) == ["evidence.kept", "complaint.opened"]
    with pytest.raises(ObjectionsError):  # nothing was upheld, and nothing was reported
        complaints.removed(AGENT, case_id, None)
    assert db.session.scalars(select(Evidence.uuid).join(ComplaintEvidence)).all() == [proof]


def test_a_review_that_was_kept_is_called_one_in_the_complaint_and_on_the_cover_of_its_pack(app: Flask) -> None:
    case_id = make_case("taobao")
    evidence.keep_review(AGENT, case_id)
    found = complaints.open_for(AGENT, case_id, "extortion")
    client = testing.sign_in(app, testing.make_account(app, "core.complaints:work", "core.evidence:export"))
    url = f"/admin/complaints/details/{found}"

    shown = client.get(url).text
    packs = [zipfile.ZipFile(io.BytesIO(client.get(f"{url}/pack?language={code}").data)) for code in ("en", "zh")]

    assert "<strong>Review</strong>" in shown
    assert "1. Review ·" in packs[0].read(archives.COVER).decode()
    assert "1. 评价 ·" in packs[1].read(archives.COVER).decode()
    assert {name.split("-")[1] for name in packs[0].namelist() if name.startswith(archives.COPIES)} == {"review"}


@pytest.mark.parametrize("changes", [REPORTED, {}], ids=["reported", "still open"])
def test_upheld_where_the_review_is_gone_the_case_ends_as_removed(app: Flask, changes: dict[str, object]) -> None:
    case_id = make_case("taobao", **changes)
    found = complaint(case_id)
    with writing() as session:
        session.execute(update(Review).where(Review.id == case(case_id).review_id).values(state="trash"))

    decide(found, "upheld")

    assert case(case_id).state == "platform_removed"


def test_upheld_where_the_review_still_stands_a_person_says_when_it_is_gone(app: Flask) -> None:
    case_id = make_case("taobao", **REPORTED)
    found = complaint(case_id)
    decide(found, "partly")
    assert case(case_id).state == "reported_to_platform"
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))

    version = case(case_id).version
    answer = send(owner, page(case_id), f"{PLACE}/{case_id}/removed?version={version}")

    assert answer.status_code == 303
    assert case(case_id).state == "platform_removed"


def test_the_same_outcome_twice_is_heard_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = make_case("taobao")
    found = complaint(case_id)
    heard = []
    monkeypatch.setattr(hook_calls, "complaint_decided", heard.append)
    decide(found, "rejected")

    for _time in range(2):
        complaints.decided(heard[0])

    assert events(case_id).count("complaint.decided") == 1


def test_nobody_claims_a_decision_of_a_court_without_the_permission(app: Flask) -> None:
    case_id, text = make_case(), {"what": "chat", "text": "The court says", "source": "court"}
    plain = testing.sign_in(app, testing.make_account(app, REPLY))
    trusted = testing.sign_in(app, testing.make_account(app, REPLY, "review_recovery.evidence:authority"))

    assert '<option value="4"' not in plain.get(f"{PLACE}/{case_id}/text").text
    assert send(plain, f"{PLACE}/{case_id}/text", **text, tier="4").status_code == 400
    with pytest.raises(ForbiddenError):
        evidence.keep_text(CLERK, case_id, "chat", "The court says", EvidenceOrigin(NOON, "court", 4))
    assert evidence.of_case(case_id) == []

    assert send(trusted, f"{PLACE}/{case_id}/text", **text, tier="4").status_code == 303
    assert [kept.tier for kept in evidence.of_case(case_id)] == [4]


def test_evidence_of_a_case_that_is_not_there_is_not_found(app: Flask) -> None:
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
    for asked in ("", "?case=", "?case=x", "?case=999", "?case=1%002", "?case=99999999999999999999999"):
        assert owner.get(f"/admin/review-recovery/evidence/{asked}").status_code == 404


def test_a_demand_is_written_down_once_with_its_evidence_at_its_best_tier(app: Flask) -> None:
    case_id = make_case("taobao")
    with pytest.raises(ObjectionsError):
        incidents.record_demand(AGENT, case_id, NOON)
    proofs = [keep(case_id, tier=0), keep(case_id, "another", tier=2)]

    first = incidents.record_demand(AGENT, case_id, NOON, "50")
    assert incidents.record_demand(AGENT, case_id, NOON, "50") == first

    (found,) = db.session.scalars(select(Incident))
    assert (found.kind, found.tier, found.buyer_id, found.evidence) == (
        "review.extortion_demand", 2, case(case_id).buyer_id, proofs,
    )  # fmt: skip
    assert events(case_id)[2:] == ["incident.recorded"]


def test_an_incident_of_the_buyer_is_shown_on_each_of_his_cases_once(app: Flask) -> None:
    case_id, stranger = make_case("taobao"), make_case("taobao", phone="13900139002")
    buyer_id = case(case_id).buyer_id
    assert buyer_id is not None
    event = IncidentRecorded(7, None, BuyerId(buyer_id), "delivery.cod_refused_repeat", datetime.now(UTC), 1)

    hook_calls.incident_recorded(event)
    hook_calls.incident_recorded(event)

    assert (events(case_id), events(stranger)) == (["incident.recorded"], [])
    owner = testing.sign_in(app, testing.make_account(app, is_owner=True))
    reader = testing.sign_in(app, testing.make_account(app, "review_recovery.case:read"))
    assert "Refused cash on delivery again" in owner.get(page(case_id)).text
    assert "Refused cash on delivery again" not in reader.get(page(case_id)).text


def test_signals_are_shown_and_nothing_follows(app: Flask) -> None:
    case_id = make_case("taobao")
    with writing() as session:
        text = "给我返现五十就改好评，加微信 abc_12345"
        session.execute(update(Review).where(Review.id == case(case_id).review_id).values(body=text))
    before = case(case_id).version
    reader = testing.sign_in(app, testing.make_account(app, "review_recovery.case:read"))

    shown = reader.get(page(case_id)).text

    assert "Speaks of money or goods for a review" in shown
    assert "Leads out of the platform" in shown
    assert (case(case_id).version, events(case_id)) == (before, [])
