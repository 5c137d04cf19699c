"""What is known of the people whom a list names, read of all of them at once rather than at each row."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from shopadmin.plugin_api import BuyerIdentifier, among, db, email_mailbox, identifier_readings
from shopadmin_buyer_labels.domain import status
from shopadmin_buyer_labels.domain.drafts import Draft
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import reading, staff
from shopadmin_buyer_labels.services.people import buyers_of

_LABELS = (
    select(*reading.FACTS, Label.id, Label.buyer_id, Label.happened_on)
    .where(among(Label.buyer_id, "ids"))
    .order_by(Label.id)
)


class ListedPeople:
    """For the transaction around, which changes nothing of them but what ``labelled`` is told."""

    def __init__(self, asked: Sequence[Collection[BuyerIdentifier]], now: datetime) -> None:
        self._now = now
        self._known: set[int] = set()
        self._own: set[int] = set()
        self._labels: dict[tuple[int, str, date], int] = {}
        self._read(frozenset[int]().union(*buyers_of(asked)))
        emails = [each for people in asked for each in people if each.kind == "email"]
        boxes = {
            each: email_mailbox(found.value)
            for each, found in zip(emails, identifier_readings(emails), strict=True)
            if found.value
        }
        own = staff.own_mailboxes(set(boxes.values()))
        self._own_emails = {each.value for each, box in boxes.items() if box in own}

    def is_own(self, buyer_id: int, people: Collection[BuyerIdentifier], *, is_new: bool) -> bool:
        """Whether the buyer whom a row names by ``people`` is one of the shop's own. ``is_new``: made for the row."""
        if is_new:
            # Nobody has indexed such a one, so an e-mail address alone can say it.
            may_be = any(each.value in self._own_emails for each in people if each.kind == "email")
            return may_be and bool(staff.among_buyers([buyer_id]))
        if buyer_id not in self._known:
            self._read({buyer_id})
        return buyer_id in self._own

    def same(self, buyer_id: int, draft: Draft) -> int | None:
        """A label of the buyer with this code for this day that is not over, as ``proposing.same``."""
        return self._labels.get((buyer_id, draft.code, draft.happened_on))

    def labelled(self, buyer_id: int, draft: Draft, label_id: int) -> None:
        """The draft was written."""
        self._known.add(buyer_id)
        self._labels[buyer_id, draft.code, draft.happened_on] = label_id

    def _read(self, buyer_ids: Collection[int]) -> None:
        if not buyer_ids:
            return
        self._known |= set(buyer_ids)
        self._own |= staff.among_buyers(buyer_ids)
        rows: Sequence[Any] = db.session().execute(_LABELS, {"ids": list(buyer_ids)}).all()
        for row in rows:
            if status.status(reading.facts(row), self._now) not in status.FINAL:
                self._labels.setdefault((row.buyer_id, row.code, row.happened_on), row.id)
