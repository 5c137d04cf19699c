"""What people did, in words: a sentence for each code of the activity log, and what entries are about."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Flask, current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin import hook_calls
from shopadmin.contract import Text
from shopadmin.hook_guard import record

Lines = Callable[[Mapping[str, Any], Mapping[str, Any]], Sequence[str]]
SENTENCES: Mapping[str, Text] = {
    "core.access.denied": _("Was refused"),
    "core.account.deactivated": _("Locked somebody out"),
    "core.account.password_changed": _("Set a new password"),
    "core.account.password_link_made": _("Made a link for a new password"),
    "core.account.reactivated": _("Let somebody in again"),
    "core.account.set_up": _("Set the shop up"),
    "core.account.sign_in_link_made": _("Made a sign-in link"),
    "core.account.signed_out": _("Signed somebody out everywhere"),
    "core.attachment.added": _("Attached a picture"),  # until evidence could be more
    "core.backup.made": _("Made a backup"),
    "core.backup.restored": _("Restored a backup"),
    "core.chargeback.decided": _("Closed a chargeback"),
    "core.chargeback.recorded": _("Recorded a chargeback"),
    "core.consent.given": _("Recorded a buyer's consent"),
    "core.consent.withdrawn": _("Withdrew a buyer's consent"),
    "core.contact.blocked": _("Noted that somebody must not be contacted"),
    "core.contact.lifted": _("Let somebody be contacted again"),
    "core.contact.revealed": _("Looked at a buyer's contact data"),
    "core.complaint.changed": _("Took a complaint a step on"),
    "core.complaint.checked": _("Checked a platform's checklists for complaints"),
    "core.complaint.opened": _("Opened a complaint"),
    "core.demo.loaded": _("Loaded the demo shop"),
    "core.evidence.exported": _("Downloaded an evidence pack"),
    "core.evidence.erased": _("Erased evidence of a person who was forgotten"),
    "core.evidence.stored": _("Kept evidence"),
    "core.grants.changed": _("Changed what somebody may do"),
    "core.import.answered": _("Said how to read a file"),
    "core.import.applied": _("Imported files"),
    "core.import.cancelled": _("Cancelled an import"),
    "core.import.chunk_applied": _("Imported a part of the rows"),
    "core.import.chunk_undone": _("Undid a part of an import"),
    "core.import.discarded": _("Discarded files"),
    "core.import.failed": _("An import failed"),
    "core.import.undo_began": _("Began to undo an import"),
    "core.import.undone": _("Undid an import"),
    "core.import.uploaded": _("Uploaded files"),
    "core.incident.recorded": _("Wrote an incident down"),
    "core.invitation.accepted": _("Accepted an invitation"),
    "core.invitation.made": _("Invited somebody"),
    "core.invitation.revoked": _("Took an invitation back"),
    "core.job.begun": _("Started a job"),
    "core.job.cancel_requested": _("Asked a job to stop"),
    "core.keys.rotated": _("Changed the keys"),
    "core.list.exported": _("Downloaded a list"),
    "core.message.cancelled": _("Took a message back"),
    "core.message.sent": _("Sent a message by hand"),
    "core.message.settled": _("Said what became of a message"),
    "core.message.tried": _("Sent a test message to themselves"),
    "core.note.added": _("Wrote a note"),
    "core.order.status_changed": _("Changed the status of an order"),
    "core.product.changed": _("Changed a product"),
    "core.refund.recorded": _("Recorded a refund"),
    "core.reply.drafted": _("Wrote a reply"),
    "core.reply.posted": _("Posted a reply"),
    "core.session.began": _("Signed in"),
    "core.session.ended": _("Signed out"),
    "core.session.others_ended": _("Signed the own other devices out"),
    "core.session.refused": _("Somebody tried to sign in and was refused"),
    "core.plugin.enabled": _("Switched a plugin on"),
    "core.plugin.disabled": _("Switched a plugin off"),
    "core.plugin.paused": _("A plugin kept failing and was paused"),
    "core.plugin.configured": _("Changed a plugin's settings"),
    "core.buyer.added": _("Added a buyer"),
    "core.buyer.erased": _("Forgot a buyer for good"),
    "core.plugin.erased": _("Erased a plugin's data"),
    "core.settings.changed": _("Changed the shop's settings"),
    "core.shipment.recorded": _("Recorded a parcel"),
    "core.token.made": _("Made a storefront token"),
    "core.token.revoked": _("Revoked a storefront token"),
}

# What an entry may be about; a plugin's object stands for itself.
OBJECTS: Mapping[str, Text] = {
    "account": _("Account"),
    "backup": _("Backup"),
    "buyer": _("Buyer"),
    "complaint": _("Complaint"),
    "do_not_contact": _("Do not contact"),
    "import": _("Import"),
    "incident": _("Incident"),
    "invitation": _("Invitation"),
    "job": _("Job"),
    "keys": _("Keys"),
    "list": _("List"),
    "login_session": _("Device"),
    "message": _("Message"),
    "order": _("Order"),
    "product": _("Product"),
    "review": _("Review"),
    "route": _("Page"),
    "plugin": _("Plugin"),
    "settings": _("Settings"),
    "token": _("Storefront token"),
}


def declare_messages(app: Flask) -> None:
    """Gather the plugins' sentences, once. Those of a plugin that is switched off stay: its past can be read."""
    said: dict[str, Text] = {}
    lines: dict[str, Lines] = {}
    for plugin, message in hook_calls.audit_messages():
        if message.code.startswith(f"{plugin}."):
            said[message.code] = message.text
            if message.lines is not None:
                lines[message.code] = message.lines
        else:
            why = _("audit message %(code)s does not start with %(plugin)s.", code=message.code, plugin=plugin)
            record().plugins.quarantine(plugin, why)
    app.extensions["shopadmin.audit_messages"], app.extensions["shopadmin.audit_lines"] = said, lines


def sentence(code: str) -> Text:
    """What happened, in the reader's language; a plugin's code without a sentence stands for itself."""
    return SENTENCES.get(code) or _of_plugins().get(code, code)


def about(object_type: str, object_id: str, name: str = "") -> str:
    """What an entry is about: ``Order 17``. ``name``: what its own page calls it."""
    kind = OBJECTS.get(object_type) or _of_plugins().get(object_type, object_type)
    thing = f"{kind} {object_id}".strip()
    return gettext("%(thing)s: %(name)s", thing=thing, name=name) if name else thing


def lines_of(object_type: str) -> Lines | None:
    """How the object's plugin says the values of its entries, a line each; None where it leaves that to the log."""
    declared: Mapping[str, Lines] = current_app.extensions["shopadmin.audit_lines"]
    return declared.get(object_type)


def _of_plugins() -> Mapping[str, Text]:
    said: Mapping[str, Text] = current_app.extensions["shopadmin.audit_messages"]
    return said
