"""The push: its audience and draw, its text, and that everybody is told once; on both engines."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import shopadmin_red_envelope
from flask import Flask
from red_envelope_push import (
    ENOUGH,
    LETTER,
    OWNER,
    drawn,
    members,
    of,
    outbox,
    past_buyer,
    past_buyers,
    sent,
    started,
    tamper,
    version,
    written,
)
from red_envelope_shop import HOUR, NOW, Clock, make_activity, make_campaign
from shopadmin_red_envelope import permissions
from shopadmin_red_envelope.domain import pushes as rules
from shopadmin_red_envelope.services import (
    campaigns,
    claiming,
    integrity,
    push_checks,
    push_drawing,
    push_sending,
    pushes,
)

from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import (
    Actor,
    ForbiddenError,
    Manifest,
    MissingError,
    ObjectionsError,
    RefusedError,
    Standing,
    StandingLevel,
    block_buyer,
    db,
    hookimpl,
)
from shopadmin.services.messages import delivering


def codes(error: Any) -> list[str]:
    return [problem.code.removeprefix("red_envelope.") for problem in error.value.problems]


def test_the_audience_is_past_buyers_and_the_page_can_say_why_others_are_left_out(clock: Clock) -> None:
    campaign = make_campaign()
    kept = past_buyers(3)
    past_buyer(10, consents=False)
    refuses, silent = past_buyer(11), past_buyer(12, email=False)
    past_buyer(13, status="paid")
    block_buyer(OWNER, refuses, "refused")

    push = drawn(campaign)

    assert (push.state, push.past_buyers) == ("drawn", 6)
    assert (push.no_consent, push.do_not_contact, push.excluded, push.no_address) == (1, 1, 0, 1)
    assert members(campaign) == kept
    assert silent not in kept


def test_whom_the_shop_keeps_out_of_campaigns_is_not_told_of_them(make_app: Callable[..., Flask], shop: Flask) -> None:
    asked: list[Any] = []

    def answer(queries: Any) -> Any:
        asked.extend(queries)
        out = Standing(StandingLevel.NOTE, campaigns=False)
        return {place: out for place, query in enumerate(queries) if query.ids[0].value == "buyer2"}

    labels = SimpleNamespace(
        shopadmin_manifest=hookimpl(lambda: Manifest("labels", "Labels", "1", 1)),
        shopadmin_buyer_standing=hookimpl(answer),
    )
    with make_app({"red_envelope": shopadmin_red_envelope, "labels": labels}, shop_of=shop).app_context():
        kept = past_buyers(3)
        campaign = _soon()

        push = drawn(campaign)

        assert (push.excluded, members(campaign)) == (1, [kept[0], kept[2]])
        assert {(query.purpose, query.ids[0].scope) for query in asked} == {("campaign", "test")}
        db.session.remove()


def _soon() -> int:
    """A campaign that is to come by the real clock."""
    start = int(datetime.now(UTC).timestamp() * 1000) + HOUR
    activity = make_activity(starts_at=start, ends_at=start + HOUR)
    times = {"claim_from": start, "claim_to": start + HOUR, "use_from": start, "use_to": start + HOUR}
    return make_campaign("scheduled", activity, **times)


def test_a_draw_in_pieces_looks_at_everybody_once_and_goes_on_after_a_crash(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_drawing, "CHUNK", 3)
    campaign, everybody = make_campaign(), past_buyers(10)
    pushes.draw(None, campaign, written(campaign, holdout_percent=20))
    push_id = of(campaign).id

    assert push_drawing.step(push_id)
    keep = push_drawing._keep

    def crash(*arguments: Any) -> None:
        keep(*arguments)
        raise RuntimeError("the power went")

    monkeypatch.setattr(push_drawing, "_keep", crash)
    with pytest.raises(RuntimeError):
        push_drawing.step(push_id)
    monkeypatch.setattr(push_drawing, "_keep", keep)
    assert (of(campaign).past_buyers, members(campaign)) == (3, everybody[:3])
    push_drawing.draw_due(ENOUGH)

    push = of(campaign)
    assert (push.state, push.past_buyers) == ("drawn", 10)
    assert members(campaign) == everybody
    assert members(campaign, "holdout") == sorted(rules.draw(everybody, 20, push.seed))
    assert len(members(campaign, "holdout")) == 2
    assert not outbox()


@pytest.mark.parametrize("meanwhile", ["another worker", "given up", "given up and asked for anew"])
def test_a_piece_of_a_draw_counts_once_whatever_happens_meanwhile(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    monkeypatch.setattr(push_drawing, "CHUNK", 3)
    campaign, everybody = make_campaign(), past_buyers(6)
    pushes.draw(None, campaign, written(campaign))
    push_id, sort = of(campaign).id, push_drawing._sorted

    def interrupted(*arguments: Any) -> Any:
        monkeypatch.setattr(push_drawing, "_sorted", sort)
        if meanwhile == "another worker":
            push_drawing.step(push_id)
        else:
            pushes.stop(None, campaign, version(campaign))
        if meanwhile.endswith("anew"):
            pushes.draw(None, campaign, version(campaign))
        return sort(*arguments)

    monkeypatch.setattr(push_drawing, "_sorted", interrupted)
    assert not push_drawing.step(push_id)

    found = of(campaign)
    kept = everybody[:3] if meanwhile == "another worker" else []
    assert (members(campaign), found.past_buyers) == (kept, len(kept))


def test_another_draw_has_another_seed_and_another_share_undoes_the_draw(clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(10)
    first = drawn(campaign).seed

    pushes.draw(None, campaign, version(campaign))
    push_drawing.draw_due(ENOUGH)

    push = of(campaign)
    assert push.seed != first
    assert push.past_buyers == 10
    written(campaign, text="Another text.")
    assert of(campaign).state == "drawn"
    written(campaign, holdout_percent=30)
    assert (of(campaign).state, of(campaign).past_buyers, members(campaign)) == ("draft", 0, [])


def test_everybody_who_was_drawn_is_told_once_and_the_holdout_is_not(clock: Clock) -> None:
    campaign, everybody = make_campaign(), past_buyers(45)

    push = sent(campaign)

    assert push.state == "sent"
    told = [message.buyer_id for message in outbox()]
    assert told == members(campaign, "asked")
    assert sorted(told + members(campaign, "holdout")) == everybody
    assert len(members(campaign, "holdout")) == 5
    (first, *_rest) = outbox()
    assert (first.purpose, first.basis, first.blocks, first.channel) == ("marketing", "consent", ["offer"], "email")
    assert first.key == f"red_envelope.push.{push.id}.{told[0]}"
    push_sending.send_due(ENOUGH)
    assert len(outbox()) == 40


@pytest.mark.parametrize("moment", ["before the commit", "between two pieces"])
def test_a_crash_between_two_pieces_tells_nobody_twice_and_forgets_nobody(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr(push_sending, "CHUNK", 4)
    campaign, everybody = make_campaign(), past_buyers(15)
    push_id = started(campaign).id
    assert push_sending.step(push_id)
    if moment == "before the commit":
        note = push_sending._note

        def crash(session: Any, row: Any, *arguments: Any) -> None:
            note(session, row, *arguments)
            raise SystemExit("killed")

        monkeypatch.setattr(push_sending, "_note", crash)
        with pytest.raises(SystemExit):
            push_sending.step(push_id)
        monkeypatch.setattr(push_sending, "_note", note)
    assert len(outbox()) == len(members(campaign, "asked")) == 4

    push_sending.send_due(ENOUGH)

    told = [message.buyer_id for message in outbox()]
    assert of(campaign).state == "sent"
    assert len(told) == len(set(told)) == 13
    assert sorted([*told, *members(campaign, "holdout")]) == everybody


def test_one_message_that_cannot_be_asked_for_costs_nobody_else_theirs(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, everybody = make_campaign(), past_buyers(6)
    push = started(campaign)
    bad, send = members(campaign, "waiting")[2], push_sending.send_message

    def break_one(actor: Any, request: Any) -> Any:
        if request.buyer_id == bad:
            raise ValueError("a plugin raised")
        return send(actor, request)

    monkeypatch.setattr(push_sending, "send_message", break_one)
    push_sending.send_due(ENOUGH)

    assert of(campaign).state == "sent"
    assert members(campaign, "failed") == [bad]
    assert len(outbox()) == len(members(campaign, "asked")) == len(everybody) - 2
    assert push.id == of(campaign).id


def test_the_gate_has_the_last_word_and_its_reason_is_kept(clock: Clock) -> None:
    first, second = make_campaign(), make_campaign()
    past_buyers(5)
    sent(first)

    push = sent(second, holdout_percent=1)

    told, groups = set(members(first, "asked")), pushes.groups(push.id)
    assert groups.denied == len(told & set(members(second, "denied"))) > 0
    assert [message.reasons for message in outbox() if message.state == "blocked"] == [
        ["marketing_cap"]
    ] * groups.denied


def test_what_speaks_of_reviews_is_not_sent(clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(3)
    for changes, field in (
        ({"text": "写好评领红包"}, "text"),
        ({"subject": "Ten yuan for a five star review"}, "subject"),
    ):
        push = drawn(campaign, **changes)

        with pytest.raises(RefusedError) as refused:
            pushes.send(None, campaign, push.version)

        assert {problem.field for problem in refused.value.problems} == {field}
        assert of(campaign).state == "drawn"
        assert not outbox()


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"channel": "pigeon"}, "channel", "push_no_channel"),
        ({"channel": "call"}, "channel", "push_no_channel"),
        ({"subject": ""}, "subject", "push_subject"),
        ({"subject": "x" * 201}, "subject", "push_subject"),
        ({"subject": "a\nBcc: everybody"}, "subject", "push_subject"),
        ({"channel": "chat"}, "subject", "push_subject"),
        ({"text": " \n "}, "text", "push_text"),
        ({"text": "x" * 2001}, "text", "push_text"),
        ({"text": "\0"}, "text", "push_text"),
        ({"holdout_percent": 0}, "holdout_percent", "push_holdout"),
        ({"holdout_percent": 51}, "holdout_percent", "push_holdout"),
        ({"forecast_rate": 0}, "forecast_rate", "push_rate"),
    ],
)
def test_a_letter_that_cannot_be_is_refused_at_its_field(
    clock: Clock, changes: dict[str, Any], field: str, code: str
) -> None:
    campaign = make_campaign()

    with pytest.raises(RefusedError) as refused:
        written(campaign, **changes)

    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(field, f"red_envelope.{code}")]
    assert pushes.of_campaign(campaign) is None


@pytest.mark.parametrize(
    ("state", "moment", "code"),
    [
        ("draft", NOW, "push_not_scheduled"), ("withdrawn", NOW, "push_withdrawn"),
        ("scheduled", NOW + 48 * 3_600_000, "push_closed"),
    ],
)  # fmt: skip
def test_buyers_are_told_of_nothing_that_they_cannot_collect(clock: Clock, state: str, moment: int, code: str) -> None:
    campaign = make_campaign(state)
    past_buyers(3)
    clock.set(moment)

    with pytest.raises(ObjectionsError) as objections:
        written(campaign)

    assert codes(objections) == [code]
    with pytest.raises(MissingError):
        pushes.send(None, 10**6, 0)


def test_a_campaign_that_sells_out_or_closes_ends_its_push(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_sending, "CHUNK", 2)
    past_buyers(8)
    for number, end in enumerate(("push_sold_out", "push_closed")):
        campaign = make_campaign("scheduled", quantity=1)
        push_id = started(campaign, holdout_percent=50).id
        assert push_sending.step(push_id)
        asked = len(members(campaign, "asked")) + len(members(campaign, "denied"))
        clock.set(clock.start)
        if end == "push_sold_out":
            claiming.claim(campaign, "test:somebody")
        else:
            clock.set(clock.start + 24 * 3_600_000)

        push_sending.send_due(ENOUGH)

        push = of(campaign)
        assert (push.state, push.ended_by) == ("stopped", end)
        assert len(members(campaign, "waiting")) == 4 - asked == 2
        clock.set(NOW)
        assert number < 2


def test_who_stops_a_push_stops_what_is_queued_too(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_sending, "CHUNK", 2)
    campaign = make_campaign()
    past_buyers(6)
    push_id = started(campaign).id
    push_sending.step(push_id)

    pushes.stop(OWNER, campaign, version(campaign))
    push_sending.send_due(ENOUGH)
    # Noon of tomorrow, so that no quiet hour is why.
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    delivering.deliver_due("w", tomorrow.replace(hour=4, minute=0))

    assert of(campaign).state == "stopped"
    assert [message.state for message in outbox()] == ["suppressed", "suppressed"]
    assert len(members(campaign, "waiting")) == 3
    with pytest.raises(ObjectionsError) as objections:
        pushes.send(None, campaign, version(campaign))
    assert codes(objections) == ["push_over"]


def test_a_draw_can_be_given_up(clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(3)
    pushes.draw(None, campaign, written(campaign))
    push_drawing.step(of(campaign).id)

    pushes.stop(None, campaign, version(campaign))
    push_drawing.draw_due(ENOUGH)

    assert (of(campaign).state, of(campaign).past_buyers, members(campaign)) == ("draft", 0, [])


def test_nobody_writes_over_what_they_have_not_seen(clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(3)
    seen = drawn(campaign).version
    written(campaign, text="Another text.")

    for act in (pushes.send, pushes.draw):
        with pytest.raises(ObjectionsError) as objections:
            act(None, campaign, seen)
        assert codes(objections) == ["stale"]

    assert of(campaign).state == "drawn"


def test_nothing_is_sent_before_the_draw_nor_to_nobody(clock: Clock) -> None:
    campaign = make_campaign()

    with pytest.raises(ObjectionsError) as objections:
        pushes.send(None, campaign, 0)
    assert codes(objections) == ["push_not_drawn"]
    with pytest.raises(ObjectionsError) as objections:
        pushes.send(None, campaign, drawn(campaign).version)
    assert codes(objections) == ["push_nobody"]


def test_only_who_may_push_writes_draws_sends_and_stops(clock: Clock) -> None:
    campaign = make_campaign()
    others = frozenset(point.code for point in permissions.PERMISSIONS) - {permissions.PUSH}
    clerk = Actor(2, "Clerk", False, others)  # type: ignore[arg-type]

    for act in (pushes.draw, pushes.send, pushes.stop):
        with pytest.raises(ForbiddenError):
            act(clerk, campaign, 0)
    with pytest.raises(ForbiddenError):
        pushes.save(clerk, campaign, LETTER, 0)

    assert pushes.of_campaign(campaign) is None


def test_the_activity_log_says_who_pushed_what_with_which_seed(clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(10)
    push = sent(campaign)

    acts = {
        entry.code.rpartition(".")[2]: entry.after
        for entry in db.session.query(AuditEntry).filter(AuditEntry.code.startswith("red_envelope.push."))
    }
    assert set(acts) == {"written", "draw_asked", "drawn", "started", "sent"}
    assert acts["drawn"]["seed"] == acts["started"]["seed"] == push.seed
    assert (acts["drawn"]["audience"], acts["drawn"]["holdout"], acts["started"]["to"]) == (10, 1, 9)


def test_the_check_finds_a_holdout_that_is_not_the_one_that_was_drawn(clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(20)
    sent(campaign)
    assert list(push_checks.problems()) == []
    tamper(
        "update plugin_red_envelope_push_buyer set state = 'holdout', asked_at = null "
        "where buyer_id = (select max(buyer_id) from plugin_red_envelope_push_buyer where state = 'asked')"
    )

    assert [problem.code for problem in integrity.problems()][-1] == "red_envelope.push"


def test_a_push_is_kept_when_its_campaign_is_withdrawn_and_nobody_is_told(clock: Clock) -> None:
    campaign = make_campaign()
    past_buyers(5)
    started(campaign)
    campaigns.withdraw(None, campaign, 2)

    push_sending.send_due(ENOUGH)

    assert (of(campaign).state, of(campaign).ended_by, outbox()) == ("stopped", "push_withdrawn", [])
