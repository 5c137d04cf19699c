"""Messages: asked for once, let through by the gate, handed over once, and what becomes of them; on both engines."""

from datetime import timedelta

import pytest
from posting import MORNING, NIGHT, NOON, PHONE, Post, request
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from shopadmin import testing
from shopadmin.contract import AccountId, Actor, Delivery, Problem
from shopadmin.models import db
from shopadmin.models.buyers import BuyerIdentifier
from shopadmin.models.messages import Consent, ContactDecision, DoNotContact, OutboxMessage
from shopadmin.services import audit, contacts, integrity, rotation
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.messages import blocks, consents, contents, delivering, gate, marking
from shopadmin.services.messages.labels import OBSTACLES
from shopadmin.services.messages.sending import send, status
from shopadmin.services.refusals import ConflictError, ForbiddenError
from shopadmin.services.transactions import writing

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
CLERK = Actor(AccountId(2), "Clerk", False, frozenset({"core.messages:send", "core.contact:block"}))
MARKETING = {"purpose": "marketing", "basis": "consent", "blocks": ("offer",)}


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def app(make_app, post):
    made = make_app({"post": post.plugin})
    with made.app_context():
        testing.make_account(made, is_owner=True)
        yield made
        db.session.remove()


@pytest.fixture
def buyer_id(app):
    return testing.make_buyer(phone=PHONE, email="ada@example.com")


def stored(model=OutboxMessage):
    db.session.rollback()
    return db.session.scalars(select(model).order_by(model.id)).all()


def states():
    return [message.state for message in stored()]


def test_a_message_by_day_is_queued_delivered_once_and_kept_sealed(app, post, buyer_id):
    result = send(OWNER, request(buyer_id, subject=" About it "), NOON)

    assert (result.state, result.verdict, result.send_at) == ("queued", "allow", NOON)
    assert delivering.deliver_due("w", NOON) == 1
    assert delivering.deliver_due("w", NOON + timedelta(days=1)) == 0
    (message,) = stored()
    assert (message.state, message.attempts, message.contact_at) == ("sent", 1, NOON)
    assert [(found.destination, found.subject, found.text) for found in post.handed] == [
        (PHONE, "About it", "Sample text")
    ]
    assert b"Sample text" not in message.content_encrypted
    assert [(found.moment, found.verdict) for found in stored(ContactDecision)] == [
        ("asked", "allow"),
        ("sending", "allow"),
    ]


def test_a_message_by_night_waits_for_the_morning_and_says_why(app, post, buyer_id):
    result = send(OWNER, request(buyer_id), NIGHT)

    assert (result.verdict, result.reasons, result.send_at) == ("hold", ("quiet_hours",), MORNING)
    assert delivering.deliver_due("w", MORNING - timedelta(seconds=1)) == 0
    assert delivering.deliver_due("w", MORNING) == 1


def test_the_buyers_phone_says_which_clock_counts(app):
    german = testing.make_buyer(phone="+4915123456789")

    assert send(OWNER, request(german), NOON).send_at == NOON.replace(hour=7, minute=30)


