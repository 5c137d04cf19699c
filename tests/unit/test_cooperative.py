"""Calls on one thread: whose turn it is, how a wait ends, and that nobody can hold up the others for ever."""

import logging
import threading
import time
from contextvars import ContextVar

import pytest

from shopadmin import cooperative
from shopadmin.cooperative import Wakeup, elsewhere, give_way, is_together, may_wait, run_together, steadfast

ENOUGH = 30
NAME: ContextVar[str] = ContextVar("name", default="")


def test_each_runs_until_it_gives_way_and_all_are_done_at_the_end() -> None:
    seen: list[str] = []

    def task(name: str) -> None:
        seen.append(f"{name}1")
        assert give_way()
        seen.append(f"{name}2")

    run_together([lambda: task("a"), lambda: task("b"), lambda: seen.append("c")])

    assert seen == ["a1", "b1", "c", "a2", "b2"]


def test_one_that_is_alone_goes_on_at_once() -> None:
    seen: list[bool] = []

    run_together([lambda: seen.append(give_way()), lambda: None])
    run_together([lambda: seen.append(give_way())])
    run_together([])

    assert seen == [True, True]


def test_each_has_a_context_of_its_own() -> None:
    seen: list[str] = []

    def task(name: str) -> None:
        NAME.set(name)
        give_way()
        seen.append(NAME.get())

    run_together([lambda: task("a"), lambda: task("b")])

    assert seen == ["a", "b"]
    assert NAME.get() == ""


def test_who_waits_is_woken_by_another_of_the_same_thread() -> None:
    wakeups: list[Wakeup] = []
    seen: list[object] = []

    def waiting() -> None:
        wakeups.append(wakeup := Wakeup())
        seen.append(wakeup.wait(ENOUGH))

    run_together([waiting, waiting, lambda: [each.wake() for each in wakeups]])

    assert seen == [True, True]


def test_who_waits_is_woken_by_another_thread() -> None:
    wakeups: list[Wakeup] = []
    seen: list[object] = []
    is_parked = threading.Event()

    def wake() -> None:
        assert is_parked.wait(ENOUGH)
        wakeups[0].wake()

    def waiting() -> None:
        wakeups.append(wakeup := Wakeup())
        seen.append(wakeup.wait())

    thread = threading.Thread(target=wake)
    thread.start()
    run_together([waiting, is_parked.set])
    thread.join(ENOUGH)

    assert seen == [True]


def test_who_is_woken_before_they_wait_does_not_wait() -> None:
    seen: list[object] = []

    def task() -> None:
        wakeup = Wakeup()
        wakeup.wake()
        seen.append(wakeup.wait(ENOUGH))
        give_way()
        seen.append("went on")

    run_together([task])

    assert seen == [True, "went on"]


def test_patience_ends_and_a_wake_that_comes_too_late_is_nothing() -> None:
    seen: dict[str, list[object]] = {"impatient": [], "patient": []}

    def impatient() -> None:
        wakeup = Wakeup()
        seen["impatient"].append(wakeup.wait(0.01))
        wakeup.wake()
        give_way()
        seen["impatient"].append("once")

    def patient() -> None:
        seen["patient"].append(Wakeup().wait(0.05))

    run_together([impatient, patient])

    assert seen == {"impatient": [False, "once"], "patient": [False]}


def test_outside_of_it_a_thread_waits_as_ever() -> None:
    wakeup, in_time = Wakeup(), Wakeup()
    threading.Timer(0.01, in_time.wake).start()

    assert (is_together(), may_wait(), give_way()) == (False, True, False)
    assert wakeup.wait(0.01) is False
    assert in_time.wait(ENOUGH) is True


def test_what_one_raises_is_logged_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    def failing() -> None:
        give_way()
        raise SystemExit("that one")

    with caplog.at_level(logging.ERROR, cooperative.__name__):
        run_together([failing, lambda: (give_way(), seen.append("done"))])

    assert seen == ["done"]
    assert "that one" in caplog.text


def test_who_holds_a_lock_neither_gives_way_nor_waits() -> None:
    seen: list[object] = []

    def holding() -> None:
        with steadfast():
            seen.append((may_wait(), give_way()))
            with steadfast(), pytest.raises(RuntimeError):
                Wakeup().wait(ENOUGH)
            seen.append(may_wait())
        seen.append((may_wait(), give_way()))

    run_together([holding, lambda: seen.append("other")])

    assert seen == [(False, False), False, "other", (True, True)]


def test_what_may_hang_is_done_elsewhere_in_the_callers_context_while_the_others_go_on() -> None:
    seen: list[object] = []
    others_went_on = threading.Event()
    here = threading.get_ident()

    def work() -> str:
        assert others_went_on.wait(ENOUGH)
        assert threading.get_ident() != here
        return NAME.get()

    def asking() -> None:
        NAME.set("a name")
        seen.append(elsewhere(work))

    run_together([asking, others_went_on.set])

    assert seen == ["a name"]


def test_what_is_raised_elsewhere_is_raised_here() -> None:
    def failing() -> None:
        raise LookupError("that one")

    def task() -> None:
        with pytest.raises(LookupError, match="that one"):
            elsewhere(failing)
        seen.append("went on")

    seen: list[str] = []
    run_together([task])

    assert seen == ["went on"]


def test_where_it_holds_up_nobody_or_must_not_wait_it_is_done_here() -> None:
    here, seen = threading.get_ident(), []

    def holding() -> None:
        with steadfast():
            seen.append(elsewhere(threading.get_ident))

    run_together([holding])

    assert elsewhere(threading.get_ident) == here
    assert seen == [here]


def test_many_wake_each_other_across_threads() -> None:
    rounds, tasks = 50, 20
    waiting: list[Wakeup] = []
    done: list[int] = []
    mutex = threading.Lock()
    ends = time.monotonic() + ENOUGH

    def task(number: int) -> None:
        for _ in range(rounds):
            wakeup = Wakeup()
            with mutex:
                waiting.append(wakeup)
            assert wakeup.wait(ENOUGH)
        done.append(number)

    def wake() -> None:
        while len(done) < 2 * tasks and time.monotonic() < ends:
            with mutex:
                woken, waiting[:] = list(waiting), []
            for wakeup in woken:
                wakeup.wake()

    threads = [threading.Thread(target=wake)]
    threads += [
        threading.Thread(target=run_together, args=([lambda each=each: task(each) for each in range(tasks)],))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(ENOUGH)

    assert sorted(done) == sorted([*range(tasks)] * 2)
