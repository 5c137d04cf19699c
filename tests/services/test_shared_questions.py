"""Questions that many share: who is alone waits for nobody, and everybody gets their own answer or a clear error."""

import threading
import time
from functools import partial

import pytest

from shopadmin.cooperative import may_wait, run_together, steadfast
from shopadmin.models import shared_questions
from shopadmin.models.base import db
from shopadmin.models.shared_questions import SharedQuestion
from shopadmin.services.transactions import writing


class Slow:
    """A question whose first asking is held up until it is let go; keeps what it was asked each time."""

    def __init__(self, fails=None):
        self.asked, self.goes, self.has_begun, self.fails = [], threading.Event(), threading.Event(), fails

    def __call__(self, asked):
        self.asked.append(list(asked))
        if len(self.asked) == 1:
            self.has_begun.set()
            assert self.goes.wait(30)
            if self.fails is not None:
                raise self.fails
        return [f"answer to {each}" for each in asked]


def asker(question, told):
    """What asks about a number, and keeps what it was told or how it failed."""

    def ask(number):
        try:
            told[number] = question.one(number)
        except BaseException as error:
            told[number] = error

    return ask


def in_threads(question, numbers):
    """Threads that ask, and what each was told or how it failed."""
    told = {}
    ask = asker(question, told)
    threads = [threading.Thread(target=ask, args=[number], daemon=True) for number in numbers]
    for thread in threads:
        thread.start()
    return threads, told


def wait_until(is_so):
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.001)


def join(threads):
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def rush(slow, count=5):
    """One who asks and is held up, and others who come meanwhile; returns what they were told."""
    question = SharedQuestion(slow)
    first, told = in_threads(question, [0])
    assert slow.has_begun.wait(30)
    others, told_others = in_threads(question, range(1, 1 + count))
    wait_until(lambda: len(question._queue) == count)
    slow.goes.set()
    join(first + others)
    return told | told_others


def test_who_is_alone_asks_at_once():
    asked = []
    question = SharedQuestion(lambda many: asked.append(list(many)) or [each * 2 for each in many])

    assert [question.one(number) for number in (1, 2, 3)] == [2, 4, 6]
    assert asked == [[1], [2], [3]]


def test_those_who_come_meanwhile_share_the_next_question_and_each_gets_an_answer_of_its_own():
    slow = Slow()

    told = rush(slow)

    assert told == {number: f"answer to {number}" for number in range(6)}
    assert [sorted(batch) for batch in slow.asked] == [[0], [1, 2, 3, 4, 5]]


def test_an_error_is_told_to_those_who_were_asked_about_and_to_nobody_else():
    error = OSError("gone")

    told = rush(Slow(error))

    assert told == {0: error} | {number: f"answer to {number}" for number in range(1, 6)}


def test_one_who_is_stopped_while_asking_leaves_nobody_behind():
    stopped = KeyboardInterrupt()

    told = rush(Slow(stopped))

    assert told == {0: stopped} | {number: f"answer to {number}" for number in range(1, 6)}


def test_whoever_shared_the_question_of_one_who_was_stopped_hears_it():
    asked = []

    def ask(many):
        asked.append(list(many))
        if len(many) > 1:
            raise KeyboardInterrupt
        assert slow.wait(30)
        return many

    slow, question = threading.Event(), SharedQuestion(ask)
    first, told = in_threads(question, [0])
    wait_until(lambda: asked)
    others, told_others = in_threads(question, [1, 2, 3])
    wait_until(lambda: len(question._queue) == 3)
    slow.set()
    join(first + others)

    assert told == {0: 0}
    assert sorted(type(error).__name__ for error in told_others.values()) == ["KeyboardInterrupt"] + 2 * [
        "RuntimeError"
    ]
    assert question.one(7) == 7


def test_one_on_whose_connection_nothing_comes_back_holds_up_nobody(monkeypatch):
    monkeypatch.setattr(shared_questions, "PATIENCE", 0.05)
    slow = Slow()
    question = SharedQuestion(slow)
    first, told = in_threads(question, [0])
    assert slow.has_begun.wait(30)

    others, told_others = in_threads(question, [1, 2])
    join(others)

    assert told_others == {1: "answer to 1", 2: "answer to 2"}
    assert sorted(slow.asked[1:]) == [[1], [2]]
    slow.goes.set()
    join(first)
    assert told == {0: "answer to 0"}
    assert question.one(3) == "answer to 3"


def test_a_process_that_was_forked_while_somebody_asked_begins_anew():
    question = SharedQuestion(lambda many: many)
    question._is_asking, question._owner = True, -1

    assert question.one(1) == 1


@pytest.mark.parametrize("count", [0, 2])
def test_an_asker_that_answers_too_few_or_too_many_is_a_fault(count):
    with pytest.raises(ValueError, match="argument 2"):
        SharedQuestion(lambda _many: ["x"] * count).one(1)


def together(question, numbers):
    """What each was told who asked on one thread with the others."""
    told = {}
    run_together([partial(asker(question, told), number) for number in numbers])
    return told


def test_those_who_run_on_one_thread_share_one_question():
    asked = []
    question = SharedQuestion(lambda many: asked.append(list(many)) or [each * 2 for each in many])

    assert together(question, range(5)) == {0: 0, 1: 2, 2: 4, 3: 6, 4: 8}
    assert asked == [[0, 1, 2, 3, 4]]


def test_those_on_one_thread_share_an_error_as_well():
    def fail(_many):
        raise LookupError("gone")

    told = together(SharedQuestion(fail), range(3))

    assert [str(told[number]) for number in range(3)] == ["gone"] * 3


def test_those_on_one_thread_wait_for_another_that_asks():
    slow = Slow()
    question = SharedQuestion(slow)
    first, told_first = in_threads(question, [0])
    assert slow.has_begun.wait(30)
    told = {}
    thread = threading.Thread(target=lambda: told.update(together(question, [1, 2, 3])))
    thread.start()
    wait_until(lambda: len(question._queue) == 3)
    slow.goes.set()
    join([*first, thread])

    assert told_first | told == {number: f"answer to {number}" for number in range(4)}
    assert slow.asked == [[0], [1, 2, 3]]


def test_whoever_holds_a_lock_asks_alone():
    asked = []
    question = SharedQuestion(lambda many: asked.append(list(many)) or list(many))

    def holding():
        with steadfast():
            assert question.one("held") == "held"

    run_together([lambda: question.one("first"), holding, lambda: question.one("last")])

    assert asked == [["held"], ["first", "last"]]


def test_whoever_writes_or_has_a_connection_asks_alone(app):
    asked = []
    question = SharedQuestion(lambda many: asked.append(list(many)) or list(many))

    def writes():
        with app.app_context(), writing():
            assert not may_wait()
            question.one("writes")

    def reads():
        with app.app_context():
            db.session().connection()
            question.one("reads")
            db.session().rollback()
            question.one("gave it back")

    run_together([lambda: question.one("first"), writes, reads, lambda: question.one("last")])

    assert asked == [["writes"], ["reads"], ["first", "gave it back", "last"]]
