"""Claims one by one and in one commit: who gets one, who is refused, what comes along, and what a failure costs."""

import logging
import threading
import time
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
import shopadmin_red_envelope
import sqlalchemy as sa
from flask import Flask
from red_envelope_shop import HOUR, NOW, Clock, begun, claimed, make_campaign, stored
from shopadmin_red_envelope.models import RedEnvelope, RedEnvelopeActivity
from shopadmin_red_envelope.services import claiming, issuing, sealing
from shopadmin_red_envelope.services.claiming import Outcome
from shopadmin_red_envelope.services.group_commit import BusyError, GroupCommit, UnknownOutcomeError

from shopadmin.cooperative import run_together
from shopadmin.models.audit import AuditEntry
from shopadmin.plugin_api import Manifest, MissingError, Standing, StandingQuery, db, hookimpl
from shopadmin.services import plugins, settings

START = NOW + 24 * HOUR
# Seconds in which a thread has come wherever it goes, on a machine that does much else.
ENOUGH = 60


def refusals(*outcomes: Outcome) -> list[str | None]:
    return [outcome.refusal for outcome in outcomes]


def test_a_claim_issues_an_envelope_as_it_was_sealed_and_says_so_in_the_log(clock: Clock) -> None:
    campaign = begun(clock)

    outcome = claiming.claim(campaign, "test:anna")

    row = db.session.execute(sa.select(RedEnvelope)).scalar_one()
    assert (row.id, row.buyer, row.amount, row.currency) == (outcome.envelope_id, "test:anna", 1000, "CNY")
    assert (row.claimed_at, row.use_to, row.state) == (clock.start, NOW + 72 * HOUR, "available")
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.code == "red_envelope.envelope.claimed")).one()
    assert (entry.object_id, entry.after) == (str(row.id), {"campaign": campaign})


def test_r4_a_buyer_gets_one_and_is_led_to_it_from_then_on(clock: Clock) -> None:
    campaign = begun(clock, quantity=1)
    envelope = claimed(campaign)
    before = stored()

    again = claiming.claim(campaign, "test:anna")
    late = claiming.claim(campaign, "test:berta")
    remembered = claiming.claim(campaign, "test:anna")

    assert refusals(again, late, remembered) == ["already_claimed", "sold_out", "already_claimed"]
    assert (again.envelope_id, late.envelope_id, remembered.envelope_id) == (envelope, None, envelope)
    assert stored() == before


def test_late_buyers_who_are_looked_up_together_are_each_led_to_their_own(clock: Clock) -> None:
    first, second = make_campaign("scheduled"), make_campaign("scheduled")
    clock.set(clock.start)
    sealing.seal_due()
    anna, bert, also_anna = claimed(first), claimed(second, "test:bert"), claimed(second)
    people = ("test:anna", "test:bert", "test:nobody")

    found = issuing.look_each([(campaign, buyer) for campaign in (first, second) for buyer in people])

    assert [envelope for _at, envelope in found] == [anna, None, None, also_anna, bert, None]
    assert {at for at, _envelope in found} == {clock.start}


def test_a_campaign_without_a_cap_has_no_counter(clock: Clock) -> None:
    campaign = begun(clock, quantity=None)

    for number in range(3):
        claimed(campaign, f"test:{number}")

    assert stored()["stock"] == []
    assert len(stored()["envelope"]) == 3


@pytest.mark.parametrize(
    ("when", "refusal"),
    [(START - 1, "claim_closed"), (START, None), (START + 24 * HOUR - 1, None), (START + 24 * HOUR, "claim_closed")],
)
def test_r15_the_window_is_half_open_to_the_millisecond(clock: Clock, when: int, refusal: str | None) -> None:
    campaign = make_campaign()
    clock.set(when)

    assert claiming.claim(campaign, "test:anna").refusal == refusal
    assert len(stored()["envelope"]) == (refusal is None)


def test_the_collection_may_begin_after_the_activity(clock: Clock) -> None:
    campaign = begun(clock, claim_from=START + HOUR, use_from=START + HOUR)
    clock.set(START + HOUR - 1)
    early = claiming.claim(campaign, "test:anna")
    clock.set(START + HOUR)

    assert refusals(early, claiming.claim(campaign, "test:anna")) == ["claim_closed", None]


