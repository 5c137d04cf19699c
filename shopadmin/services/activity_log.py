"""The activity log as people read it: its list, and old and new values as far as the reader may see them.

What an entry is about decides who sees its values: without the right to read orders an entry about an order is a
sentence and no more. Contact data is masked in the log already, and once more here.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, select

from shopadmin.contract import Actor, Text
from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.audit import AuditEntry
from shopadmin.services import access, incidents, lists
from shopadmin.services.activity import OBJECTS, SENTENCES, lines_of
from shopadmin.services.masking import CONTACT

log = logging.getLogger(__name__)

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
    if (in_words := lines_of(object_type)) is not None:
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
