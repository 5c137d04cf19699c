"""Single-use links: set-up, invitation, sign-in. The database keeps a hash, the link is shown once."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, select, update

from shopadmin.models import db
from shopadmin.models.accounts import AccessLink, Account
from shopadmin.services.sessions import token_hash
from shopadmin.services.transactions import writing

Purpose = Literal["setup", "invite", "sign_in"]
LIFETIMES: dict[Purpose, timedelta] = {
    "setup": timedelta(minutes=30),
    "invite": timedelta(hours=72),
    "sign_in": timedelta(minutes=15),
}
_PAGES: dict[Purpose, str] = {"setup": "setup", "invite": "invite", "sign_in": "sign-in"}


class DeadLinkError(Exception):
    """The link is unknown, used, revoked or too old; which of these is nobody's business."""


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A link as it is shown this once. ``path`` holds the token; ``expires_at`` is aware UTC."""

    link_id: int
    path: str
    email: str
    name: str
    expires_at: datetime

    def url(self, base: str) -> str:
        """The whole address; ``base`` is the shop's, like ``https://shop.example``."""
        return base.rstrip("/") + self.path


def issue(
    purpose: Purpose,
    email: str = "",
    name: str = "",
    permissions: Collection[str] = (),
    created_by: int | None = None,
) -> IssuedLink:
    """Make a link; older ones of the same purpose and address end. Joins the transaction around."""
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    with writing() as session:
        _revoke(and_(AccessLink.purpose == purpose, AccessLink.email == email), now)
        row = AccessLink(
            purpose=purpose,
            token_hash=token_hash(token),
            email=email,
            name=name,
            permissions=" ".join(sorted(permissions)),
            created_by=created_by,
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
        session.add(row)
        session.flush()
        return IssuedLink(row.id, f"/account/{_PAGES[purpose]}/{token}", email, name, row.expires_at)


def find(purpose: Purpose, token: str) -> AccessLink:
    """The link that this token opens; looking at it does not use it up. Raises DeadLinkError."""
    query = select(AccessLink).where(_matches(purpose, token), _is_open(datetime.now(UTC)))
    found = db.session().scalar(query)
    if found is None:
        raise DeadLinkError
    return found


def use(purpose: Purpose, token: str) -> AccessLink:
    """Use the link up, in the transaction around: of two at the same time one gets it. Raises DeadLinkError."""
    now = datetime.now(UTC)
    session = db.session()
    link_id = session.scalar(
        update(AccessLink)
        .where(_matches(purpose, token), _is_open(now))
        .values(used_at=now)
        .returning(AccessLink.id)
        .execution_options(synchronize_session=False)
    )
    found = session.get(AccessLink, link_id, populate_existing=True) if link_id else None
    if found is None:
        raise DeadLinkError
    return found


def revoke(link_id: int) -> bool:
    """End an open link; False when there was none. Joins the transaction around."""
    return bool(_revoke(AccessLink.id == link_id, datetime.now(UTC)))


def revoke_for_account(account_id: int) -> None:
    """End every link that opens an existing account. Joins the transaction around.

    Done when the account is locked out, gets a new password or more rights: who was trusted with a link to less is
    not trusted with a link to more.
    """
    addresses = select(Account.email).where(Account.id == account_id)
    opening = and_(AccessLink.purpose.in_(("setup", "sign_in")), AccessLink.email.in_(addresses))
    _revoke(opening, datetime.now(UTC))


def open_invitations() -> list[AccessLink]:
    """Invitations that can still be accepted, the newest first."""
    query = select(AccessLink).where(AccessLink.purpose == "invite", _is_open(datetime.now(UTC)))
    return list(db.session().scalars(query.order_by(AccessLink.id.desc())))


def _revoke(which: ColumnElement[bool], now: datetime) -> int:
    with writing() as session:
        ended = session.scalars(
            update(AccessLink)
            .where(which, AccessLink.used_at.is_(None), AccessLink.revoked_at.is_(None))
            .values(revoked_at=now)
            .returning(AccessLink.id)
            .execution_options(synchronize_session=False)
        )
        return len(ended.all())


def _matches(purpose: Purpose, token: str) -> ColumnElement[bool]:
    return and_(AccessLink.purpose == purpose, AccessLink.token_hash == token_hash(token))


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(AccessLink.used_at.is_(None), AccessLink.revoked_at.is_(None), AccessLink.expires_at > now)