def test_a_draft_is_not_known_and_a_withdrawn_campaign_is_closed(clock: Clock) -> None:
    draft, withdrawn = make_campaign("draft"), make_campaign("withdrawn")
    for campaign in (draft, 999):
        with pytest.raises(MissingError):
            claiming.claim(campaign, "test:anna")
    clock.set(START)

    assert claiming.claim(withdrawn, "test:anna").refusal == "claim_closed"
    with pytest.raises(MissingError):
        claiming.claim(draft, "test:anna")
    assert stored()["envelope"] == []


@pytest.fixture
def asked() -> list[list[str]]:
    """What a plugin was asked, one list for each time: the buyers' names."""
    return []


@pytest.fixture
def guarded(make_app: Callable[..., Flask], clock: Clock, shop: Flask, asked: list[list[str]]) -> Flask:
    """The shop with a plugin that keeps anna out of campaigns, and fails whenever it is asked about mallory."""
    guest = types.ModuleType("shopadmin_guest")

    @hookimpl
    def shopadmin_manifest() -> Manifest:
        return Manifest(name="guest", title="Guest", version="1", api_version=1)

    @hookimpl
    def shopadmin_buyer_standing(queries: list[StandingQuery]) -> dict[int, Standing]:
        assert {(query.purpose, query.ids[0].scope) for query in queries} == {("campaign", "test")}
        names = [query.ids[0].value for query in queries]
        assert db.session().scalar(sa.select(1)) == 1  # as most plugins ask: by the session
        asked.append(names)
        if "mallory" in names:
            raise LookupError("mallory")
        return {position: Standing(campaigns=name != "anna") for position, name in enumerate(names)}

    guest.__file__ = None
    guest.shopadmin_manifest = shopadmin_manifest  # type: ignore[attr-defined]
    guest.shopadmin_buyer_standing = shopadmin_buyer_standing  # type: ignore[attr-defined]
    return make_app(plugins={"red_envelope": shopadmin_red_envelope, "guest": guest}, shop_of=shop)


def test_the_core_is_asked_who_is_kept_out_of_campaigns(guarded: Flask, clock: Clock, asked: list[list[str]]) -> None:
    campaign = begun(clock)

    with guarded.app_context():
        outcomes = [claiming.claim(campaign, buyer) for buyer in ("test:anna", "test:berta")]
        db.session.remove()

    assert refusals(*outcomes) == ["buyer_excluded", None]
    assert asked == [["anna"], ["berta"]]
    assert [row[2] for row in stored()["envelope"]] == ["test:berta"]


def test_claims_of_one_moment_share_the_question_and_who_makes_it_fail_spoils_it_for_no_other(
    guarded: Flask, clock: Clock, asked: list[list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    campaign = begun(clock)
    caplog.set_level(logging.CRITICAL)

    answers = together(guarded, campaign, ["test:anna", "test:mallory", "test:carl"])

    assert refusals(*(answer for answer in answers if isinstance(answer, Outcome))) == ["buyer_excluded", None, None]
    assert [len(names) for names in asked] == [1, 3, 1, 1, 1]


def test_a_plugin_that_is_switched_on_elsewhere_counts_from_the_next_claim_on(
    guarded: Flask, clock: Clock, asked: list[list[str]]
) -> None:
    """In a context that has read before which plugins are on, and asks for others, too."""
    campaign = begun(clock)
    with guarded.app_context():
        plugins.disable(None, "guest")
        first = claiming.claim(campaign, "test:berta")
        settings.plugin_states()
        with guarded.app_context():  # somebody else's
            plugins.enable(None, "guest")
            db.session.remove()

        second = claiming.claim(campaign, "test:anna")
        db.session.remove()

    assert refusals(first, second) == [None, "buyer_excluded"]


def note(outcome: Outcome) -> Iterable[tuple[type[Any], Mapping[str, Any]]]:
    """A further row, as the record of an answer would be."""
    name = f"{outcome.buyer} {outcome.refusal}"
    yield RedEnvelopeActivity, {
        "name": name, "kind": "store", "supports_store_envelopes": False, "starts_at": NOW + 500 * HOUR,
        "ends_at": NOW + 501 * HOUR, "version": 1,
    }  # fmt: skip


def noted() -> list[str]:
    return [row[1] for row in stored()["activity"] if row[1] != "Summer"]


def test_further_rows_come_with_the_claim_and_with_a_refusal(clock: Clock) -> None:
    campaign = begun(clock)

    for _ in range(2):
        claiming.claim(campaign, "test:anna", along=note)

    assert noted() == ["test:anna None", "test:anna already_claimed"]


def test_a_claim_whose_further_rows_fail_did_not_happen(clock: Clock) -> None:
    campaign = begun(clock)
    before = stored()

    def broken(_outcome: Outcome) -> Any:
        raise LookupError("no record")

    with pytest.raises(LookupError):
        claiming.claim(campaign, "test:anna", along=broken)

    assert stored() == before


def until(is_so: Callable[[], object]) -> None:
    """Wait until another thread has come that far."""
    ends = time.monotonic() + ENOUGH
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.001)


def together(shop: Flask, campaign: int, buyers: list[str], **alongs: Any) -> list[Outcome | Exception]:
    """The claims of one moment: an earlier one keeps the lock until all of them queue behind it."""
    answers: list[Outcome | Exception] = [RuntimeError("no answer")] * len(buyers)
    is_locked = threading.Event()

    def run(number: int) -> None:
        with shop.app_context():
            try:
                along = alongs.get(buyers[number], claiming._nothing)
                answers[number] = claiming.claim(campaign, buyers[number], along=along)
            except Exception as error:
                answers[number] = error
            finally:
                db.session.remove()

    def lead() -> None:
        with shop.app_context():
            claiming.claim(campaign, "test:first", along=wait)
            db.session.remove()

    def wait(_outcome: Outcome) -> Any:
        is_locked.set()
        until(lambda: len(claiming._group()._queues[campaign]) >= len(buyers))
        return ()

    leader = threading.Thread(target=lead)
    leader.start()
    is_locked.wait(ENOUGH)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(buyers))]
    for thread in threads:
        thread.start()
    for thread in [leader, *threads]:
        thread.join(ENOUGH)
    return answers


