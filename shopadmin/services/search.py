"""Search over all areas: each looks through its own list, with that list's scope, permission and masks."""

from collections.abc import Mapping, Sequence
from typing import Any

from shopadmin.contract import Actor
from shopadmin.services import buyers, lists, orders, products, reviews, settings

EACH = 6
LONGEST = 200

# Area: the permission of its list, and the list.
AREAS: Mapping[str, tuple[str, lists.ListSpec]] = {
    "orders": ("core.orders:read", orders.ORDERS),
    "buyers": ("core.buyers:read", buyers.BUYERS),
    "reviews": ("core.reviews:read", reviews.REVIEWS),
    "products": ("core.products:read", products.PRODUCTS),
}


def clean(text: str) -> str:
    """The term as it is looked for. Raises BadListArgumentError for one that no list could take."""
    term = text.strip()
    if "\0" in term or len(term) > LONGEST:
        raise lists.BadListArgumentError("q")
    return term


def find(actor: Actor, term: str) -> dict[str, Sequence[Any]]:
    """The first rows of each area that the actor may read; areas without a hit are left out."""
    zone = settings.load().zone
    found = {}
    for area, (permission, spec) in AREAS.items():
        if actor.can(permission):
            found[area] = lists.first_rows(spec, actor, term, zone, EACH)
    return {area: rows for area, rows in found.items() if rows}