def test_the_same_key_again_sends_nothing_again_and_another_message_under_it_is_refused(app, post, buyer_id):
    first = send(OWNER, request(buyer_id), NOON)
    delivering.deliver_due("w", NOON)

    again = send(OWNER, request(buyer_id), NOON + timedelta(days=3))

    assert (again.message_id, again.state, again.is_repeat) == (first.message_id, "sent", True)
    with pytest.raises(ConflictError):
        send(OWNER, request(buyer_id, text="Other text"), NOON)
    assert len(stored()) == 1
    assert len(stored(ContactDecision)) == 2
    assert {key: found.state for key, found in status(["post.1", "post.2"]).items()} == {"post.1": "sent"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "nowhere"}, "channel"), ({"key": ""}, "key"), ({"key": "a\nb"}, "key"), ({"text": " "}, "text"),
        ({"text": "a\0b"}, "text"), ({"text": "x" * 10_001}, "text"),
        ({"subject": "a\r\nBcc: b@example.com"}, "subject"),
        ({"blocks": ()}, "blocks"), ({"blocks": ("bribe",)}, "blocks"), ({"basis": "whim"}, "basis"),
        ({"purpose": "fun"}, "purpose"), ({"destination": "138****8000"}, "destination"),
        ({"destination": "12"}, "destination"), ({"not_before": NOON.replace(tzinfo=None)}, "not_before"),
        ({"case": "x" * 121}, "case"), ({"channel": "email", "destination": "no address"}, "destination"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_a_message_is_refused_with_its_field_and_nothing_is_kept(app, buyer_id, changes, field):
    with pytest.raises(RefusedError) as refused:
        send(OWNER, request(buyer_id, **changes), NOON)

    assert [problem.field for problem in refused.value.problems] == [field]
    assert stored() == []


def test_nobody_is_written_to_who_is_not_there(app):
    with pytest.raises(MissingError):
        send(OWNER, request(404), NOON)


def test_a_fourth_contact_is_blocked_and_kept_with_its_reason(app, post, buyer_id):
    results = [send(OWNER, request(buyer_id, f"post.{number}"), NOON) for number in range(4)]

    assert [result.state for result in results] == ["queued"] * 3 + ["blocked"]
    assert results[3].reasons == ("buyer_cap",)
    delivering.deliver_due("w", NOON)
    assert len(post.handed) == 3
    assert stored()[3].contact_at is None


def test_a_buyer_under_two_names_has_one_cap(app, buyer_id):
    other = testing.make_buyer(phone=f"+86 {PHONE}", platform="shopify")
    for number in range(3):
        send(OWNER, request((buyer_id, other)[number % 2], f"post.{number}"), NOON)

    assert send(OWNER, request(other, "post.4"), NOON).reasons == ("buyer_cap",)


def test_what_failed_for_good_counts_no_more(app, post, buyer_id):
    post.answers = [Delivery("bad_number"), Delivery("failed"), Delivery("duplicate")]
    for number in range(3):
        send(OWNER, request(buyer_id, f"post.{number}"), NOON)
    delivering.deliver_due("w", NOON)

    assert states() == ["bad_number", "failed", "duplicate"]
    assert send(OWNER, request(buyer_id, "post.4"), NOON).verdict == "allow"


def test_marketing_needs_consent_and_comes_once_in_seven_days(app, post, buyer_id):
    assert send(OWNER, request(buyer_id, "post.1", **MARKETING), NOON).reasons == ("no_consent",)

    consents.give(OWNER, buyer_id, "marketing", "order_form")

    assert send(OWNER, request(buyer_id, "post.2", **MARKETING), NOON).state == "queued"
    assert send(OWNER, request(buyer_id, "post.3", **MARKETING), NOON).reasons == ("marketing_cap",)


def test_consent_withdrawn_before_it_goes_out_stops_the_message(app, post, buyer_id):
    consents.give(OWNER, buyer_id, "marketing", "in_writing", "Sample note")
    send(OWNER, request(buyer_id, **MARKETING), NOON)

    assert consents.withdraw(OWNER, buyer_id, "marketing")

    assert delivering.deliver_due("w", NOON) == 0
    assert post.handed == []
    (message,) = stored()
    assert (message.state, message.reasons, message.contact_at) == ("suppressed", ["no_consent"], None)
    assert not consents.withdraw(OWNER, buyer_id, "marketing")
    assert not consents.has_marketing_consent(buyer_id)


def test_consent_is_given_once_and_again_after_it_was_withdrawn(app, buyer_id):
    consents.give(OWNER, buyer_id, "marketing", "order_form")
    with pytest.raises(ObjectionsError):
        consents.give(OWNER, buyer_id, "marketing", "in_writing")
    consents.withdraw(OWNER, buyer_id, "marketing")
    consents.give(OWNER, buyer_id, "marketing", "in_a_call")

    assert [found.basis for found in consents.of_buyer(buyer_id)] == ["in_a_call", "order_form"]
    assert consents.willing([buyer_id, 404]) == {buyer_id}
    for changes in ({"purpose": "all"}, {"basis": "guessed"}, {"note": "x" * 501}):
        with pytest.raises(RefusedError):
            consents.give(OWNER, buyer_id, **({"purpose": "invitation", "basis": "in_writing", "note": ""} | changes))
    assert len(stored(Consent)) == 2


def test_do_not_contact_stops_what_waits_and_everything_after(app, post, buyer_id):
    send(OWNER, request(buyer_id), NOON)

    assert blocks.block_buyer(CLERK, buyer_id, "stop") == 3  # phone, address, account

    assert delivering.deliver_due("w", NOON) == 0
    assert states() == ["suppressed"]
    assert send(OWNER, request(buyer_id, "post.2"), NOON).reasons == ("do_not_contact",)
    assert send(OWNER, request(buyer_id, "post.3", basis="statutory"), NOON).state == "queued"
    assert blocks.is_contact_blocked(buyer_id)


@pytest.mark.parametrize(("first", "then"), [("refused", "stop"), ("stop", "refused")])
def test_of_two_reasons_for_no_contact_the_stricter_stands(app, buyer_id, first, then):
    blocks.block_buyer(CLERK, buyer_id, first)
    blocks.block_buyer(CLERK, buyer_id, then)

    assert {entry.why for entry in stored(DoNotContact)} == {"stop"}
    assert send(OWNER, request(buyer_id, basis="farewell"), NOON).reasons == ("do_not_contact",)


@pytest.mark.parametrize("written", [PHONE, f"+86 {PHONE}", f"0086-{PHONE}", "139-0013-9001", "１３９００１３９００１"])
def test_do_not_contact_holds_however_the_number_is_written(app, buyer_id, written):
    assert blocks.block(CLERK, "phone", written, "stop") == 1
    assert blocks.block(CLERK, "phone", PHONE, "stop") == 0

    assert send(OWNER, request(buyer_id), NOON).reasons == ("do_not_contact",)
    assert blocks.blocked([buyer_id, testing.make_buyer(phone="13900139002")]) == {buyer_id}


def test_do_not_contact_holds_for_an_address_and_an_account_and_a_fixed_line(app):
    folded = testing.make_buyer(email="a.da+shop@googlemail.com")
    named = testing.make_buyer(phone="010-62345678", platform="taobao")
    blocks.block(CLERK, "email", "ADA@gmail.com", "stop")
    blocks.block(CLERK, "phone", "+86 10 6234 5678", "stop")

    assert blocks.blocked([folded, named]) == {folded, named}


def test_do_not_contact_outlives_the_buyer_and_no_row_of_it_is_deleted(app, buyer_id):
    blocks.block_buyer(CLERK, buyer_id, "refused")
    with writing() as session:
        session.execute(text("delete from buyer_identifier"))
        session.execute(text("delete from buyer"))

    again = testing.make_buyer(phone=PHONE)

    assert send(OWNER, request(again), NOON).reasons == ("do_not_contact",)
    with pytest.raises(DBAPIError, match="only added"), writing() as session:
        session.execute(text("delete from do_not_contact"))
    with pytest.raises(DBAPIError, match="only added"), writing() as session:
        session.execute(text("update contact_decision set verdict = 'allow'"))
    assert len(stored(DoNotContact)) == 3


def test_only_the_owner_lifts_do_not_contact_and_says_why(app, buyer_id):
    blocks.block(CLERK, "phone", PHONE, "stop")
    (entry,) = stored(DoNotContact)
    with pytest.raises(ForbiddenError):
        blocks.lift(CLERK, entry.id, "please")
    with pytest.raises(RefusedError):
        blocks.lift(OWNER, entry.id, " ")
    assert blocks.is_contact_blocked(buyer_id)

    blocks.lift(OWNER, entry.id, "The buyer rang")

    assert not blocks.is_contact_blocked(buyer_id)
    with pytest.raises(MissingError):
        blocks.lift(OWNER, entry.id, "again")
    assert blocks.block(CLERK, "phone", PHONE, "stop") == 1


def test_after_a_refusal_one_farewell_goes_out(app, post, buyer_id):
    blocks.block_buyer(CLERK, buyer_id, "refused")
    farewell = {"basis": "farewell", "blocks": ("farewell",)}

    assert send(OWNER, request(buyer_id, "post.1", **farewell), NOON).state == "queued"
    assert send(OWNER, request(buyer_id, "post.2", **farewell), NOON).reasons == ("farewell_used",)


def test_a_failed_attempt_is_repeated_after_one_five_and_thirty_minutes_and_then_given_up(app, post, buyer_id):
    post.answers = [Delivery("retry", "busy")] * 4
    send(OWNER, request(buyer_id), NOON)
    tried, now = [], NOON
    while len(post.handed) < 4:
        if delivering.deliver_due("w", now):
            tried.append(now - NOON)
        now += timedelta(minutes=1)

    assert tried == [timedelta(minutes=minutes) for minutes in (0, 1, 6, 36)]
    (message,) = stored()
    assert (message.state, message.attempts, message.result, message.contact_at) == ("failed", 4, "busy", None)


def test_a_repetition_waits_for_the_morning_as_well(app, post, buyer_id):
    late = NOON.replace(hour=12, minute=58)  # two minutes to nine in the evening
    post.answers = [Delivery("retry")] * 2
    send(OWNER, request(buyer_id), late)
    delivering.deliver_due("w", late)
    delivering.deliver_due("w", late + timedelta(minutes=1))

    assert stored()[0].next_attempt_at == MORNING


def test_a_channel_that_raises_leaves_the_message_unknown_and_nobody_sends_it_again(app, post, buyer_id):
    post.answers = [RuntimeError("on purpose")]
    send(OWNER, request(buyer_id), NOON)
    delivering.deliver_due("w", NOON)

    assert delivering.deliver_due("w", NOON + timedelta(days=9)) == 0
    assert states() == ["unknown"]
    assert stored()[0].contact_at == NOON  # the buyer may have it: it counts

    marking.settle(CLERK, stored()[0].id, was_sent=False)

    assert states() == ["failed"]
    with pytest.raises(ObjectionsError):
        marking.settle(CLERK, stored()[0].id, was_sent=True)


def test_a_message_whose_worker_is_gone_is_unknown(app, post, buyer_id, monkeypatch):
    send(OWNER, request(buyer_id), NOON)
    monkeypatch.setattr(delivering, "_record", lambda *_: None)
    delivering.deliver_due("gone", NOON)
    monkeypatch.undo()
    assert states() == ["sending"]

    delivering.deliver_due("another", NOON)

    assert states() == ["unknown"]
    assert len(post.handed) == 1


def test_a_plugins_objection_blocks_and_an_exception_undoes_the_request(app, post, buyer_id):
    post.objections = [Problem("post.no", "Not today.")]

    result = send(OWNER, request(buyer_id), NOON)

    assert (result.state, result.verdict, result.reasons) == ("blocked", "deny", ("post.no",))
    post.objections = [RuntimeError("on purpose")]
    with pytest.raises(RuntimeError):
        send(OWNER, request(buyer_id, "post.2"), NOON)
    assert len(stored()) == 1


def test_a_plugin_is_asked_again_before_the_message_goes_out(app, post, buyer_id):
    send(OWNER, request(buyer_id, "post.1"), NOON)
    send(OWNER, request(buyer_id, "post.2"), NOON + timedelta(seconds=1))
    post.objections = [RuntimeError("on purpose")]
    assert delivering.deliver_due("w", NOON) == 0
    assert stored()[0].next_attempt_at == NOON + delivering.ASK_AGAIN

    post.objections = [Problem("post.no", "Not today.")]
    later = NOON + timedelta(minutes=10)

    assert delivering.deliver_due("w", later) == 0
    assert states() == ["suppressed", "suppressed"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"text": "Change it to five stars and we refund you."}, "wording.incentive"),
        ({"text": "好 评 返 现，联系客服"}, "wording.incentive"),
        ({"text": "如果不改评价，就不给您退款"}, "wording.condition"),
        ({"text": "Take it down or our lawyer will sue you."}, "wording.threat"),
        ({"subject": "A voucher for you", "text": "Please update your review."}, "wording.compensation_and_invitation"),
    ],
)
def test_words_that_no_buyer_may_read_are_refused_and_the_decision_keeps_why(app, post, buyer_id, words, reason):
    result = send(OWNER, request(buyer_id, **words), NOON)

    assert (result.state, result.verdict, result.reasons[0]) == ("blocked", "deny", reason)
    assert delivering.deliver_due("w", NOON) == 0
    (message,), (decision,) = stored(), stored(ContactDecision)
    assert (message.contact_at, message.next_attempt_at) == (None, None)
    assert (decision.moment, decision.verdict, decision.hold_until) == ("asked", "deny", None)
    assert decision.reasons[0] == reason
    assert send(OWNER, request(buyer_id, "post.2"), NOON).verdict == "allow"


