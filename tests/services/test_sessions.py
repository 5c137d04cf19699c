"""Sessions on the server: what a token is worth, and when it stops being worth it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from shopadmin import testing
from shopadmin.models import db
from shopadmin.models.accounts import Account, LoginSession
from shopadmin.models.audit import AuditEntry
from shopadmin.services import access, sessions
from shopadmin.services.transactions import writing


@pytest.fixture
def anna(app):
    return testing.make_account(app)


def begin(account_id, browser="tests"):
    return sessions.begin(account_id, "127.0.0.1", browser)


def account_of(token):
    found = sessions.actor_of(token)
    return found and found.account_id


def test_a_token_belongs_to_its_account(app, anna):
    assert account_of(begin(anna)) == anna


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "token'or'1"])
def test_an_unknown_token_belongs_to_nobody(app, anna, token):
    begin(anna)

    assert account_of(token) is None


def test_the_table_holds_no_token(app, anna):
    token = begin(anna)

    row = db.session.scalars(select(LoginSession)).one()

    assert token not in str(vars(row))
    assert account_of(row.token_hash) is None  # a stolen table opens nothing


def test_tokens_are_long_and_never_the_same(app, anna):
    tokens = {begin(anna) for _ in range(20)}

    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 43  # 256 bits


@pytest.mark.parametrize(
    ("column", "age", "counts"),
    [
        ("seen_at", sessions.IDLE - timedelta(minutes=1), True),
        ("seen_at", sessions.IDLE + timedelta(minutes=1), False),
        ("created_at", sessions.ABSOLUTE - timedelta(minutes=1), True),
        ("created_at", sessions.ABSOLUTE + timedelta(minutes=1), False),
    ],
)
def test_a_session_counts_until_it_is_idle_or_old(app, anna, column, age, counts):
    token = begin(anna)
    with writing() as session:
        session.execute(update(LoginSession).values({column: datetime.now(UTC) - age}))

    assert (account_of(token) == anna) == counts
    assert bool(sessions.open_sessions(anna)) == counts


def test_use_keeps_a_session_open_and_is_written_now_and_then(app, anna):
    token = begin(anna)
    long_ago = datetime.now(UTC) - timedelta(hours=11)
    with writing() as session:
        session.execute(update(LoginSession).values(seen_at=long_ago))
        session.execute(update(Account).where(Account.id == anna).values(last_seen_at=long_ago))

    account_of(token)

    seen = db.session.execute(
        select(LoginSession.seen_at, Account.last_seen_at).join(Account, Account.id == LoginSession.account_id)
    ).one()
    assert min(seen) > datetime.now(UTC) - timedelta(minutes=1)


def test_ending_one_leaves_the_others(app, anna):
    first, second = begin(anna), begin(anna)

    sessions.end(first)

    assert account_of(first) is None
    assert account_of(second) == anna


def test_ending_the_others_keeps_this_one(app, anna):
    kept, *others = (begin(anna) for _ in range(3))
    stranger = begin(testing.make_account(app))

    ended = sessions.end_others(access.load_actor(anna), kept)

    assert ended == 2
    assert account_of(kept) == anna
    assert [account_of(token) for token in others] == [None, None]
    assert account_of(stranger)


def test_nobody_ends_a_session_of_somebody_else(app, anna):
    stranger = access.load_actor(testing.make_account(app))
    token = begin(anna)
    session_id = db.session.scalar(select(LoginSession.id))

    assert not sessions.end_by_id(stranger, session_id)
    assert account_of(token) == anna
    assert sessions.end_by_id(access.load_actor(anna), session_id)
    assert account_of(token) is None


def test_a_session_of_somebody_who_is_locked_out_is_worth_nothing(app, anna):
    token = begin(anna)

    with writing() as session:
        session.execute(update(Account).where(Account.id == anna).values(active=False))

    assert account_of(token) is None


def test_beginning_and_ending_are_logged_without_the_token(app, anna):
    token = begin(anna)
    sessions.end(token)

    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.code, entry.account_id) for entry in entries] == [
        ("core.session.began", anna),
        ("core.session.ended", anna),
    ]
    assert token not in str([vars(entry) for entry in entries])


def test_a_browser_with_a_name_without_end_is_cut(app, anna):
    begin(anna, "x" * 10_000)

    assert len(db.session.scalar(select(LoginSession.browser))) == 200
