"""What an account likes: language and theme."""

from typing import Literal

from sqlalchemy import select, update

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.services.transactions import writing


def save(actor: Actor, name: Literal["language", "theme"], value: str) -> None:
    """Remember one preference of the actor."""
    with writing() as session:
        session.execute(update(Account).where(Account.id == actor.account_id).values({name: value}))


def load(account_id: int) -> dict[str, str]:
    """Language and theme of the account; empty strings where nothing was chosen."""
    row = db.session().execute(select(Account.language, Account.theme).where(Account.id == account_id)).one()
    return {"language": row.language, "theme": row.theme}
