"""Leases: one holder at a time, and nothing is lost with one that dies."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from importing import rows, run
from orders_file import order, orders
from sqlalchemy import update

from shopadmin import queue
from shopadmin.contract import Actor
from shopadmin.models.jobs import Job
from shopadmin.services import access, jobs
from shopadmin.services.imports import runs, working
from shopadmin.services.transactions import writing
from shopadmin.tasks import running
from shopadmin.testing import make_account


def add_job(kind: str = "test.kind") -> int:
    with writing():
        return queue.add_job(None, kind, {})


def set_job(job_id: int, **values: object) -> None:
    with writing() as session:
        session.execute(update(Job).where(Job.id == job_id).values(**values))


def test_a_job_that_is_held_cannot_be_taken(app: Flask) -> None:
    job_id = add_job()

    with jobs.holder() as first, jobs.holder() as second:
        jobs.claim(job_id, first)
        with pytest.raises(jobs.JobTakenError):
            jobs.claim(job_id, second)
        waiting = jobs.unfinished()

    assert waiting == []


def test_a_job_whose_holder_is_gone_is_taken_at_once(app: Flask) -> None:
    job_id = add_job()
    with jobs.holder() as first:
        jobs.claim(job_id, first)

    assert jobs.unfinished() == [job_id]
    with jobs.holder() as second:
        assert jobs.claim(job_id, second).owner == second


def test_whoever_lost_a_lease_may_write_no_more(app: Flask) -> None:
    job_id = add_job()
    with jobs.holder() as slow, jobs.holder() as fast:
        lease = jobs.claim(job_id, slow)
        set_job(job_id, lease_until=datetime.now(UTC) - timedelta(seconds=1))
        taken = jobs.claim(job_id, fast)

        for act in (lambda: lease.beat(done=9), lambda: lease.finish("done"), lease.release):
            with pytest.raises(jobs.LeaseLostError):
                act()
        taken.finish("done")

    assert rows("job", "state", "done") == [("done", 0)]


def test_a_finished_job_is_not_done_again(app: Flask) -> None:
    job_id = add_job()
    with jobs.holder() as owner:
        jobs.claim(job_id, owner).finish("done")

        with pytest.raises(jobs.JobTakenError):
            jobs.claim(job_id, owner)


def test_a_released_job_waits_for_the_next(app: Flask) -> None:
    job_id = add_job()
    with jobs.holder() as owner:
        jobs.claim(job_id, owner).release()

    assert jobs.unfinished() == [job_id]


def test_a_job_of_a_kind_that_nobody_does_fails(app: Flask) -> None:
    job_id = add_job("nobody.knows")

    with jobs.holder() as owner:
        running.run_job(job_id, owner)

    state = jobs.show(job_id)
    assert state is not None
    assert (state.state, state.is_finished) == ("failed", True)


def test_a_job_that_was_undone_with_its_change_is_never_seen(app: Flask) -> None:
    def change_and_fail() -> None:
        with writing():
            queue.enqueue("test.kind")
            raise ValueError("the change failed")

    with pytest.raises(ValueError, match="the change failed"):
        change_and_fail()

    assert rows("job", "id") == []
    assert queue.open_queue(app).huey.pending_count() == 0


def test_a_committed_job_wakes_the_worker(app: Flask) -> None:
    with writing():
        queue.enqueue("test.kind")

    assert queue.open_queue(app).huey.pending_count() == 1


def actor_of(app: Flask, *permissions: str) -> Actor:
    found = access.load_actor(make_account(app, *permissions))
    assert found is not None
    return found


def test_an_import_whose_account_may_import_no_more_is_taken_back(app: Flask) -> None:
    actor = actor_of(app, "core.imports:read")
    run_id = runs.create_run(actor, [runs.Upload("a.csv", io.BytesIO(orders(order(1)).encode()))], {})
    job_id = runs.begin_job(actor, run_id, runs.RUN, wake=False)

    with jobs.holder() as owner:
        working.work(jobs.claim(job_id, owner))

    assert rows("import_run", "state") == [("cancelled",)]
    assert rows("shop_order", "id") == []


def test_a_job_that_runs_again_after_its_end_does_nothing(app: Flask) -> None:
    report = run({"a.csv": orders(order(1))})
    assert report.job_id is not None
    set_job(report.job_id, state="running", lease_until=None)

    with jobs.holder() as owner:
        running.run_job(report.job_id, owner)

    assert rows("import_run", "state") == [("applied",)]
    assert rows("import_count", "new") == [(1,)]
    assert rows("job", "state") == [("done",)]
