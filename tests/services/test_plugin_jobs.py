"""Work that somebody starts: of one kind one is on its way, however many press at the same moment; on both engines."""

from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.jobs import Job
from shopadmin.services import jobs, plugin_jobs
from shopadmin.services.conflicts import ObjectionsError

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
AT_ONCE = 6


def test_of_many_presses_at_one_moment_one_begins_and_the_others_are_told_that_it_is_on_its_way(app: Flask) -> None:
    testing.make_account(app, is_owner=True)

    answers = testing.at_once(app, *[partial(plugin_jobs.begin, OWNER, "hello.count")] * AT_ONCE)

    numbers = [answer for answer in answers if isinstance(answer, int)]
    refusals = [answer.problems[0].code for answer in answers if isinstance(answer, ObjectionsError)]
    assert refusals == ["job_runs"] * (AT_ONCE - 1)
    assert db.session.scalars(select(Job.id)).all() == numbers
    begun = select(AuditEntry.object_id).where(AuditEntry.code == "core.job.begun")
    assert db.session.scalars(begun).all() == [str(numbers[0])]


def test_another_kind_and_one_that_is_over_are_no_hindrance(app: Flask) -> None:
    testing.make_account(app, is_owner=True)
    first = plugin_jobs.begin(OWNER, "hello.count")
    other = plugin_jobs.begin(OWNER, "hello.sort")
    with jobs.holder() as owner:
        jobs.claim(first, owner).finish("done")

    again = plugin_jobs.begin(OWNER, "hello.count")

    assert len({first, other, again}) == 3
    assert plugin_jobs.latest("hello.count") == jobs.show(again)


def test_what_else_the_database_refuses_is_not_told_as_one_that_is_on_its_way(app: Flask) -> None:
    """Nobody's account, for example: the worker would be waited for in vain."""
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        plugin_jobs.begin(OWNER, "hello.count")

    assert db.session.scalars(select(Job.id)).all() == []
