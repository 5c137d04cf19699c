"""Giving and taking permissions."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from shopadmin.contract import Actor
from shopadmin.domain import access as rules
from shopadmin.models import db
from shopadmin.models.accounts import Account, Grant
from shopadmin.services import access, audit, links
from shopadmin.services.refusals import ConflictError, ForbiddenError
from shopadmin.services.transactions import writing


def levels() -> rules.Levels:
    """Every declared point with its level."""
    return {code: found.level for code, found in access.all_permissions().items()}


def load_holder(account_id: int) -> rules.Holder | None:
    """The account with all that it holds as stored, points of plugins that are switched off included.

    None for an account that does not exist. A deactivated one still holds its grants.
    """
    session = db.session()
    account = session.execute(select(Account.is_owner).where(Account.id == account_id)).one_or_none()
    if account is None:
        return None
    declared = access.all_permissions()
    points: dict[str, datetime | None] = {}
    for code, end in _unexpired(session, account_id):
        implied = declared[code].implies if code in declared else ()
        for held in (code, *implied):
            points[held] = rules.later(points[held], end) if held in points else end
    return rules.Holder(account_id, account.is_owner, points)


def _unexpired(session: Session, account_id: int) -> list[tuple[str, datetime | None]]:
    query = select(Grant.permission, Grant.expires_at).where(
        Grant.account_id == account_id, or_(Grant.expires_at.is_(None), Grant.expires_at > datetime.now(UTC))
    )
    return [(code, end) for code, end in session.execute(query)]


def lock_accounts(*account_ids: int) -> None:
    """Hold the rows until the transaction ends, so that a right cannot be taken while it is being passed on."""
    ids = sorted({account_id for account_id in account_ids if account_id})
    db.session().execute(select(Account.id).where(Account.id.in_(ids)).order_by(Account.id).with_for_update()).all()


def acting(actor: Actor) -> rules.Holder:
    """The actor as it stands in the database now, not as the request began. Raises ForbiddenError when locked out."""
    current = access.load_actor(actor.account_id)
    holder = load_holder(actor.account_id)
    if current is None or holder is None:
        raise ForbiddenError(rules.DELEGATE)
    # What a plugin that is off declares is not the actor's to give now.
    in_effect = {code: end for code, end in holder.points.items() if current.can(code)}
    return rules.Holder(holder.account_id, holder.is_owner, in_effect)


def direct_grants(account_id: int) -> frozenset[str]:
    """What was granted to the account itself, implied reads left out, expired ones as well."""
    return frozenset(code for code, _end in _unexpired(db.session(), account_id))


def set_grants(
    actor: Actor,
    target_id: int,
    wanted: Collection[str],
    *,
    seen: Collection[str] | None = None,
    reason: str = "",
    until: datetime | None = None,
    with_passed_on: bool = True,
) -> None:
    """Give the target ``wanted``, take the rest, as far as the actor reaches; what lies beyond stays as it is.

    ``seen``: what the page showed as granted; something else by now is a conflict. ``with_passed_on``: what is taken
    from somebody is also taken from those it was passed on to. Raises LookupError for an account that does not exist,
    UnknownPermissionError, ForbiddenError, ConflictError.
    """
    for code in wanted:
        access.permission(code)
    with writing() as session:
        lock_accounts(actor.account_id, target_id)
        holder, target = acting(actor), load_holder(target_id)
        if target is None:
            raise LookupError(target_id)
        before = direct_grants(target_id)
        if seen is not None and frozenset(seen) != before:
            raise ConflictError("somebody else changed these permissions meanwhile")
        reach = rules.grantable_by(holder, levels())
        given, taken = set(wanted) - before, (before - set(wanted)) & reach
        _require(holder, target, given, until)
        _require(holder, target, taken)
        _give(session, holder, target_id, given, until, reason)
        if given:
            links.revoke_for_account(target_id)
        for code in taken:
            _take(session, target_id, code, with_passed_on)
        if given or taken:
            after = (before | given) - taken
            _log(actor, target_id, before, after, reason)


def _require(
    holder: rules.Holder, target: rules.Holder, points: Collection[str], until: datetime | None = None
) -> None:
    end = rules.latest_end(holder, points, until)
    if rules.check_grant(holder, target, points, levels(), end):
        raise ForbiddenError(rules.DELEGATE)


def _give(
    session: Session,
    holder: rules.Holder,
    target_id: int,
    points: Collection[str],
    until: datetime | None,
    reason: str,
) -> None:
    # An expired grant still has its row; the new one takes its place.
    session.execute(delete(Grant).where(Grant.account_id == target_id, Grant.permission.in_(points)))
    for code in points:
        session.add(
            Grant(
                account_id=target_id,
                permission=code,
                granted_by=holder.account_id,
                granted_at=datetime.now(UTC),
                expires_at=rules.latest_end(holder, (code,), until),
                reason=reason,
            )
        )
    session.flush()


def _take(session: Session, account_id: int, code: str, with_passed_on: bool) -> None:
    session.execute(delete(Grant).where(Grant.account_id == account_id, Grant.permission == code))
    if not with_passed_on:
        return
    passed_on = select(Grant.account_id, Grant.permission).where(Grant.granted_by == account_id)
    if code != rules.DELEGATE:  # without that point nothing of theirs was theirs to give
        passed_on = passed_on.where(Grant.permission == code)
    for further, point in session.execute(passed_on).all():
        before = direct_grants(further)
        if point in before:
            _take(session, further, point, with_passed_on)
            _log(None, further, before, before - {point}, f"passed on by account {account_id}, who lost it")


def _log(actor: Actor | None, target_id: int, before: Collection[str], after: Collection[str], reason: str) -> None:
    audit.record(
        actor,
        "core.grants.changed",
        "account",
        target_id,
        before={"permissions": sorted(before)},
        after={"permissions": sorted(after)},
        reason=reason,
    )
