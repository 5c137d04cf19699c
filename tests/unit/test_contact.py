"""The gate (G2, G3, G4, G6, G13): quiet hours on every clock, caps over any history, a buyer's no."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopadmin.domain.contact import BASES, BLOCKS, MEDIA, WHYS, Contact, Decision, Facts, decide

SHANGHAI, BERLIN, NEW_YORK, KOLKATA = map(
    ZoneInfo, ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
)
ZONES = (SHANGHAI, BERLIN, NEW_YORK, KOLKATA, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/St_Johns"))
NOON = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI).astimezone(UTC)
TEXT = Contact(NOON, "text")
CALL = Contact(NOON, "call", case="c1")
AD = Contact(NOON, "text", "marketing", "consent", ("offer",))
FREE = Facts((SHANGHAI,))
WILLING = Facts((SHANGHAI,), consents=frozenset({"marketing", "invitation"}))


def at(text, zone=SHANGHAI):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("medium", "local", "is_open"),
    [
        ("text", "08:29:59.999999", False), ("text", "08:30:00", True), ("text", "20:59:59.999999", True),
        ("text", "21:00:00", False), ("email", "08:29:59", False), ("chat", "12:30:00", True),
        ("call", "08:59:59", False), ("call", "09:00:00", True), ("call", "11:59:59.999999", True),
        ("call", "12:00:00", False), ("call", "13:59:59", False), ("call", "14:00:00", True),
        ("call", "20:29:59", True), ("call", "20:30:00", False),
    ],
)  # fmt: skip
def test_g2_the_boundary_minutes_are_those_of_the_buyers_clock(medium, local, is_open):
    for zone in ZONES:
        decision = decide(Contact(NOON, medium), Facts((zone,)), at(f"2026-03-02T{local}", zone))

        assert decision.verdict == ("allow" if is_open else "hold")


def test_g2_a_message_in_the_night_waits_for_the_morning():
    assert decide(TEXT, FREE, at("2026-03-02T23:15")) == Decision("hold", ("quiet_hours",), at("2026-03-03T08:30"))
    assert decide(CALL, FREE, at("2026-03-02T12:00")) == Decision("hold", ("quiet_hours",), at("2026-03-02T14:00"))


@pytest.mark.parametrize(
    ("night", "utc"),
    [("2026-03-28T22:00", "2026-03-29T06:30"), ("2026-10-24T22:00", "2026-10-25T07:30")],
    ids=["an hour less", "an hour more"],
)
def test_g2_the_morning_after_the_clock_was_changed_begins_by_the_changed_clock(night, utc):
    decision = decide(TEXT, Facts((BERLIN,)), at(night, BERLIN))

    assert decision.hold_until == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_g2_an_unknown_clock_means_that_every_possible_one_must_agree():
    facts = Facts((SHANGHAI, BERLIN))

    assert decide(TEXT, facts, at("2026-03-02T10:00", SHANGHAI)).hold_until == at("2026-03-02T08:30", BERLIN)
    assert decide(TEXT, facts, at("2026-03-02T13:30", BERLIN)).verdict == "allow"
    assert decide(TEXT, facts, at("2026-03-02T14:00", BERLIN)).verdict == "hold"


def test_g2_where_no_hour_suits_every_clock_nothing_goes_out():
    far_apart = Facts((ZoneInfo("Pacific/Auckland"), ZoneInfo("America/New_York"), BERLIN))

    assert decide(CALL, far_apart, NOON) == Decision("deny", ("no_common_hour",))


def test_g3_a_fourth_contact_in_thirty_days_is_too_many():
    three = tuple(replace(TEXT, at=NOON - timedelta(days=days)) for days in (1, 10, 29))

    assert decide(TEXT, replace(FREE, history=three), NOON).reasons == ("buyer_cap",)
    assert decide(TEXT, replace(FREE, history=three), NOON + timedelta(days=1)).verdict == "allow"


def test_g3_what_the_buyer_asked_for_is_extra_and_once():
    three = tuple(replace(TEXT, at=NOON - timedelta(days=days)) for days in (1, 2, 3))
    asked = Contact(NOON, "text", basis="request", blocks=("steps",), case="c1")
    booked = replace(asked, medium="call")

    assert decide(asked, replace(FREE, history=three), NOON).verdict == "allow"
    assert decide(asked, replace(FREE, history=(asked,)), NOON).reasons == ("request_cap",)
    assert decide(booked, replace(FREE, history=(asked, *three)), NOON).verdict == "allow"
    assert decide(booked, replace(FREE, history=(booked,)), NOON).reasons == ("request_cap",)


def test_g3_calls_of_a_case_are_two_a_day_and_four_hours_apart_and_none_after_one_that_got_through():
    yesterday = replace(CALL, at=NOON - timedelta(days=1))
    late = replace(CALL, at=at("2026-03-01T20:20"))

    assert decide(CALL, replace(FREE, history=(yesterday,)), NOON).verdict == "allow"
    assert decide(CALL, replace(FREE, history=(yesterday, late)), NOON).reasons == ("call_cap",)
    assert decide(CALL, replace(FREE, history=(replace(yesterday, is_connected=True),)), NOON).reasons == (
        "call_connected",
    )
    assert decide(CALL, replace(FREE, history=(CALL,)), at("2026-03-02T15:00")) == Decision(
        "hold", ("call_spacing",), at("2026-03-03T09:00")
    )


def test_g3_midnight_lies_where_the_buyer_is():
    evening = replace(CALL, at=at("2026-03-02T20:00", NEW_YORK))  # the third already in Shanghai

    morning = decide(CALL, Facts((NEW_YORK,), (evening,)), at("2026-03-03T09:00", NEW_YORK))

    assert morning.verdict == "allow"


def test_g3_two_texts_a_case_and_one_invitation_a_review():
    texts = tuple(replace(TEXT, case="c1", at=NOON - timedelta(days=days)) for days in (50, 60))
    invitation = replace(TEXT, blocks=("invitation",), review="r1")
    invited = (replace(invitation, at=NOON - timedelta(days=900)),)

    assert decide(replace(TEXT, case="c1"), replace(FREE, history=texts), NOON).reasons == ("text_cap",)
    assert decide(replace(TEXT, case="c2"), replace(FREE, history=texts), NOON).verdict == "allow"
    assert decide(invitation, replace(WILLING, history=invited), NOON).reasons == ("invitation_cap",)
    assert decide(replace(invitation, review="r2"), replace(WILLING, history=invited), NOON).verdict == "allow"


@pytest.mark.parametrize("why", WHYS)
def test_g4_after_do_not_contact_the_law_may_speak_and_after_a_refusal_one_farewell(why):
    blocked = replace(FREE, block=why)
    farewell = replace(TEXT, basis="farewell", blocks=("farewell",))

    assert decide(TEXT, blocked, NOON).reasons == ("do_not_contact",)
    assert decide(replace(TEXT, basis="request"), blocked, NOON).reasons == ("do_not_contact",)
    assert decide(replace(TEXT, basis="statutory"), blocked, NOON).verdict == "allow"
    assert decide(farewell, blocked, NOON).verdict == ("allow" if why == "refused" else "deny")
    assert decide(farewell, replace(blocked, history=(farewell,)), NOON).verdict == "deny"


def test_g6_money_and_an_invitation_are_never_in_one_message():
    for first in BLOCKS:
        for second in BLOCKS:
            decision = decide(replace(TEXT, blocks=(first, second)), WILLING, NOON)
            assert ("blocks" in decision.reasons) == ({first, second} == {"compensation", "invitation"})


def test_g13_marketing_and_invitations_by_message_need_a_row_and_every_purpose_its_basis():
    invitation = replace(TEXT, blocks=("invitation",))

    assert decide(AD, FREE, NOON).reasons == ("no_consent",)
    assert decide(AD, WILLING, NOON).verdict == "allow"
    assert decide(invitation, FREE, NOON).reasons == ("no_consent",)
    assert decide(invitation, WILLING, NOON).verdict == "allow"
    assert decide(replace(invitation, medium="call"), FREE, NOON).verdict == "allow"
    assert decide(replace(AD, basis="order"), WILLING, NOON).reasons == ("basis",)
    assert decide(replace(TEXT, basis="consent"), WILLING, NOON).reasons == ("basis",)
    assert decide(replace(TEXT, blocks=("offer",)), WILLING, NOON).reasons == ("basis",)
    assert decide(replace(invitation, basis="statutory"), WILLING, NOON).reasons == ("basis",)


def test_one_marketing_message_in_seven_days():
    history = (replace(AD, at=NOON - timedelta(days=7) + timedelta(microseconds=1)),)

    assert decide(AD, replace(WILLING, history=history), NOON).reasons == ("marketing_cap",)
    assert decide(TEXT, replace(WILLING, history=history), NOON).verdict == "allow"
    assert decide(AD, replace(WILLING, history=history), NOON + timedelta(microseconds=1)).verdict == "allow"


_passed = st.timedeltas(timedelta(0), timedelta(days=364))
moments = _passed.map(lambda passed: datetime(2026, 1, 1, tzinfo=UTC) + passed)
clocks = st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True).map(tuple)
wants = st.builds(
    Contact,
    at=moments,
    medium=st.sampled_from(MEDIA),
    purpose=st.sampled_from(("service", "marketing")),
    basis=st.sampled_from(BASES),
    blocks=st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=2, unique=True).map(tuple),
    case=st.sampled_from(("", "c1", "c2")),
    review=st.sampled_from(("", "r1")),
    is_connected=st.booleans(),
)
facts = st.builds(
    Facts,
    zones=clocks,
    history=st.lists(wants, max_size=5).map(tuple),
    block=st.sampled_from((None, None, *WHYS)),
    consents=st.sets(st.sampled_from(("marketing", "invitation"))).map(frozenset),
)


def minutes(moment, zone):
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute


@given(wants, facts, moments)
@settings(max_examples=500)
def test_no_contact_is_allowed_in_quiet_hours_and_no_hold_ends_in_them(wanted, known, now):
    decision = decide(wanted, known, now)

    went = {"allow": now, "hold": decision.hold_until}.get(decision.verdict)
    if went is None:
        return
    assert went >= now
    for zone in known.zones:
        minute = minutes(went, zone)
        assert 8 * 60 <= minute < 21 * 60
        if wanted.medium == "call":
            assert 9 * 60 <= minute < 12 * 60 or 14 * 60 <= minute < 20 * 60 + 30
        else:
            assert minute >= 8 * 60 + 30


@given(wants, facts, moments)
@settings(max_examples=500)
def test_after_do_not_contact_only_the_law_and_one_farewell_get_through(wanted, known, now):
    if known.block and decide(wanted, known, now).verdict != "deny":
        is_farewell = wanted.basis == "farewell" and known.block == "refused"
        assert wanted.basis == "statutory" or is_farewell
        assert not is_farewell or all(past.basis != "farewell" for past in known.history)


@given(st.lists(st.tuples(wants, st.timedeltas(timedelta(0), timedelta(days=6))), max_size=40), clocks)
@settings(max_examples=150, deadline=None)
def test_the_caps_hold_over_any_history(asked, zones):
    now, went = datetime(2026, 1, 1, tzinfo=UTC), []
    for wanted, pause in asked:
        now += pause
        known = Facts(zones, tuple(went), consents=WILLING.consents)
        decision = decide(wanted, known, now)
        moment = {"allow": now, "hold": decision.hold_until}.get(decision.verdict)
        if moment is not None:
            went.append(replace(wanted, at=moment))

    counted = sorted((past for past in went if past.counts), key=lambda past: past.at)
    for last in counted:
        recent = [past for past in counted if last.at - timedelta(days=30) < past.at <= last.at]
        assert len(recent) <= 3
        week = [past for past in recent if past.at > last.at - timedelta(days=7) and past.purpose == "marketing"]
        assert len(week) <= 1
    for case in ("c1", "c2"):
        mine = [past for past in counted if past.case == case]
        calls = [past for past in mine if past.medium == "call"]
        assert len([past for past in mine if past.medium == "text"]) <= 2
        assert len(calls) <= 2
        assert not any(call.is_connected for call in calls[:-1])
        for first, second in itertools.pairwise(calls):
            assert second.at - first.at >= timedelta(hours=4)
            for zone in zones:
                assert first.at.astimezone(zone).date() != second.at.astimezone(zone).date()
    for review in ("", "r1"):
        invitations = [past for past in went if "invitation" in past.blocks and past.review == review]
        assert len(invitations) <= 1
    assert sum(past.basis == "farewell" for past in went) <= 1
    assert all(not {"compensation", "invitation"} <= set(past.blocks) for past in went)