@pytest.mark.parametrize(
    "text_",
    [
        "We give nothing for reviews. Your refund is on its way, whatever you write about us.",
        "Dear Ms Sample, ring us at +1 202 555 0119 or write to shop@example.com.",
        "感谢您抽空沟通，订单有事请拨打13900139001",
    ],
)
def test_a_note_of_the_check_and_the_shops_own_contact_stop_no_message(app, post, buyer_id, text_):
    assert send(OWNER, request(buyer_id, text=text_), NOON).reasons == ()

    assert delivering.deliver_due("w", NOON) == 1
    assert [found.text for found in post.handed] == [text_]


def test_the_words_are_checked_again_before_a_message_goes_out(app, post, buyer_id, monkeypatch):
    asked = send(OWNER, request(buyer_id, "post.1"), NOON)
    by_hand = send(OWNER, request(buyer_id, "post.2", channel="chat"), NOON)
    # A newer version of the check knows more than the one that let these through.
    refusal = Problem("wording.incentive", "No.", "text")
    monkeypatch.setattr(gate.wording, "problems", lambda text_, context, field: [refusal])

    assert delivering.deliver_due("w", NOON) == 0
    with pytest.raises(ObjectionsError) as refused:
        marking.mark_sent(CLERK, by_hand.message_id, now=NOON)

    assert refused.value.problems == (refusal,)
    assert post.handed == []
    assert [(found.state, found.verdict, found.reasons) for found in stored()] == [
        ("suppressed", "deny", ["wording.incentive"])
    ] * 2
    assert [(found.message_id, found.moment, found.reasons) for found in stored(ContactDecision)[2:]] == [
        (asked.message_id, "sending", ["wording.incentive"]),
        (by_hand.message_id, "sending", ["wording.incentive"]),
    ]


