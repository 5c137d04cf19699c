"""Who may do what: the list of permissions, an account's effective ones, and the one question ``can``."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import and_, bindparam, or_, select

from shopadmin import hook_calls
from shopadmin.contract import AccountId, Actor, Permission
from shopadmin.hook_guard import record
from shopadmin.models import db
from shopadmin.models.accounts import Account, Grant

CORE_PERMISSIONS = (
    Permission("core.profile:read", _("Own profile"), level="baseline"),
    Permission("core.today:read", _("Today"), level="baseline"),
    Permission("core.search:read", _("Search"), level="baseline"),
    Permission("core.orders:read", _("See orders")),
    Permission("core.orders:update", _("Change the status of orders"), implies=("core.orders:read",)),
    Permission("core.orders:note", _("Write notes on orders"), implies=("core.orders:read",)),
    Permission("core.orders:refund", _("Record refunds, chargebacks"),
               _("Writes money down that went back; the platform is not told."),
               sensitive=True, implies=("core.orders:read",)),
    Permission("core.orders:export", _("Export orders"),
               _("Whole lists of orders leave the shop as files. Every export is logged."),
               sensitive=True, implies=("core.orders:read",)),
    Permission("core.buyers:read", _("See buyers, contact data masked")),
    Permission("core.buyers:contact", _("See phone, e-mail, address"),
               _("Contact data in full. Every look at it is logged."),
               sensitive=True, implies=("core.buyers:read",)),
    Permission("core.buyers:export", _("Export buyers"),
               _("Whole lists of buyers leave the shop as files. Every export is logged."),
               sensitive=True, implies=("core.buyers:read",)),
    Permission("core.products:read", _("See products and stock")),
    Permission("core.products:update", _("Change supplier and stock"), implies=("core.products:read",)),
    Permission("core.reviews:read", _("See reviews")),
    Permission("core.reviews:reply", _("Answer reviews"), implies=("core.reviews:read",)),
    Permission("core.reviews:export", _("Export reviews"),
               _("Whole lists of reviews leave the shop as files. Every export is logged."),
               sensitive=True, implies=("core.reviews:read",)),
    Permission("core.incidents:read", _("See incidents")),
    Permission("core.incidents:create", _("Write down incidents"), implies=("core.incidents:read",)),
    Permission("core.complaints:read", _("See complaints to platforms, and their evidence")),
    Permission("core.complaints:work", _("Open complaints, add evidence, note what came of them"),
               implies=("core.complaints:read",)),
    Permission("core.evidence:authority", _("Keep evidence as a decision of a court or authority (E4)"),
               _("It weighs most, also against a buyer. Without it somebody keeps evidence up to E3."),
               sensitive=True, implies=("core.complaints:work", "core.complaints:read")),
    Permission("core.evidence:export", _("Download evidence packs"),
               _("Originals leave the shop in a file, with whatever they show. Every download is logged."),
               sensitive=True, implies=("core.complaints:read",)),
    Permission("core.messages:read", _("See messages to buyers")),
    Permission("core.messages:send", _("Send messages by hand, take them back"), implies=("core.messages:read",)),
    Permission("core.contact:read", _("See consent and who must not be contacted")),
    Permission("core.contact:block", _("Note that somebody must not be contacted"),
               _("Only the owner can lift it again."), implies=("core.contact:read",)),
    Permission("core.contact:consent", _("Record and withdraw consent"),
               _("Whoever agreed may get offers."), sensitive=True, implies=("core.contact:read",)),
    Permission("core.buyers:erase", _("Forget buyers for good"), level="owner_only"),
    Permission("core.contact:lift", _("Let somebody be contacted again"), level="owner_only"),
    Permission("core.imports:read", _("See imports")),
    Permission("core.imports:run", _("Import files"),
               _("A file can add and change any order, review, buyer and product."),
               sensitive=True, implies=("core.imports:read",)),
    Permission("core.imports:undo", _("Undo imports"),
               _("Takes back all that an import brought."),
               sensitive=True, implies=("core.imports:read",)),
    Permission("core.activity:read", _("See the activity log"),
               _("Shows what everybody did. Values stay hidden without the right to read them."),
               sensitive=True),
    Permission("core.activity:export", _("Export the activity log"),
               _("The log leaves the shop as a file."),
               sensitive=True, implies=("core.activity:read",)),
    Permission("core.team:read", _("See the team")),
    Permission("core.team:delegate", _("Manage others within own rights"),
               _("Invites, grants and locks out, never beyond what this person holds. Cannot be passed on."),
               sensitive=True, implies=("core.team:read",)),
    Permission("core.plugins:manage", _("Plugins"), level="owner_only"),
    Permission("core.tokens:manage", _("Storefront tokens"), level="owner_only"),
    Permission("core.settings:update", _("Shop settings"), level="owner_only"),
    Permission("core.components:read", _("Component page"), level="owner_only"),
)  # fmt: skip


class UnknownPermissionError(LookupError):
    """A permission code that neither the core nor an installed plugin declares."""


def declare_permissions(app: Flask) -> None:
    """Gather what the core and the plugins declare, once: plugins are registered at start alone."""
    declared = {permission.code: permission for permission in CORE_PERMISSIONS}
    plugins = record().plugins
    for plugin, permission in hook_calls.permissions():
        if permission.code.startswith(f"{plugin}."):
            declared[permission.code] = permission
        else:
            why = _("permission %(code)s does not start with %(plugin)s.", code=permission.code, plugin=plugin)
            plugins.quarantine(plugin, why)
    left_out = {found.name for found in plugins.quarantined}
    declared = {code: found for code, found in declared.items() if code.partition(".")[0] not in left_out}
    app.extensions["shopadmin.permissions"] = declared


def all_permissions() -> dict[str, Permission]:
    """Every declared permission by its code, the core's first."""
    declared: dict[str, Permission] = current_app.extensions["shopadmin.permissions"]
    return declared


