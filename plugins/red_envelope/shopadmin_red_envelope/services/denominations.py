"""Which amounts a category allows: a table in versions, the owner's to edit (R14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, RefusedError, db, record_audit
from shopadmin_red_envelope import messages, permissions
from shopadmin_red_envelope.domain import checks
from shopadmin_red_envelope.models import RedEnvelopeDenomination as Denomination
from shopadmin_red_envelope.services.changing import StaleError, changing

CATEGORIES: Mapping[str, object] = {"womens_clothing": _("Women's clothing")}


@dataclass(frozen=True, slots=True)
class Table:
    """A category's amounts, ascending, in one version."""

    category: str
    version: int
    amounts: tuple[int, ...]
    currency: str


def category_name(category: str) -> str:
    """The category in words; one that the owner added as it was written."""
    return str(CATEGORIES.get(category, category))


def newest(category: str, session: Session | None = None) -> Table:
    """The version that new campaigns take; without amounts where the category has none."""
    version = (session or db.session()).scalar(
        select(func.max(Denomination.version)).where(Denomination.category == category)
    )
    return at_version(category, version or 0, session)


def at_version(category: str, version: int, session: Session | None = None) -> Table:
    """The amounts of one version."""
    rows = (session or db.session()).execute(
        select(Denomination.amount, Denomination.currency)
        .where(Denomination.category == category, Denomination.version == version)
        .order_by(Denomination.amount)
    )
    found = rows.all()
    return Table(category, version, tuple(row.amount for row in found), found[0].currency if found else "")


def tables() -> list[Table]:
    """The newest version of every category."""
    categories = db.session().scalars(select(Denomination.category).distinct().order_by(Denomination.category))
    return [newest(category) for category in categories]


def save(actor: Actor | None, category: str, amounts: Sequence[int], currency: str, version: int) -> int:
    """Write a category's table anew; returns its version. ``version``: the one that was looked at, 0 for none.

    Campaigns keep the version they were set up with. Raises ForbiddenError, RefusedError, StaleError.
    """
    permissions.require(actor, permissions.TABLE)
    category = category.strip()
    if objections := checks.check_denominations(category, amounts):
        raise RefusedError(*messages.problems(objections))
    with changing() as change:
        before = newest(category, change.session)
        if before.version != version:
            raise StaleError
        for amount in sorted(amounts):
            row = Denomination(category=category, version=version + 1, amount=amount, currency=currency)
            change.session.add(row)
        record_audit(
            actor, "red_envelope.denomination.changed", "red_envelope.denomination", category,
            before={"version": before.version, "amounts": list(before.amounts)},
            after={"version": version + 1, "amounts": sorted(amounts)},
        )  # fmt: skip
    return version + 1
