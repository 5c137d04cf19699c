"""Who looked at whose labels, on which page (G15, G18): a line of the activity log for each page and person, and one
for a whole page of a list.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from shopadmin.plugin_api import Actor, record_views, views_of

CODE, LIST_CODE = "buyer_labels.person.viewed", "buyer_labels.list.viewed"
LIST = "buyer_labels.list"
# Pages on which many people's labels are shown at once.
LISTS = ("blacklist", "objections", "holds", "suggestions")


def saw(actor: Actor | None, page: str, buyer_ids: Iterable[int]) -> None:
    """Write down that the actor saw labels of these buyers on ``page`` (a short word), once the page is made.

    May be asked from a hook that only reads; a page that cannot be written down is not shown.
    """
    record_views(actor, CODE, "buyer", dict.fromkeys(buyer_ids), {"page": page})


def saw_list(actor: Actor | None, page: str, buyer_ids: Iterable[int]) -> None:
    """The same of a list, one of ``LISTS``: one line with everybody who is on the page; none for an empty one."""
    if found := sorted(set(buyer_ids)):
        record_views(actor, LIST_CODE, LIST, [page], {"buyers": found})


def of(buyer_ids: Collection[int]) -> list[tuple[datetime, Mapping[str, Any]]]:
    """When labels of these buyers were looked at, and on which page; nobody's name. The earliest first."""
    alone = views_of(CODE, "buyer", buyer_ids)
    wanted = set(buyer_ids)
    listed = [
        (at, {"page": page})
        for page in LISTS
        for at, after in views_of(LIST_CODE, LIST, [page])
        if not wanted.isdisjoint(after["buyers"])
    ]
    return sorted([*alone, *listed], key=lambda view: view[0])