def test_claims_of_one_moment_share_a_commit_and_the_first_come_are_served(shop: Flask, clock: Clock) -> None:
    campaign = begun(clock, quantity=3)

    answers = together(shop, campaign, ["test:anna", "test:anna", "test:berta", "test:carl", "test:dora"])

    found = sorted(str(answer.refusal) for answer in answers if isinstance(answer, Outcome))
    assert found.count("None") == 2
    assert len(found) == 5
    assert set(found) <= {"None", "already_claimed", "sold_out"}
    assert [row[1:] for row in stored()["stock"]] == [(3, 3)]
    winners = {answer.envelope_id for answer in answers if isinstance(answer, Outcome) and not answer.refusal}
    assert winners < {row[0] for row in stored()["envelope"]}


def test_one_claim_that_fails_takes_no_other_with_it(shop: Flask, clock: Clock) -> None:
    campaign = begun(clock)

    def broken(_outcome: Outcome) -> Any:
        raise LookupError("no record")

    answers = together(shop, campaign, ["test:anna", "test:berta", "test:carl"], **{"test:berta": broken})

    assert [type(answer) for answer in answers] == [Outcome, LookupError, Outcome]
    assert {row[2] for row in stored()["envelope"]} == {"test:first", "test:anna", "test:carl"}


def test_a_seal_that_is_due_is_taken_by_the_first_claim(clock: Clock) -> None:
    campaign = make_campaign()
    clock.set(START)

    claimed(campaign)

    assert len(stored()["seal"]) == len(stored()["stock"]) == 1
    assert sealing.seal_due() == 0