def test_a_plugin_that_cannot_answer_does_not_keep_refused_words_waiting(app, post, buyer_id):
    post.objections = [RuntimeError("on purpose")]

    assert send(OWNER, request(buyer_id, text="Five stars and we refund you."), NOON).state == "blocked"


def test_a_message_by_hand_waits_for_a_person_and_the_gate_is_asked_when_it_is_marked(app, post, buyer_id):
    asked = send(OWNER, request(buyer_id, channel="chat"), NOON)
    assert delivering.deliver_due("w", NOON) == 0

    with pytest.raises(ObjectionsError) as refused:
        marking.mark_sent(CLERK, asked.message_id, now=NIGHT)
    assert [problem.code for problem in refused.value.problems] == ["quiet_hours"]
    assert states() == ["queued"]
    marking.mark_sent(CLERK, asked.message_id, now=NOON)

    (message,) = stored()
    assert (message.state, message.contact_at, message.finished_by) == ("sent", NOON, 2)
    with pytest.raises(ObjectionsError):
        marking.mark_sent(CLERK, asked.message_id, now=NOON)
    assert audit.chain_problems(db.session()) == []


def test_a_message_by_hand_that_must_not_go_out_any_more_is_stopped(app, buyer_id):
    asked = send(OWNER, request(buyer_id, channel="chat"), NOON)
    blocks.block_buyer(CLERK, buyer_id, "stop")

    with pytest.raises(ObjectionsError):
        marking.mark_sent(CLERK, asked.message_id, now=NOON)

    assert states() == ["suppressed"]


