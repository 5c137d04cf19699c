"""Inviting somebody by a link, and what happens when it is opened."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin.contract import AccountId, Actor
from shopadmin.domain import access as rules
from shopadmin.domain.accounts import is_email, is_name, normalise_email
from shopadmin.domain.identifiers import mask_email
from shopadmin.models import db
from shopadmin.models.accounts import AccessLink, Account, Grant
from shopadmin.services import access, audit, grants, links, passwords
from shopadmin.services.refusals import ConflictError, ForbiddenError
from shopadmin.services.transactions import writing

# The account that an invitation will make: nobody's yet, so it is neither the actor nor the owner.
_NEWCOMER = rules.Holder(0)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation as the team page lists it. ``expires_at``: aware UTC."""

    id: int
    name: str
    email: str
    permissions: tuple[str, ...]
    created_by: int
    expires_at: datetime


def invite(actor: Actor, email: str, name: str, permissions: Collection[str]) -> links.IssuedLink:
    """Make an invitation, bound to address, name and permissions; an older one to the same address ends.

    Raises UnknownPermissionError, ForbiddenError, ValueError for a bad address or name, ConflictError when somebody
    with the address is in the team.
    """
    email, name = normalise_email(email), name.strip()
    if not is_email(email) or not is_name(name):
        raise ValueError("e-mail" if not is_email(email) else "name")
    for code in permissions:
        access.permission(code)
    with writing():
        grants.lock_accounts(actor.account_id)
        _require(grants.acting(actor), permissions)
        # An open invitation to this address may hold more than the actor may touch.
        for found in open_invitations():
            if found.email == email:
                _require(grants.acting(actor), found.permissions)
        if db.session().scalar(select(Account.id).where(Account.email == email)):
            raise ConflictError(_("Somebody with this e-mail address is in the team already."))
        issued = links.issue("invite", email, name, permissions, actor.account_id)
        after = {"email": mask_email(email), "name": name, "permissions": sorted(permissions)}
        audit.record(actor, "core.invitation.made", "invitation", issued.link_id, after=after)
    return issued


def renew(actor: Actor, invitation_id: int) -> links.IssuedLink:
    """Make a new link for an open invitation; the old one ends. Raises LookupError, ForbiddenError."""
    with writing():
        found = _open(invitation_id)
        return invite(actor, found.email, found.name, found.permissions)


def revoke(actor: Actor, invitation_id: int) -> None:
    """End an open invitation. Raises LookupError, ForbiddenError."""
    with writing():
        found = _open(invitation_id)
        grants.lock_accounts(actor.account_id)
        _require(grants.acting(actor), found.permissions)
        links.revoke(invitation_id)
        audit.record(actor, "core.invitation.revoked", "invitation", invitation_id)


def open_invitations() -> list[Invitation]:
    """Invitations that can still be accepted, the newest first."""
    return [_as_invitation(row) for row in links.open_invitations()]


def open_invitations_by(account_id: int) -> list[Invitation]:
    """Those that one account made: listed when it is locked out, as they stop working with it."""
    return [found for found in open_invitations() if found.created_by == account_id]


def reachable(actor: Actor) -> list[Invitation]:
    """The open invitations that the actor could have made, so may renew or revoke."""
    holder, levels = grants.acting(actor), grants.levels()
    if not rules.can_grant(holder, _NEWCOMER, (), levels):
        return []
    reach = rules.grantable_by(holder, levels)
    return [found for found in open_invitations() if set(found.permissions) <= reach]


def find(token: str) -> tuple[Invitation, str]:
    """The invitation behind a link and the inviter's name. Raises links.DeadLinkError."""
    row = links.find("invite", token)
    inviter = access.load_actor(row.created_by or 0)
    if inviter is None:  # locked out since: somebody else has to answer for the invitation
        raise links.DeadLinkError
    return _as_invitation(row), inviter.name


def accept(token: str, password: str) -> AccountId:
    """Make the account and use the link up, both or neither. The caller has checked the password.

    The newcomer gets what the inviter may still give now: a right that was taken meanwhile does not come back this
    way. Raises links.DeadLinkError, also for the second of two at the same time.
    """
    hashed = passwords.hash_password(password)
    now = datetime.now(UTC)
    with writing() as session:
        row = links.use("invite", token)
        inviter_id = row.created_by or 0
        grants.lock_accounts(inviter_id)
        inviter = access.load_actor(inviter_id)
        if inviter is None or session.scalar(select(Account.id).where(Account.email == row.email)):
            raise links.DeadLinkError
        holder = grants.acting(inviter)
        given = rules.grantable_by(holder, grants.levels()) & set(row.permissions.split())
        account = new_account(row.email, row.name, hashed)
        session.add(account)
        session.flush()
        for code in given:
            end = rules.latest_end(holder, (code,), None)
            grant = Grant(account_id=account.id, permission=code, granted_by=inviter_id, granted_at=now, expires_at=end)
            session.add(grant)
        session.flush()
        newcomer = access.load_actor(account.id)
        after = {"permissions": sorted(given)}
        audit.record(newcomer, "core.invitation.accepted", "account", account.id, after=after)
        return AccountId(account.id)


def new_account(email: str, name: str, hashed: str, is_owner: bool = False) -> Account:
    """A row that is not stored yet."""
    return Account(
        email=email,
        name=name,
        password=hashed,
        is_owner=is_owner,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        created_at=datetime.now(UTC),
    )


def _require(holder: rules.Holder, permissions: Collection[str]) -> None:
    end = rules.latest_end(holder, [code for code in permissions if code in holder.points], None)
    if rules.check_grant(holder, _NEWCOMER, permissions, grants.levels(), end):
        raise ForbiddenError(rules.DELEGATE)


def _open(invitation_id: int) -> Invitation:
    for found in open_invitations():
        if found.id == invitation_id:
            return found
    raise LookupError(invitation_id)


def _as_invitation(row: AccessLink) -> Invitation:
    permissions = tuple(row.permissions.split())
    return Invitation(row.id, row.name, row.email, permissions, row.created_by or 0, row.expires_at)
