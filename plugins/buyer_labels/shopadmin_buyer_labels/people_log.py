"""What the activity log says of merges, splits and the list of what never matches."""

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import AuditMessage

MESSAGES = (
    AuditMessage("buyer_labels.person.merged", _("Said that two buyers are one person")),
    AuditMessage("buyer_labels.person.unmerged", _("Took a merge of two buyers back")),
    AuditMessage("buyer_labels.person.split", _("Split a buyer off from others with the same identifiers")),
    AuditMessage("buyer_labels.person.unsplit", _("Took a split of a buyer back")),
    AuditMessage("buyer_labels.person.told_apart", _("Said that two buyers are two people")),
    AuditMessage("buyer_labels.person.asked_again", _("Asked anew whether two buyers are one person")),
    AuditMessage("buyer_labels.never_match.added", _("Put an identifier on the list of what never matches")),
    AuditMessage("buyer_labels.never_match.ended", _("Took an identifier off the list of what never matches")),
    AuditMessage("buyer_labels.never_match", _("Entry of what never matches")),
)
