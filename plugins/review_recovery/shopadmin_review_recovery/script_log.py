"""How the activity log says what was done to scripts and in calls."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AuditMessage

MESSAGES = (
    AuditMessage("review_recovery.script", _("Call script")),
    AuditMessage("review_recovery.script.added", _("Added a call script")),
    AuditMessage("review_recovery.script.changed", _("Changed the draft of a call script")),
    AuditMessage("review_recovery.script.published", _("Published a call script")),
    AuditMessage("review_recovery.run.started", _("Began a call about a case")),
    AuditMessage("review_recovery.remedy.settled", _("Noted that what was promised is done")),
)
