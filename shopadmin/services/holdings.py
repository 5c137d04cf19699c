"""What can be granted and what is held, as pages show it: with areas, sources and causes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from shopadmin.contract import Actor, Text
from shopadmin.domain import access as rules
from shopadmin.models import db
from shopadmin.models.accounts import Account, Grant
from shopadmin.services import access, grants


@dataclass(frozen=True, slots=True)
class Choice:
    """One point in the editor. ``is_locked``: the actor may not change it."""

    code: str
    label: Text
    help: Text
    sensitive: bool
    held: bool
    is_locked: bool


def choices(actor: Actor, held: Collection[str]) -> dict[str, list[Choice]]:
    """What can be granted, by area (``core.orders``, or a plugin's name), as the actor may tick it.

    Points of plugins that are switched off are left out; what was granted of them stays.
    """
    reach = rules.grantable_by(grants.acting(actor), grants.levels())
    found: dict[str, list[Choice]] = {}
    for code, point in access.all_permissions().items():
        if point.level == "grantable" and access.is_switched_on(code):
            plugin, _dot, rest = code.partition(".")
            area = f"core.{rest.partition(':')[0]}" if plugin == "core" else plugin
            choice = Choice(code, point.label, point.help, point.sensitive, code in held, code not in reach)
            found.setdefault(area, []).append(choice)
    return found


@dataclass(frozen=True, slots=True)
class HeldPoint:
    """One point of an account and where it comes from. ``by``: who granted it. ``until``: aware UTC or None."""

    code: str
    label: Text
    source: str
    by: str = ""
    at: datetime | None = None
    until: datetime | None = None
    in_effect: bool = True


def held_points(account_id: int) -> list[HeldPoint]:
    """Everything that an account may do with its source: ``owner``, ``baseline``, ``granted``, ``implied``.

    Grants that are without effect come last, with the source ``expired`` or ``switched_off``.
    """
    session = db.session()
    declared = access.all_permissions()
    account = session.execute(select(Account.is_owner).where(Account.id == account_id)).one()
    if account.is_owner:
        return [HeldPoint(code, found.label, "owner") for code, found in declared.items()]
    held = {
        code: HeldPoint(code, found.label, "baseline") for code, found in declared.items() if found.level == "baseline"
    }
    idle: list[HeldPoint] = []
    query = (
        select(Grant, Account.name)
        .join(Account, Account.id == Grant.granted_by)
        .where(Grant.account_id == account_id)
        .order_by(Grant.permission)
    )
    rows = session.execute(query).all()
    for grant, giver in rows:
        found = declared.get(grant.permission)
        point = HeldPoint(
            grant.permission, found.label if found else grant.permission, "granted", giver, grant.granted_at,
            grant.expires_at,
        )  # fmt: skip
        cause = _cause_of_rest(grant, declared)
        if cause:
            idle.append(HeldPoint(point.code, point.label, cause, giver, point.at, point.until, in_effect=False))
            continue
        held[grant.permission] = point
        for code in declared[grant.permission].implies:
            held.setdefault(code, HeldPoint(code, declared[code].label, "implied", giver, point.at, point.until))
    return [*held.values(), *idle]


def _cause_of_rest(grant: Grant, declared: Mapping[str, object]) -> str:
    if grant.expires_at is not None and grant.expires_at <= datetime.now(UTC):
        return "expired"
    if grant.permission not in declared or not access.is_switched_on(grant.permission):
        return "switched_off"
    return ""
