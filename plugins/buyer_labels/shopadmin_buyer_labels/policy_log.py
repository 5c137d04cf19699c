"""How the activity log says what was done to rules and held orders."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AuditMessage

MESSAGES = (
    AuditMessage("buyer_labels.rule", _("Rule for orders of labelled buyers")),
    AuditMessage("buyer_labels.rule.added", _("Added a rule for orders of labelled buyers")),
    AuditMessage("buyer_labels.rule.edited", _("Changed a rule for orders of labelled buyers")),
    AuditMessage("buyer_labels.rule.live", _("Let a rule for orders of labelled buyers act")),
    AuditMessage("buyer_labels.rule.off", _("Switched off a rule for orders of labelled buyers")),
    AuditMessage("buyer_labels.hold.placed", _("Held an order for review")),
    AuditMessage("buyer_labels.hold.released", _("Released a held order")),
    AuditMessage("buyer_labels.hold.confirmed", _("Kept a held order back")),
    AuditMessage("buyer_labels.buyer.allowed", _("Let a buyer's orders pass for a while")),
)
