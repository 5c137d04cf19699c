"""All that is held on a person: one file for the person, JSON for programs and a page to read (G9).

One person's alone: rows of other buyers are not looked at, and staff are not named. The same data gives the same bytes.
"""

import io
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import IO, Any

from flask import current_app
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from shopadmin.plugin_api import (
    Actor,
    MissingError,
    buyer_refs,
    complaints_of,
    db,
    evidence_of,
    record_audit,
    records_held_on,
    records_in_words,
    shop_settings,
    write_archive,
    writing,
)
from shopadmin_buyer_labels import dossier_words, permissions
from shopadmin_buyer_labels.domain.status import status
from shopadmin_buyer_labels.models import Appeal, Label, LabelEvent, LabelEvidence, Outcome, Rebuttal
from shopadmin_buyer_labels.services import dossier_records, lookups, people, reading
from shopadmin_buyer_labels.services.complaints import OF_LABEL

FORMAT = "shopadmin-dossier-v1"
HEADINGS: Mapping[str, Any] = {
    "decisions_on_orders": _("What labels led to for orders"),
    "holds_of_orders": _("Orders that were held"),
    "let_pass": _("When orders were let pass whatever labels say"),
    "known_by": _("By what the person is known again"),
    "merges": _("Who was said to be the same person"),
    "splits": _("When the person was told apart from others with the same identifiers"),
    "suggestions": _("Who may be the same person: suggested by likeness"),
    "buyer": _("Who it is"),
    "identifiers": _("Phones, e-mail addresses and accounts"),
    "orders": _("Orders"),
    "reviews": _("Reviews"),
    "review_versions": _("Earlier texts of reviews"),
    "replies": _("Replies of the shop"),
    "messages": _("Messages"),
    "consents": _("Consents"),
    "do_not_contact": _("Do not contact"),
    "incidents": _("Incidents"),
    "notes": _("Notes"),
    "complaints": _("Complaints to platforms"),
    "evidence": _("Evidence"),
}
# Who of the staff did it, and counters: the shop's, not the person's.
_INTERNAL = frozenset(
    {
        "author", "by", "added_by", "created_by", "decided_by", "edited_by", "editor", "attached_by", "confirmed_by",
        "ended_by", "made_by", "released_by", "opened_by", "reviewed_by", "reviewer",
        "revision", "submitted_by", "submitter", "written_by",
    }
)  # fmt: skip


def export(actor: Actor | None, buyer_id: int, now: datetime | None = None) -> IO[bytes]:
    """The dossier as an open zip at its beginning; that it was taken out is written down.

    ``actor``: None for the shell. Raises ForbiddenError, MissingError.
    """
    permissions.require(actor, permissions.EXPORT)
    found = build(buyer_id, now or datetime.now(UTC))
    text = json.dumps(found, ensure_ascii=False, indent=1).encode()
    page = current_app.jinja_env.get_template("shopadmin_buyer_labels/dossier.html")
    title = gettext("All that is held on buyer %(number)s", number=buyer_id)
    shown = page.render(
        title=title,
        dossier=_in_words(found, shop_settings().zone),
        zone=shop_settings().timezone,
        headings=HEADINGS,
        language=str(get_locale()).partition("_")[0],
    ).encode()
    file = io.BytesIO()
    write_archive(file, {"dossier.json": lambda: text, "dossier.html": lambda: shown})
    with writing():
        after = {"labels": len(found["labels"]), "bytes": file.tell()}
        record_audit(actor, "buyer_labels.dossier.exported", "buyer", buyer_id, after=after)
    file.seek(0)
    return file


def _in_words(found: Mapping[str, Any], zone: tzinfo) -> dict[str, Any]:
    """The same to read: in the reader's language, with times by the shop's clock and amounts of money."""
    return {
        "labels": dossier_words.labels_said(found["labels"], zone),
        "look_ups": dossier_words.said("look_ups", found["look_ups"], zone),
        "orders_and_likeness": dossier_records.in_words(found["orders_and_likeness"], zone),
        "shop": records_in_words(found["shop"]),
    }


def build(buyer_id: int, now: datetime) -> dict[str, Any]:
    """What is held, as plain values: of every row that the person is known as. Raises MissingError."""
    if buyer_id not in buyer_refs([buyer_id]):
        raise MissingError(buyer_id)
    rows = sorted(people.same_people([buyer_id])[buyer_id])
    labels = _all(Label, Label.buyer_id.in_(rows))
    return {
        "format": FORMAT,
        "buyer": buyer_id,
        "known_as": rows,
        "labels": [_label(label, now) for label in labels],
        "look_ups": [{"at": _plain(at), **after} for at, after in lookups.of(rows)],
        "orders_and_likeness": dossier_records.records(rows, _values),
        "shop": records_held_on(rows),
    }


def _label(label: Label, now: datetime) -> dict[str, Any]:
    mine = label.id
    return _values(label) | {
        "status": status(reading.facts(label), now),
        "evidence": [_piece(row) for row in _all(LabelEvidence, LabelEvidence.label_id == mine)],
        "kept_with_it": [
            {"uuid": piece.uuid, "kind": piece.kind, "sha256": piece.sha256, "captured_at": _plain(piece.captured_at),
             "source": piece.source, "tier": piece.tier}
            for piece in reversed(evidence_of(OF_LABEL, mine))
        ],
        "rebuttals": _rows(Rebuttal, Rebuttal.label_id == mine),
        "appeals": _rows(Appeal, Appeal.label_id == mine),
        "timeline": _rows(LabelEvent, LabelEvent.label_id == mine),
        "decisions_of_platforms": _rows(Outcome, Outcome.label_id == mine),
        "complaints": [
            {"complaint_no": one.complaint_no, "platform": one.platform, "ground": one.ground, "state": one.state,
             "outcome": one.outcome}
            for one in reversed(complaints_of(OF_LABEL, mine))
        ],
    }  # fmt: skip


def _piece(row: LabelEvidence) -> dict[str, Any]:
    return {"uuid": row.uuid, "tier": row.tier, "sha256": row.sha256, "attached_at": _plain(row.attached_at)}


def _rows(model: Any, *where: Any) -> list[dict[str, Any]]:
    return [_values(row) for row in _all(model, *where)]


def _all(model: Any, *where: Any) -> Sequence[Any]:
    return db.session().scalars(select(model).where(*where).order_by(model.id)).all()


def _values(row: Any) -> dict[str, Any]:
    """The columns that say something, empty ones left out."""
    found = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
    return {name: _plain(value) for name, value in found.items() if name not in _INTERNAL and not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | Collection | Mapping) and not value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
