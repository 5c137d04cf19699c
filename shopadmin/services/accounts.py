"""Accounts: how the owner comes in, who is in the team, who is let out and in again, new passwords."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select, update

from shopadmin.contract import AccountId, Actor, Text
from shopadmin.domain import access as rules
from shopadmin.domain.accounts import is_common, is_long_enough, normalise_email
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.services import access, audit, grants, invitations, links, passwords, sessions, settings, sign_ins
from shopadmin.services.refusals import ForbiddenError
from shopadmin.services.transactions import writing


@dataclass(frozen=True, slots=True)
class Person:
    """An account as pages and the command line show it. Times are aware UTC."""

    id: int
    email: str
    name: str
    is_owner: bool
    active: bool
    created_at: datetime
    last_seen_at: datetime | None


_PERSON = (
    Account.id, Account.email, Account.name, Account.is_owner, Account.active, Account.created_at, Account.last_seen_at,
)  # fmt: skip


def team() -> list[Person]:
    """Everybody: the owner first, then those who may sign in, by name."""
    query = select(*_PERSON).order_by(Account.is_owner.desc(), Account.active.desc(), func.lower(Account.name))
    return [Person(*row) for row in db.session().execute(query)]


def person(account_id: int) -> Person | None:
    """One account."""
    row = db.session().execute(select(*_PERSON).where(Account.id == account_id)).one_or_none()
    return Person(*row) if row else None


def find_by_email(email: str) -> Person | None:
    """The account with this address, however it is written."""
    row = db.session().execute(select(*_PERSON).where(Account.email == normalise_email(email))).one_or_none()
    return Person(*row) if row else None


def owner() -> Person | None:
    """The owner; None in a shop that nobody has set up."""
    row = db.session().execute(select(*_PERSON).where(Account.is_owner)).one_or_none()
    return Person(*row) if row else None


def password_problem(password: str, *own: str) -> Text | None:
    """What is wrong with a new password. ``own``: the person's name and address."""
    if not is_long_enough(password):
        return _("Use 8 to 200 characters.")
    if is_common(password, *own, settings.load().name):
        return _("This password is among those that are tried first. Choose another one.")
    return None


def make_setup_link() -> links.IssuedLink:
    """A link with which the owner comes in: the first time, or with a new password. From the shell alone.

    Valid for 30 minutes, once; an older one ends.
    """
    found = owner()
    with writing():
        issued = links.issue("setup", found.email if found else "", found.name if found else "")
        audit.record(None, "core.account.password_link_made", "account", found.id if found else "")
    return issued


def make_password_link(actor: Actor, target_id: int) -> links.IssuedLink:
    """A link with which somebody else sets a new password: valid for 30 minutes, once; an older one ends.

    Whoever has it can take the account over, so it asks for the same right as letting somebody in again. Raises
    LookupError for an account that may not sign in, ForbiddenError.
    """
    with writing():
        _require_management(actor, target_id)
        found = person(target_id)
        if found is None or not found.active:
            raise LookupError(target_id)
        issued = links.issue("setup", found.email, found.name)
        audit.record(actor, "core.account.password_link_made", "account", target_id)
    return issued


def find_by_setup_link(token: str) -> Person | None:
    """Whose password the link sets; None for the link that makes the first owner. Raises links.DeadLinkError."""
    return _subject(links.find("setup", token).email)


def _subject(email: str) -> Person | None:
    """The account of a set-up link's address; a link without one works as long as nobody owns the shop."""
    found = find_by_email(email) if email else owner()
    if bool(email) != (found is not None) or (found is not None and not (found.active or found.is_owner)):
        raise links.DeadLinkError
    return found


def set_up_owner(token: str, email: str, name: str, password: str) -> AccountId:
    """Make the owner's account and use the link up, both or neither. The caller has checked the values.

    Raises links.DeadLinkError, also when somebody owns the shop by now.
    """
    hashed = passwords.hash_password(password)
    with writing() as session:
        if _subject(links.use("setup", token).email) is not None:
            raise links.DeadLinkError
        account = invitations.new_account(normalise_email(email), name.strip(), hashed, is_owner=True)
        session.add(account)
        session.flush()
        audit.record(access.load_actor(account.id), "core.account.set_up", "account", account.id)
        return AccountId(account.id)