def test_a_process_that_does_not_know_a_seal_yet_reads_it_and_seals_nothing(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a rush every thread comes here: each would look for what is due, and write down the time."""
    campaign = begun(clock)

    def refuse() -> int:
        raise AssertionError("it seals")

    monkeypatch.setattr(sealing, "seal_due", refuse)

    assert claiming.claim(campaign, "test:anna").refusal is None


def test_whoever_comes_to_seal_after_another_has_writes_nothing(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has seen what is due before it got the lock, and the other has sealed it meanwhile."""
    campaign = begun(clock)
    clock.set(START + HOUR)
    written: list[str] = []
    due = sealing._due
    looks = iter([sa.select(sa.literal(campaign))])
    monkeypatch.setattr(sealing, "_due", lambda now: next(looks, due(now)))
    sa.event.listen(db.engine, "before_cursor_execute", lambda *found: written.append(found[2].split()[0].lower()))

    assert sealing.seal_due() == 0
    assert "select" in written
    assert not {"update", "insert"} & set(written)


def grouped(write: Any, **options: Any) -> GroupCommit[str, str]:
    return GroupCommit(write, lambda error: isinstance(error, ValueError), **options)


def test_who_was_answered_together_shares_the_next_commit_and_who_is_alone_waits_a_moment_at_the_most() -> None:
    batches: list[list[str]] = []
    both_are_there = threading.Event()

    def write(_key: object, take: Any) -> list[str]:
        both_are_there.wait(ENOUGH)
        batches.append(list(take()))
        return batches[-1]

    def submit(*works: str) -> list[threading.Thread]:
        threads = [threading.Thread(target=group.submit, args=("k", work, ENOUGH)) for work in works]
        for thread in threads:
            thread.start()
        return threads

    group = grouped(write, gather=10)
    together = submit("a1", "b1")
    until(lambda: len(group._queues.get("k", ())) >= 2)
    both_are_there.set()
    for thread in together:
        thread.join(ENOUGH)
    for thread in submit("a2", "b2"):
        thread.join(ENOUGH)
    group._gather_for = 0.01
    group.submit("k", "c", ENOUGH)

    assert [sorted(batch) for batch in batches] == [["a1", "b1"], ["a2", "b2"], ["c"]]


def test_a_batch_waits_on_as_long_as_somebody_comes() -> None:
    batches: list[list[str]] = []
    coming, threads = [["b"], ["c", "d"], [], ["too late"]], []

    def write(_key: object, take: Any) -> list[str]:
        batches.append(list(take()))
        return batches[-1]

    def wait_for(_is_full: Any, _seconds: float) -> bool:
        group._mutex.release()
        for work in coming.pop(0):
            threads.append(threading.Thread(target=group.submit, args=("k", work, ENOUGH)))
            threads[-1].start()
            until(lambda: len(group._queues["k"]) > len(threads))
        group._mutex.acquire()
        return False

    group = grouped(write)
    group._last_size["k"] = 16
    group._came.wait_for = wait_for  # type: ignore[method-assign]
    group.submit("k", "a", ENOUGH)
    for thread in threads:
        thread.join(ENOUGH)

    assert batches == [["a", "b", "c", "d"]]
    assert coming == [["too late"]]


def test_the_last_who_waits_too_long_while_a_batch_is_written_hears_that_it_is_busy() -> None:
    is_taken, let_go = threading.Event(), threading.Event()

    def write(_key: object, take: Any) -> list[str]:
        work = list(take())
        is_taken.set()
        let_go.wait(ENOUGH)
        return work

    group = grouped(write)
    leader = threading.Thread(target=group.submit, args=("k", "first", ENOUGH))
    leader.start()
    assert is_taken.wait(ENOUGH)

    with pytest.raises(BusyError):
        group.submit("k", "last", 0.01)
    let_go.set()
    leader.join(ENOUGH)


def test_whoever_waits_too_long_leaves_the_queue_and_nothing_is_done() -> None:
    let_go, seen = threading.Event(), []

    def write(_key: object, take: Any) -> list[str]:
        let_go.wait(ENOUGH)
        work = take()
        seen.extend(work)
        return list(work)

    group = grouped(write)
    leader = threading.Thread(target=group.submit, args=("k", "first", ENOUGH))
    leader.start()
    until(lambda: group._queues)
    with pytest.raises(BusyError):
        group.submit("k", "second", 0.01)
    let_go.set()
    leader.join(ENOUGH)

    assert seen == ["first"]
    assert group._queues == {}


def test_what_is_being_written_already_has_an_unknown_outcome() -> None:
    taken, let_go = threading.Event(), threading.Event()
    queue_is_ready = threading.Event()

    def write(_key: object, take: Any) -> list[str]:
        queue_is_ready.wait(ENOUGH)
        work = take()
        taken.set()
        let_go.wait(ENOUGH)
        return list(work)

    group = grouped(write)
    leader = threading.Thread(target=group.submit, args=("k", "first", ENOUGH))
    leader.start()
    until(lambda: group._queues)
    errors: list[BaseException] = []

    def second() -> None:
        try:
            group.submit("k", "second", 2)
        except BaseException as error:
            errors.append(error)

    follower = threading.Thread(target=second)
    follower.start()
    until(lambda: len(group._queues["k"]) >= 2)
    queue_is_ready.set()
    follower.join(ENOUGH)
    let_go.set()
    leader.join(ENOUGH)

    assert [type(error) for error in errors] == [UnknownOutcomeError]


def test_who_comes_while_the_question_is_asked_goes_with_the_next_batch() -> None:
    batches: list[list[str]] = []
    is_asking, let_go = threading.Event(), threading.Event()

    def ask(works: Any) -> list[str]:
        is_asking.set()
        let_go.wait(ENOUGH)
        return [f"{work}?" for work in works]

    def write(_key: object, take: Any) -> list[str]:
        batches.append(list(take()))
        return batches[-1]

    group = grouped(write, ask=ask)
    threads = [threading.Thread(target=group.submit, args=("k", work, ENOUGH)) for work in ("first", "second")]
    threads[0].start()
    is_asking.wait(ENOUGH)
    threads[1].start()
    until(lambda: len(group._queues["k"]) >= 2)
    let_go.set()
    for thread in threads:
        thread.join(ENOUGH)

    assert batches == [["first?"], ["second?"]]
    assert group._queues == {}


def test_a_question_that_fails_is_an_error_for_all_it_was_asked_for_and_nothing_is_written() -> None:
    failures = [ValueError("gone")]

    def ask(works: Any) -> Any:
        if failures:
            raise failures.pop()
        return works

    written: list[str] = []

    def write(_key: object, take: Any) -> list[str]:
        written.extend(take())
        return written

    group = grouped(write, ask=ask)
    with pytest.raises(ValueError, match="gone"):
        group.submit("k", "first", 1)

    assert written == []
    assert group.submit("k", "second", 1) == "second"


def test_whoever_asks_for_ever_is_left_behind_and_what_it_hears_at_last_counts_for_nobody() -> None:
    """A plugin that never comes back is paused after a while: the campaign must not stand still until a restart."""
    is_asking, let_go = threading.Event(), threading.Event()
    hung: list[str] = []

    def ask(works: Any) -> list[str]:
        if not hung:
            hung.extend(works)
            is_asking.set()
            let_go.wait(ENOUGH)
            return ["too late"] * len(works)
        return [f"{work}?" for work in works]

    def write(_key: object, take: Any) -> list[str]:
        return list(take())

    group = grouped(write, ask=ask)
    told: dict[str, object] = {}

    def submit(work: str, seconds: float) -> None:
        try:
            told[work] = group.submit("k", work, seconds)
        except BusyError as error:
            told[work] = type(error)

    threads = [
        threading.Thread(target=submit, args=work) for work in (("first", ENOUGH), ("second", 0.1), ("third", ENOUGH))
    ]
    threads[0].start()
    is_asking.wait(ENOUGH)
    for thread in threads[1:]:
        thread.start()
    for thread in threads[1:]:
        thread.join(ENOUGH)
    before = dict(told)
    let_go.set()
    threads[0].join(ENOUGH)

    assert before == {"second": BusyError, "third": "third?"}
    assert told["first"] is BusyError
    assert group._queues == {}


def test_what_a_leader_that_was_left_behind_hears_of_others_changes_nothing_for_them() -> None:
    """It comes while the next leader, who has asked anew, waits for the lock."""
    is_asking, let_go = threading.Event(), threading.Event()
    asked: list[list[str]] = []

    def ask(works: Any) -> list[str]:
        asked.append(list(works))
        if len(asked) > 1:
            return [f"{work}?" for work in works]
        is_asking.set()
        let_go.wait(ENOUGH)
        return ["too late"] * len(works)

    def write(_key: object, take: Any) -> list[str]:
        let_go.set()
        threads[0].join(ENOUGH)
        return list(take())

    group = grouped(write, ask=ask, gather=10)
    group._last_size["k"] = 2
    told: dict[str, object] = {}

    def submit(work: str, seconds: float) -> None:
        try:
            told[work] = group.submit("k", work, seconds)
        except BusyError as error:
            told[work] = type(error)

    threads = [
        threading.Thread(target=submit, args=work) for work in (("first", ENOUGH), ("third", ENOUGH), ("second", 0.1))
    ]
    threads[0].start()
    until(lambda: "k" in group._queues)
    threads[1].start()
    is_asking.wait(ENOUGH)
    group._gather_for = 0.01
    threads[2].start()
    for thread in threads:
        thread.join(ENOUGH)

    assert asked == [["first", "third"], ["third"]]
    assert told == {"first": BusyError, "second": BusyError, "third": "third?"}


def test_claims_on_one_thread_ask_the_plugins_once_from_another_and_are_refused_each_by_itself(
    guarded: Flask, clock: Clock, asked: list[list[str]]
) -> None:
    campaign = begun(clock)
    told: dict[str, str | None] = {}

    def claims(name: str) -> None:
        with guarded.app_context():
            told[name] = claiming.claim(campaign, f"test:{name}").refusal

    run_together([lambda each=name: claims(each) for name in ("anna", "boris", "clara")])

    assert asked == [["anna", "boris", "clara"]]
    assert told == {"anna": "buyer_excluded", "boris": None, "clara": None}


def test_callers_on_one_thread_share_a_commit_and_wait_for_nobody_else() -> None:
    batches: list[list[str]] = []

    def write(_key: object, take: Any) -> list[str]:
        batches.append(list(take()))
        return [f"{work}!" for work in batches[-1]]

    group = grouped(write, ask=lambda works: [f"{work}?" for work in works], gather=ENOUGH)
    told: dict[str, str] = {}
    for count in (4, 2):
        works = [f"{count}{number}" for number in range(count)]
        run_together([lambda each=work: told.update({each: group.submit("k", each, ENOUGH)}) for work in works])

    assert batches == [["40?", "41?", "42?", "43?"], ["20?", "21?"]]
    assert told == {work: f"{work}?!" for work in ("40", "41", "42", "43", "20", "21")}
    assert group._queues == {}


def test_a_question_that_never_ends_keeps_nobody_on_the_thread_for_ever() -> None:
    let_go = threading.Event()
    asked: list[list[str]] = []

    def ask(works: Any) -> list[str]:
        asked.append(list(works))
        if len(asked) == 1:
            assert let_go.wait(ENOUGH)
        return list(works)

    group = grouped(lambda _key, take: list(take()), ask=ask)
    told: dict[str, object] = {}

    def submit(work: str, seconds: float) -> None:
        try:
            told[work] = group.submit("k", work, seconds)
        except BusyError as error:
            told[work] = type(error)
        if len(told) == 3:
            let_go.set()

    works = (("first", ENOUGH), ("impatient", 0.1), ("patient", ENOUGH), ("fourth", ENOUGH))
    run_together([lambda each=work: submit(*each) for work in works])

    assert told == {"first": BusyError, "impatient": BusyError, "patient": "patient", "fourth": "fourth"}
    assert asked == [["first", "impatient", "patient", "fourth"], ["patient", "fourth"]]
    assert group._queues == {}


def test_too_long_a_queue_turns_further_callers_away() -> None:
    let_go = threading.Event()

    def write(_key: object, take: Any) -> list[str]:
        let_go.wait(ENOUGH)
        return list(take())

    group = grouped(write, most_waiting=1)
    leader = threading.Thread(target=group.submit, args=("k", "first", ENOUGH))
    leader.start()
    until(lambda: group._queues)
    with pytest.raises(BusyError):
        group.submit("k", "second", ENOUGH)
    let_go.set()
    leader.join(ENOUGH)


def test_a_lock_that_is_not_to_be_had_is_an_error_for_all_who_wait_and_the_next_may_try_again() -> None:
    failures = [OSError("gone")]

    def write(_key: object, take: Any) -> list[str]:
        if failures:
            raise failures.pop()
        return list(take())

    group = grouped(write)
    with pytest.raises(OSError, match="gone"):
        group.submit("k", "first", 1)

    assert group.submit("k", "second", 1) == "second"


def test_the_lead_is_handed_on_to_whoever_came_meanwhile() -> None:
    batches: list[list[str]] = []
    let_go = threading.Event()

    def write(_key: object, take: Any) -> list[str]:
        work = list(take())
        batches.append(work)
        let_go.wait(ENOUGH)
        return work

    group = grouped(write, most_in_batch=2)
    threads = [threading.Thread(target=group.submit, args=("k", str(number), ENOUGH)) for number in range(5)]
    for number, thread in enumerate(threads):
        thread.start()
        until(lambda number=number: batches and len(group._queues["k"]) >= number)
    let_go.set()
    for thread in threads:
        thread.join(ENOUGH)

    assert [len(batch) for batch in batches] == [1, 2, 2]
    assert group._queues == {}
