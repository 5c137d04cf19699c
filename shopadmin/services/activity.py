"""The activity log as people read it: a sentence for each code, old and new values as far as the reader may see them.

What an entry is about decides who sees its values: without the right to read orders an entry about an order is a
sentence and no more. Contact data is masked in the log already, and once more here.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Flask, current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, select

from shopadmin import hook_calls
from shopadmin.contract import Actor, Text
from shopadmin.hook_guard import record
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.audit import AuditEntry
from shopadmin.services import access, incidents, lists
from shopadmin.services.masking import CONTACT

log = logging.getLogger(__name__)

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

# What one must be allowed to read to see the values of an entry about it.
_READ: Mapping[str, str] = {
    "account": "core.team:read",
    "buyer": "core.buyers:read",
    "complaint": "core.complaints:read",
    "do_not_contact": "core.contact:read",
    "import": "core.imports:read",
    "import_run": "core.imports:read",
    "incident": "core.incidents:read",
    "invitation": "core.team:read",
    "message": "core.messages:read",
    "order": "core.orders:read",
    "product": "core.products:read",
    "review": "core.reviews:read",
    "plugin": "core.plugins:manage",
    "settings": "core.settings:update",
    "token": "core.tokens:manage",
}
_PERSONAL = frozenset({"phone", "email", "address", "recipient", "buyer_name", "contact"})
# Their values say nothing about anybody's data, so everybody who reads the log reads them.
_OPEN = frozenset({"route", "list", "login_session", "job", ""})
LONGEST_VALUE = 200
_NAMED = re.compile(r"^\s*(\d+)\s*[:：].*", re.DOTALL)


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


def names(actor: Actor, rows: Sequence[Any]) -> Mapping[int, str]:
    """What the page of an incident calls it, by the id of the entry about it, for those who may see incidents.

    An id is used again after an undo: one of another kind than the entry says is not the incident that it was about.
    """
    ids = {row.id: int(row.object_id) for row in rows if row.object_type == "incident" and row.object_id.isdecimal()}
    known = incidents.find_all(set(ids.values())) if ids and may_read_values(actor, "incident") else {}
    said = {row.id: row.after.get("kind") for row in rows}
    return {
        entry: incidents.name(actor, known[found])
        for entry, found in ids.items()
        if found in known and said[entry] in (None, known[found].kind)
    }


def _of_plugins() -> Mapping[str, Text]:
    said: Mapping[str, Text] = current_app.extensions["shopadmin.audit_messages"]
    return said


def may_read_values(actor: Actor, object_type: str) -> bool:
    """Whether the actor may see the values of entries about this kind of object.

    A plugin's object (``name.case``) asks for ``name.case:read``; one that nobody declared, for the owner.
    """
    if object_type in _OPEN:
        return True
    point = _READ.get(object_type) or f"{object_type}:read"
    return actor.can(point) if point in access.all_permissions() else actor.is_owner


def changes(actor: Actor, object_type: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Each value as ``name: old → new``; nothing for those who may not read what the entry is about.

    A plugin may say it in words; where it fails the values stand as they were recorded.
    """
    if not may_read_values(actor, object_type):
        return []
    in_words: Lines | None = current_app.extensions["shopadmin.audit_lines"].get(object_type)
    if in_words is not None:
        try:
            return [str(line) for line in in_words(before, after)]
        except Exception:  # a plugin may raise anything, and old entries look as they did then
            log.exception("the values of %s cannot be said in words", object_type)
    names = [*before, *(name for name in after if name not in before)]
    return [_change(actor, name, before.get(name), after.get(name)) for name in names]


def _change(actor: Actor, name: str, old: Any, new: Any) -> str:
    if name in _PERSONAL and not actor.can(CONTACT):
        return f"{name}: ***"
    if isinstance(old, list) and isinstance(new, list):
        added = [f"+ {value}" for value in new if value not in old]
        return f"{name}: {', '.join([*added, *(f'− {value}' for value in old if value not in new)])}"
    if old is None:
        return f"{name}: {_plain(new)}"
    return f"{name}: {_plain(old)} → {_plain(new)}"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = "–" if value in (None, "") else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _by_account(text: str) -> ColumnElement[bool]:
    return AuditEntry.account_id == lists.parse_id(text)


def _by_object(text: str) -> ColumnElement[bool]:
    """``order``, ``order 17``, or the same as ``about`` writes it, with a name or without."""
    kind, _blank, number = text.strip().partition(" ")
    number = _NAMED.sub(r"\1", number)
    kind = next((code for code, label in OBJECTS.items() if str(label) == kind), kind)
    found: ColumnElement[bool] = AuditEntry.object_type == kind
    return and_(found, AuditEntry.object_id == number.strip()) if number.strip() else found


def _people() -> Sequence[tuple[str, Text]]:
    rows = db.session().execute(select(Account.id, Account.name).order_by(Account.name))
    return [(str(row.id), row.name) for row in rows]


ACTIVITY = lists.ListSpec(
    query=select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.account_id,
        Account.name.label("who"),
        AuditEntry.code,
        AuditEntry.object_type,
        AuditEntry.object_id,
        AuditEntry.before,
        AuditEntry.after,
        AuditEntry.reason,
        AuditEntry.ip,
    ).outerjoin(Account, Account.id == AuditEntry.account_id),
    id_column=AuditEntry.id,
    sorts=(lists.Sort("newest", _("Newest first"), (AuditEntry.at, AuditEntry.id)),),
    filters=(
        lists.Filter("account", _("Who"), _by_account, offered=_people),
        lists.Filter("code", _("What"), lambda code: AuditEntry.code == code, choices=tuple(SENTENCES.items())),
        lists.Filter("object", _("About"), _by_object, kind="text"),
        lists.Filter("from", _("From"), lambda start: AuditEntry.at >= start, kind="from"),
        lists.Filter("to", _("To"), lambda end: AuditEntry.at < end, kind="to"),
    ),
)
