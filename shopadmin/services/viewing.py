"""Look-ups of people that the activity log keeps: who saw what is said of whom, on which page.

A page is written down once it is made, in one go: a hook that only reads may ask for it, and a page with many rows
costs one transaction. When it cannot be written down the page is not shown.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import Response, after_this_request, g, has_request_context
from sqlalchemy import select

from shopadmin.contract import Actor
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.services import audit
from shopadmin.services.transactions import seal_now_and_then, writing

Entry = dict[str, Any]


def record_views(
    actor: Actor | None, code: str, object_type: str, ids: Iterable[object], after: Mapping[str, Any] | None = None
) -> None:
    """Write down that the actor saw these objects: once a page and object. ``code``: of an audit message.

    Outside of a request (a command) it is written at once.
    """
    entries = [audit.entry(actor, code, object_type, one, after=dict(after or {})) for one in ids]
    if not has_request_context():
        _write(entries)
        return
    if "seen" not in g:
        g.seen = {}
        after_this_request(_write_page)
    for entry in entries:
        g.seen.setdefault((code, object_type, entry["object_id"]), entry)


def views_of(code: str, object_type: str, ids: Iterable[object]) -> list[tuple[datetime, Mapping[str, Any]]]:
    """When these objects were looked at, and what was written down of it; nobody's name."""
    wanted = [str(one) for one in ids]
    query = select(AuditEntry.at, AuditEntry.after).where(
        AuditEntry.code == code, AuditEntry.object_type == object_type, AuditEntry.object_id.in_(wanted)
    )
    return [(row.at, row.after) for row in db.session().execute(query.order_by(AuditEntry.id))]


def _write_page(response: Response) -> Response:
    _write(list(g.pop("seen").values()))
    return response


def _write(entries: list[Entry]) -> None:
    if entries:
        with writing(seals=False):
            audit.record_all(entries)
        seal_now_and_then()
