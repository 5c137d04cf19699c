"""Accounts with just the grants that a test is about, signed in."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shopadmin.models import db
from shopadmin.models.accounts import Account, Grant
from shopadmin.services import sessions
from shopadmin.services.transactions import writing


def make_account(app: Flask, *permissions: str, email: str = "", is_owner: bool = False) -> int:
    """Add an account with just these grants (granted by the owner, who is made when there is none); returns its id."""
    with app.app_context(), writing() as session:
        owner = session.query(Account).filter_by(is_owner=True).one_or_none()
        if owner is None:
            owner = _account("owner@example.com", "Owner", is_owner=True)
            session.add(owner)
            session.flush()
        if is_owner:
            return owner.id
        email = email or f"{uuid.uuid4().hex[:12]}@example.com"
        account = _account(email, email.partition("@")[0], is_owner=False)
        session.add(account)
        session.flush()
        now = datetime.now(UTC)
        for permission in permissions:
            session.add(Grant(account_id=account.id, permission=permission, granted_by=owner.id, granted_at=now))
        return account.id


def _account(email: str, name: str, is_owner: bool) -> Account:
    return Account(
        email=email,
        name=name,
        is_owner=is_owner,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        created_at=datetime.now(UTC),
    )


def sign_in(app: Flask, account_id: int) -> FlaskClient:
    """A client that is signed in as the account, by way of a real session row."""
    client = app.test_client()
    with app.app_context():
        account = db.session.get(Account, account_id)
        assert account is not None
        token, uniquifier = sessions.begin(account_id, "127.0.0.1", "tests"), account.fs_uniquifier
        db.session.remove()
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": uniquifier, "_fresh": True, "shopadmin_session": token, "language": "en"})
    return client


@pytest.fixture
def client_as(app: Flask) -> Callable[..., FlaskClient]:
    """``client_as("core.orders:read", …)`` or ``client_as(owner=True)``: a signed-in client."""

    def make(*permissions: str, owner: bool = False) -> FlaskClient:
        return sign_in(app, make_account(app, *permissions, is_owner=owner))

    return make
