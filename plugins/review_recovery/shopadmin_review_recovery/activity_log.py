"""How the activity log says what was done to cases."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AuditMessage

MESSAGES = (
    AuditMessage("review_recovery.case", _("Case of a review")),
    AuditMessage("review_recovery.case.assigned", _("Gave a case to somebody")),
    AuditMessage("review_recovery.case.cause_confirmed", _("Confirmed the cause of a bad review")),
    AuditMessage("review_recovery.case.moved", _("Moved a case on")),
    AuditMessage("review_recovery.case.reopened", _("Opened a case again")),
    AuditMessage("review_recovery.case.answered", _("Answered the buyer of a case")),
    AuditMessage("review_recovery.suspicion.set", _("Suspected a review")),
    AuditMessage("review_recovery.suspicion.ended", _("Ended the suspicion of a review")),
    AuditMessage("review_recovery.quick_reply", _("Quick reply")),
    AuditMessage("review_recovery.quick_reply.created", _("Wrote a quick reply")),
    AuditMessage("review_recovery.quick_reply.changed", _("Changed a quick reply")),
    AuditMessage("review_recovery.quick_reply.deleted", _("Deleted a quick reply")),
    AuditMessage("review_recovery.quick_reply.imported", _("Brought in quick replies from a file")),
    AuditMessage("review_recovery.quick_reply.starter_loaded", _("Loaded the shipped quick replies")),
    AuditMessage("review_recovery.prevention", _("Prevention task")),
    AuditMessage("review_recovery.prevention.opened", _("Opened a prevention task, as a cause repeated")),
    AuditMessage("review_recovery.prevention.ticked", _("Ticked off points of a prevention task")),
    AuditMessage("review_recovery.prevention.planned", _("Said who does a prevention task, and until when")),
    AuditMessage("review_recovery.prevention.closed", _("Closed a prevention task")),
    AuditMessage("review_recovery.purged", _("Forgot personal data of closed cases")),
    AuditMessage("review_recovery.compensation", _("Compensation")),
    AuditMessage("review_recovery.compensation.requested", _("Asked for compensation")),
    AuditMessage("review_recovery.compensation.given", _("Gave compensation within the limit")),
    AuditMessage("review_recovery.compensation.approved", _("Approved compensation")),
    AuditMessage("review_recovery.compensation.declined", _("Declined compensation")),
    AuditMessage("review_recovery.compensation.withdrawn", _("Took back a request for compensation")),
    AuditMessage("review_recovery.compensation.settled", _("Handed over compensation")),
)