def set_password(token: str, password: str) -> AccountId:
    """Set the password of the link's account, end its sessions and use the link up. The caller has checked it.

    Raises links.DeadLinkError.
    """
    hashed = passwords.hash_password(password)
    with writing() as session:
        found = _subject(links.use("setup", token).email)
        if found is None:
            raise links.DeadLinkError
        session.execute(update(Account).where(Account.id == found.id).values(password=hashed, active=True))
        after = {"sessions_ended": sessions.end_all(found.id)}
        audit.record(access.load_actor(found.id), "core.account.password_changed", "account", found.id, after=after)
        return AccountId(found.id)


def sign_in_link(email: str) -> links.IssuedLink:
    """A link that signs somebody in once, within 15 minutes. From the shell alone.

    Raises LookupError for an address that no active account has.
    """
    found = find_by_email(email)
    if found is None or not found.active:
        raise LookupError(email)
    with writing():
        issued = links.issue("sign_in", found.email, found.name)
        audit.record(None, "core.account.sign_in_link_made", "account", found.id)
    return issued


def use_sign_in_link(token: str) -> AccountId:
    """Whom the link signs in; uses it up. Raises links.DeadLinkError."""
    with writing():
        row = links.use("sign_in", token)
        found = find_by_email(row.email)
        if found is None or not found.active:
            raise links.DeadLinkError
        return AccountId(found.id)


def deactivate(actor: Actor | None, target_id: int) -> list[invitations.Invitation]:
    """Lock somebody out: the next request of any session fails. Returns the open invitations that stop with it.

    ``actor`` None: from the shell. The owner cannot be locked out. Raises LookupError, ForbiddenError.
    """
    with writing() as session:
        _require_management(actor, target_id)
        session.execute(update(Account).where(Account.id == target_id).values(active=False))
        links.revoke_for_account(target_id)
        ended = sessions.end_all(target_id)
        audit.record(actor, "core.account.deactivated", "account", target_id, after={"sessions_ended": ended})
        return invitations.open_invitations_by(target_id)


def reactivate(actor: Actor, target_id: int) -> None:
    """Let somebody in again, with the permissions of before. Raises LookupError, ForbiddenError."""
    with writing() as session:
        _require_management(actor, target_id)
        session.execute(update(Account).where(Account.id == target_id).values(active=True))
        audit.record(actor, "core.account.reactivated", "account", target_id)


def end_sessions(actor: Actor, target_id: int) -> int:
    """Sign somebody else out everywhere; returns of how many browsers. Raises LookupError, ForbiddenError."""
    with writing():
        _require_management(actor, target_id)
        ended = sessions.end_all(target_id)
        audit.record(actor, "core.account.signed_out", "account", target_id, after={"sessions_ended": ended})
        return ended


def may_manage(actor: Actor, target_id: int) -> bool:
    """Whether the actor may lock the target out, let it in again or sign it out."""
    target = grants.load_holder(target_id)
    return target is not None and rules.can_manage(grants.acting(actor), target, grants.levels())


def _require_management(actor: Actor | None, target_id: int) -> None:
    grants.lock_accounts(actor.account_id if actor else 0, target_id)
    target = grants.load_holder(target_id)
    if target is None:
        raise LookupError(target_id)
    is_allowed = not target.is_owner if actor is None else may_manage(actor, target_id)
    if not is_allowed:
        raise ForbiddenError(rules.DELEGATE)


def change_password(actor: Actor, current: str, new: str, ip: str, kept_token: str) -> str | None:
    """Set the actor's own password and end the other sessions; returns the new token of the one that is kept, as a
    copy of its cookie is one of the others. None when ``current`` is not the present password.

    Tries count like those to sign in: an open browser is not a place to guess from. The caller has checked ``new``.
    Raises sign_ins.TooManyTriesError.
    """
    found = person(actor.account_id)
    if found is None or sign_ins.check(found.email, current, ip) != found.id:
        return None
    hashed = passwords.hash_password(new)
    with writing() as session:
        session.execute(update(Account).where(Account.id == actor.account_id).values(password=hashed))
        links.revoke_for_account(actor.account_id)
        ended = sessions.end_all(actor.account_id, except_token=kept_token)
        after = {"sessions_ended": ended}
        audit.record(actor, "core.account.password_changed", "account", actor.account_id, after=after)
        return sessions.renew(kept_token)
