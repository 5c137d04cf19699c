"""The count of tries: one for all processes, per e-mail and address."""

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from shopadmin.models import db
from shopadmin.models.accounts import LoginFailure
from shopadmin.services import throttle
from shopadmin.services.transactions import writing

ANNA, HERE, THERE = "anna@example.com", "192.0.2.1", "192.0.2.2"


def take(times, email=ANNA, ip=HERE):
    return [throttle.take(email, ip) for _ in range(times)]


def move_back(age):
    """As if the counts had begun that long ago."""
    with writing() as session:
        session.execute(update(LoginFailure).values(first_at=datetime.now(UTC) - age))


def test_five_tries_are_free_and_then_one_has_to_wait(app):
    waits = take(7)

    assert waits[:5] == [0] * 5
    assert all(0 < wait <= throttle.WINDOW.total_seconds() + 1 for wait in waits[5:])


def test_another_address_and_another_name_have_tries_of_their_own(app):
    take(6)

    assert throttle.take(ANNA, THERE) == 0
    assert throttle.take("ben@example.com", HERE) == 0


def test_one_name_has_one_count_however_it_is_written(app):
    for email in ("anna@example.com", "ANNA@example.com", " Anna@Example.com ", "ａnna@example.com", ANNA):
        throttle.take(email, HERE)

    assert throttle.take(ANNA, HERE) > 0


def test_an_address_has_thirty_tries_over_all_names(app):
    waits = [throttle.take(f"person{number}@example.com", HERE) for number in range(31)]

    assert waits[:30] == [0] * 30
    assert waits[30] > 0


def test_a_locked_name_does_not_use_up_the_tries_of_its_address(app):
    take(60)

    assert throttle.take("ben@example.com", HERE) == 0


def test_after_the_window_the_count_starts_anew(app):
    take(6)
    move_back(throttle.WINDOW + timedelta(seconds=1))

    assert take(6)[:5] == [0] * 5


def test_waiting_does_not_begin_again_with_every_try(app):
    take(5)
    move_back(throttle.WINDOW - timedelta(seconds=60))

    assert all(wait <= 61 for wait in take(20))


def test_a_right_password_clears_the_name_and_gives_the_address_one_try_back(app):
    take(4)

    throttle.forget(ANNA, HERE)

    counts = db.session.scalars(select(LoginFailure.failures)).all()
    assert counts == [3]
    assert take(5) == [0] * 5


def test_tries_that_run_side_by_side_are_all_counted(app):
    found, start = [], threading.Barrier(12)

    def guess():
        with app.app_context():
            start.wait()
            found.append(throttle.take(ANNA, HERE))
            db.session.remove()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(wait == 0 for wait in found) == throttle.PER_EMAIL_AND_IP


def test_the_table_keeps_neither_names_nor_old_counts(app):
    take(1, email="my password")
    move_back(timedelta(days=1))

    take(1, email="ben@example.com", ip=THERE)

    rows = db.session.scalars(select(LoginFailure)).all()
    assert "my password" not in str([vars(row) for row in rows])
    assert db.session.scalar(select(func.count()).select_from(LoginFailure)) == 2
