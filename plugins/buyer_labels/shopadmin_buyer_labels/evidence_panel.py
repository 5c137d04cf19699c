"""The card of a label's evidence."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    EVIDENCE_KINDS,
    EVIDENCE_TIERS,
    Actor,
    Panel,
    RefusedError,
    account_names,
    evidence_by_uuid,
    evidence_text,
)
from shopadmin_buyer_labels import permissions
from shopadmin_buyer_labels.domain import moves
from shopadmin_buyer_labels.domain.moves import Who
from shopadmin_buyer_labels.models import Label, LabelEvidence
from shopadmin_buyer_labels.services import reading, records

VIEW = "buyer_labels_labels"


def make(label: Label, actor: Actor) -> Panel:
    """What it rests on, and the way to more."""
    facts = reading.facts(label)
    may_attach = (
        moves.refusal("attach", facts, Who(may_propose=actor.can(permissions.PROPOSE)), datetime.now(UTC)) is None
    )
    context = {
        "pieces": _pieces(label),
        "attach_url": url_for(f"{VIEW}.attach_view", row_id=label.id) if may_attach else "",
    }
    return Panel(_("Evidence"), "shopadmin_buyer_labels/evidence.html", permissions.READ, context)


def make_whole(label: Label) -> Panel:
    """What it rests on, to be read where somebody decides by it: pictures at full width, texts as pages show them."""
    pieces = [piece | {"text": evidence_text(piece["uuid"])} for piece in _pieces(label)]
    context = {"pieces": pieces, "is_whole": True, "attach_url": ""}
    return Panel(_("Evidence"), "shopadmin_buyer_labels/evidence.html", permissions.READ, context)


def _pieces(label: Label) -> list[dict[str, Any]]:
    attached = records.pieces(label.id)
    kept = _kept(attached)
    names = account_names([piece.attached_by for piece in attached])
    return [
        {
            "uuid": piece.uuid,
            "url": url_for(f"{VIEW}.evidence_view", row_id=label.id, uuid=piece.uuid),
            "kind": EVIDENCE_KINDS[kept[piece.uuid].kind],
            "is_picture": kept[piece.uuid].kind == "picture",
            "name": kept[piece.uuid].file_name,
            "tier": EVIDENCE_TIERS[piece.tier],
            "source": kept[piece.uuid].source,
            "captured_at": kept[piece.uuid].captured_at,
            "person": names.get(piece.attached_by, "") if piece.attached_by else "",  # type: ignore[call-overload]
            "sha256": piece.sha256,
        }
        for piece in attached
        if piece.uuid in kept
    ]


def _kept(attached: Sequence[LabelEvidence]) -> Mapping[str, Any]:
    """The core's rows by uuid; one that is gone there is left out."""
    found: dict[str, Any] = {}
    for piece in attached:
        try:
            found |= {row.uuid: row for row in evidence_by_uuid([piece.uuid])}
        except RefusedError:
            continue
    return found
