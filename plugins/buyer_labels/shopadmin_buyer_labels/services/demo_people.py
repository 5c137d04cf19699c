"""Who is who in the demo shop: two who were taken for one, and two pairs of nearly the same name and the same home."""

from datetime import timedelta

from shopadmin.plugin_api import Actor, DemoShop, writing
from shopadmin_buyer_labels.models import MatchSuggestion
from shopadmin_buyer_labels.services import merging, suggestions

# Places among the demo's buyers: the labelled one, and the one who may be the same. The worker finds the same when it
# has indexed everybody.
_ALIKE = ((7, 178), (8, 171))


def tell(owner: Actor, shop: DemoShop) -> None:
    """A merge that was undone, a suggestion that waits, and one that was two people."""
    at = shop.today - timedelta(days=9)
    merge_id = merging.merge(owner, shop.buyer_ids[30], shop.buyer_ids[31], "收货地址和姓氏相同", at)
    merging.unmerge(owner, merge_id, at + timedelta(days=1))
    with writing() as session:
        rows = [
            MatchSuggestion(
                buyer_id=shop.buyer_ids[one], other_id=shop.buyer_ids[other], score=1000,
                reasons=["name_alike", "address_alike"], found_at=shop.today - timedelta(days=5),
            )
            for one, other in _ALIKE
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        suggestions.told_apart(owner, rows[1].id, shop.today - timedelta(days=2))