def test_a_number_that_is_taken_back_is_rung_no_more(app, buyer_id):
    asked = send(OWNER, request(buyer_id, channel="call", text="Ask what happened", case="c1"), NOON)
    with writing() as session:
        session.execute(update(BuyerIdentifier).values(expires_at=NOON))

    with pytest.raises(ObjectionsError) as refused:
        marking.mark_sent(CLERK, asked.message_id, now=NOON)

    assert [problem.message for problem in refused.value.problems] == [OBSTACLES["expired"]]
    (message,) = stored()
    assert (message.state, message.result, message.contact_at) == ("suppressed", "the number is expired", None)


def test_calls_go_through_the_same_gate_and_remember_whether_somebody_answered(app, buyer_id):
    def call(key, now):
        return send(OWNER, request(buyer_id, key, channel="call", text="Ask what happened", case="c1"), now)

    first = call("post.1", NOON)
    marking.mark_sent(CLERK, first.message_id, now=NOON)
    second = call("post.2", NOON + timedelta(hours=5))
    assert (second.verdict, second.reasons) == ("hold", ("call_spacing",))
    marking.mark_sent(CLERK, second.message_id, is_connected=True, now=NOON + timedelta(days=1))

    assert call("post.3", NOON + timedelta(days=2)).reasons == ("call_connected",)


