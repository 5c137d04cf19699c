"""How the activity log says what was done to labels."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AuditMessage

MESSAGES = (
    AuditMessage("buyer_labels.label", _("Label of a buyer")),
    AuditMessage("buyer_labels.label.proposed", _("Proposed a label of a buyer")),
    AuditMessage("buyer_labels.label.edit", _("Changed a draft of a label")),
    AuditMessage("buyer_labels.label.attach", _("Attached evidence to a label")),
    AuditMessage("buyer_labels.label.own_fault", _("Looked whether it was the shop's own fault")),
    AuditMessage("buyer_labels.label.contacted", _("Wrote down that the buyer of a label was talked to")),
    AuditMessage("buyer_labels.label.submit", _("Put a label to review")),
    AuditMessage("buyer_labels.label.return", _("Sent a label back to the draft")),
    AuditMessage("buyer_labels.label.approve", _("Approved a label")),
    AuditMessage("buyer_labels.label.notice_asked", _("Asked for the notice of a label to be sent")),
    AuditMessage("buyer_labels.label.notice_sent", _("The buyer has the notice of a label")),
    AuditMessage("buyer_labels.label.notice_impossible", _("Wrote down why the notice of a label is impossible")),
    AuditMessage("buyer_labels.label.renew", _("Renewed a label")),
    AuditMessage("buyer_labels.label.suspend", _("Suspended a label")),
    AuditMessage("buyer_labels.label.resume", _("Put a label into force again")),
    AuditMessage("buyer_labels.label.correct", _("Corrected a label")),
    AuditMessage("buyer_labels.label.withdraw", _("Withdrew a draft of a label")),
    AuditMessage("buyer_labels.label.revoke", _("Took a label back")),
)
