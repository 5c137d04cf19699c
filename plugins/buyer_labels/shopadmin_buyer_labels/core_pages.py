"""What the plugin adds to the core's pages: a card on the buyer's page."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import url_for
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Actor, BuyerSnapshot, Panel, refund_counts
from shopadmin_buyer_labels import label_page, labels, permissions
from shopadmin_buyer_labels.services import lookups, reading


def buyer_panels(buyer: BuyerSnapshot, actor: Actor) -> Sequence[Panel]:
    """The buyer's labels, how many orders were refunded (a count, no label), and the way to a new one."""
    if not actor.can(permissions.READ):
        return []
    found = reading.labels_of([buyer.id], datetime.now(UTC)).get(buyer.id, ())
    if found:
        lookups.saw(actor, "buyer", [buyer.id])
    may_propose = actor.can(permissions.PROPOSE)
    context = {
        "labels": [
            {
                "text": labels.CODES[label.code],
                "url": url_for(f"{label_page.VIEW}.details_view", row_id=label.id),
                "mark": labels.status_badge(label.status, label.code),
                "until": label.expires_at,
            }
            for label in found
        ],
        "refunds": refund_counts([buyer.id]).get(buyer.id, 0),
        "create_url": url_for(f"{label_page.VIEW}.create_view", buyer=buyer.id) if may_propose else "",
    }
    return [Panel(_("Labels"), "shopadmin_buyer_labels/buyer_panel.html", permissions.READ, context)]
