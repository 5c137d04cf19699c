"""Who looked at whose labels, on which page: one line of the activity log for each page and person (G15, G18)."""

from collections.abc import Iterable

from shopadmin.plugin_api import Actor, record_views

CODE = "buyer_labels.person.viewed"


def saw(actor: Actor | None, page: str, buyer_ids: Iterable[int]) -> None:
    """Write down that the actor saw labels of these buyers on ``page`` (a short word), once the page is made.

    May be asked from a hook that only reads; a page that cannot be written down is not shown.
    """
    record_views(actor, CODE, "buyer", dict.fromkeys(buyer_ids), {"page": page})