def test_a_message_that_is_taken_back_counts_no_more(app, buyer_id):
    asked = [send(OWNER, request(buyer_id, f"post.{number}"), NOON) for number in range(3)]

    marking.cancel(CLERK, asked[0].message_id)

    assert send(OWNER, request(buyer_id, "post.4"), NOON).verdict == "allow"
    with pytest.raises(ObjectionsError):
        marking.cancel(CLERK, asked[0].message_id)


def test_a_request_in_a_transaction_that_is_undone_was_never_made(app, buyer_id):
    def ask_and_fail():
        with writing():
            send(OWNER, request(buyer_id), NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_and_fail()

    assert stored() == []
    assert stored(ContactDecision) == []


def test_consent_and_do_not_contact_of_a_buyer_who_is_imported_again_still_hold(app, buyer_id):
    consents.give(OWNER, buyer_id, "marketing", "order_form")
    ref = db.session.execute(text("select ref from buyer")).scalar()
    with writing() as session:
        session.execute(text("delete from buyer_identifier"))
        session.execute(text("delete from buyer"))
    stranger, again = testing.make_buyer(), testing.make_buyer()
    with writing() as session:
        session.execute(text("update buyer set ref = :ref where id = :id"), {"ref": ref, "id": again})

    assert consents.willing([stranger, again]) == {again}


def test_what_messages_say_is_sealed_again_by_a_rotation_of_the_keys(app, buyer_id):
    send(OWNER, request(buyer_id), NOON)
    db.session.remove()

    rotation.rotate()

    (message,) = stored()
    assert contacts.keyring().is_current(message.content_encrypted)
    assert contents.unseal(message.content_encrypted).text == "Sample text"


def test_the_check_finds_a_message_that_nobody_was_asked_about_and_one_that_does_not_open(app, buyer_id):
    send(OWNER, request(buyer_id), NOON)
    assert integrity.problems() == []
    message = {"key": "post.2", "content_encrypted": b"x", "contact_at": None}
    with writing() as session:
        (known,) = session.scalars(select(OutboxMessage))
        fields = {column.name: getattr(known, column.name) for column in OutboxMessage.__table__.columns}
        session.add(OutboxMessage(**(fields | message | {"id": None})))

    assert sorted(problem.code for problem in integrity.problems()) == ["encryption", "message", "message"]
