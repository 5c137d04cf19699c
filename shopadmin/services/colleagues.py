"""The people of the shop as plugins need them: names, and who may be given a piece of work."""

from collections.abc import Collection
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import func, select

from shopadmin.contract import AccountId
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.services.access import ACTORS, actor_from


def account_names(ids: Collection[int | None]) -> dict[AccountId, str]:
    """Names by account, also of those who have left."""
    query = select(Account.id, Account.name).where(Account.id.in_({found for found in ids if found is not None}))
    return {AccountId(row.id): row.name for row in db.session().execute(query)}


def accounts_that_may(permission: str) -> dict[AccountId, str]:
    """Names of the active accounts that hold the permission now, by account, in the order of their names."""
    rows = db.session().execute(ACTORS.order_by(Account.id), {"now": datetime.now(UTC)}).all()
    actors = [actor_from(list(mine)) for _, mine in groupby(rows, key=lambda row: row.id)]
    able = [actor for actor in actors if actor is not None and actor.can(permission)]
    return {actor.account_id: actor.name for actor in sorted(able, key=lambda actor: (actor.name, actor.account_id))}


def is_run_by_one() -> bool:
    """Whether no more than one account of the shop is active: there is no second person to ask."""
    return (db.session().scalar(select(func.count()).select_from(Account).where(Account.active)) or 0) <= 1