def permission(code: str) -> Permission:
    """The declared permission. Raises UnknownPermissionError."""
    try:
        return all_permissions()[code]
    except KeyError:
        raise UnknownPermissionError(code) from None


def is_switched_on(code: str) -> bool:
    """Whether the code is the core's, or of a plugin that is on."""
    owner = code.partition(".")[0]
    return owner == "core" or hook_calls.is_on(owner)


def effective(granted: Iterable[str], declared: dict[str, Permission]) -> frozenset[str]:
    """Baseline, the grants that are still declared and grantable, and the reads they imply; no plugin's that is off."""
    held = {code for code, found in declared.items() if found.level == "baseline"}
    for code in granted:
        if code in declared and declared[code].level != "owner_only":
            held.add(code)
            held.update(declared[code].implies)
    return frozenset(code for code in held if is_switched_on(code))


# Active accounts with their grants that count at ``now``, a row for each.
ACTORS = (
    select(Account.id, Account.name, Account.is_owner, Grant.permission)
    .outerjoin(
        Grant,
        and_(Grant.account_id == Account.id, or_(Grant.expires_at.is_(None), Grant.expires_at > bindparam("now"))),
    )
    .where(Account.active)
)
_ACTOR = ACTORS.where(Account.id == bindparam("account_id"))


def actor_from(rows: Sequence[Any]) -> Actor | None:
    """The account that rows of ``ACTORS`` are of; None without any."""
    if not rows:
        return None
    held = effective([row.permission for row in rows if row.permission], all_permissions())
    return Actor(AccountId(rows[0].id), rows[0].name, rows[0].is_owner, held)


def load_actor(account_id: int, now: datetime | None = None) -> Actor | None:
    """The account with what it may do at ``now``; None for an account that is gone or deactivated. One query."""
    rows = db.session().execute(_ACTOR, {"account_id": account_id, "now": now or datetime.now(UTC)})
    return actor_from(rows.all())
