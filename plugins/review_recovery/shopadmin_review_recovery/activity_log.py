"""How the activity log says what was done to cases."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AuditMessage

MESSAGES = (
    AuditMessage("review_recovery.case", _("Case of a review")),
    AuditMessage("review_recovery.case.assigned", _("Gave a case to somebody")),
    AuditMessage("review_recovery.case.cause_confirmed", _("Confirmed the cause of a bad review")),
    AuditMessage("review_recovery.case.moved", _("Moved a case on")),
    AuditMessage("review_recovery.case.reopened", _("Opened a case again")),
)
