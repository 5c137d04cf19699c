"""How far the program has got with orders; whoever decides holds the mark, so that two take turns."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import BulkRows, db
from shopadmin_buyer_labels.models import PolicyMark

ORDERS, ANEW = "orders", "anew"
_MISSING = BulkRows(PolicyMark.__table__, ("name", "value"), or_not=True)  # type: ignore[arg-type]


def read(name: str) -> int:
    """The mark, 0 before it was ever set."""
    return db.session().scalar(select(PolicyMark.value).where(PolicyMark.name == name)) or 0


def write(session: Session, name: str, value: int) -> None:
    """Set the mark, in the transaction around."""
    _MISSING.insert(session.connection(), [{"name": name, "value": 0}])
    row = session.get_one(PolicyMark, name, populate_existing=True)
    row.value = value
    session.flush()


def lock(session: Session) -> None:
    """Wait until nobody else decides; until the end of the transaction around."""
    _MISSING.insert(session.connection(), [{"name": ORDERS, "value": 0}])
    session.execute(select(PolicyMark).where(PolicyMark.name == ORDERS).with_for_update())


def look_at_all_anew(session: Session) -> None:
    """Have the worker look at every order of a labelled buyer again."""
    write(session, ANEW, 1)
