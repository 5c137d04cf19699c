"""How the activity log says what was done to campaigns."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AuditMessage
from shopadmin_red_envelope.activity_lines import lines

MESSAGES = (
    AuditMessage("red_envelope.campaign", _("Red envelope campaign"), lines),
    AuditMessage("red_envelope.campaign.created", _("Set up a red envelope campaign")),
    AuditMessage("red_envelope.campaign.copied", _("Copied a red envelope campaign")),
    AuditMessage("red_envelope.campaign.changed", _("Changed a red envelope campaign")),
    AuditMessage("red_envelope.campaign.scheduled", _("Scheduled a red envelope campaign")),
    AuditMessage("red_envelope.campaign.amount_changed", _("Changed the amount of a red envelope campaign")),
    AuditMessage("red_envelope.campaign.withdrawn", _("Withdrew a red envelope campaign")),
    AuditMessage("red_envelope.campaign.deleted", _("Deleted a red envelope campaign")),
    AuditMessage("red_envelope.campaign.sealed", _("A red envelope campaign began and is sealed")),
    AuditMessage("red_envelope.push.written", _("Wrote the push of a campaign")),
    AuditMessage("red_envelope.push.draw_asked", _("Asked for the groups of a push to be drawn")),
    AuditMessage("red_envelope.push.drawn", _("The groups of a push were drawn")),
    AuditMessage("red_envelope.push.started", _("Started the push of a campaign")),
    AuditMessage("red_envelope.push.sent", _("The push of a campaign went out")),
    AuditMessage("red_envelope.push.stopped", _("The push of a campaign was stopped")),
    AuditMessage("red_envelope.lock.rebuilt", _("Rebuilt the lock of the red envelopes")),
    AuditMessage("red_envelope.activity", _("Activity of the shop or platform"), lines),
    AuditMessage("red_envelope.activity.created", _("Added an activity")),
    AuditMessage("red_envelope.activity.changed", _("Changed an activity")),
    AuditMessage("red_envelope.activity.deleted", _("Deleted an activity")),
    AuditMessage("red_envelope.denomination", _("Denominations"), lines),
    AuditMessage("red_envelope.denomination.changed", _("Changed the denominations")),
    AuditMessage("red_envelope.envelope", _("Red envelope")),
    AuditMessage("red_envelope.envelope.claimed", _("A buyer collected a red envelope")),
    AuditMessage("red_envelope.envelope.expired", _("Red envelopes expired")),
    AuditMessage("red_envelope.hold", _("Red envelope on an order"), lines),
    AuditMessage("red_envelope.hold.made", _("Held a red envelope for an order")),
    AuditMessage("red_envelope.hold.redeemed", _("An order was paid with a red envelope")),
    AuditMessage("red_envelope.hold.cancelled", _("An order with a red envelope was cancelled")),
    AuditMessage("red_envelope.hold.lapsed", _("An order with a red envelope was not paid in time")),
    AuditMessage("red_envelope.hold.received", _("The receipt of an order with a red envelope was confirmed")),
    AuditMessage("red_envelope.refund", _("Refund of an order with a red envelope"), lines),
    AuditMessage("red_envelope.refund.started", _("Started a refund of an order with a red envelope")),
    AuditMessage("red_envelope.refund.cancelled", _("Cancelled a refund of an order with a red envelope")),
    AuditMessage("red_envelope.refund.completed", _("Completed a refund of an order with a red envelope")),
)
