"""Cards of a case's page: signals, evidence, and what the shop made of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    EVIDENCE_KINDS,
    Actor,
    EvidenceSnapshot,
    Panel,
    account_names,
    complaint_grounds,
    incident_kind,
)
from shopadmin_review_recovery import evidence_labels as labels
from shopadmin_review_recovery import permissions
from shopadmin_review_recovery.evidence_forms import PictureForm
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import complaints, evidence, forgotten, incidents, signals, suspicions

_VIEW = "review_recovery_evidence"


def signals_panel(case: ReviewCase, actor: Actor) -> Panel | None:
    """What might speak for a malicious review; nothing where nothing does."""
    found = signals.of_case(case, evidence.dossier_of(case))
    if not found:
        return None
    context = {"signals": [labels.signal_text(signal) for signal in found]}
    return Panel(_("Signals"), "shopadmin_review_recovery/signals_panel.html", permissions.READ, context)


def evidence_panel(case: ReviewCase, actor: Actor) -> Panel:
    """What is kept, and the ways to keep more and to take it out."""
    return Panel(
        _("Evidence"), "shopadmin_review_recovery/evidence.html", permissions.READ, evidence_context(case, actor)
    )


def platform_panel(case: ReviewCase, actor: Actor) -> Panel | None:
    """Suspicion, complaints and incidents; nothing where there are none and nobody may make one."""
    suspicion = suspicions.current(case.id)
    may_work = actor.can(permissions.REPLY)
    may_add = not forgotten.is_forgotten(case)
    context = {
        "suspicion": _suspicion(suspicion) if suspicion else None,
        "complaints": _complaints(case, actor),
        "incidents": _incidents(case) if actor.can(incidents.READ) else [],
        "complaint_url": _address("complaint_view", case, may_work and may_add and actor.can(complaints.WORK)),
        "incident_url": _address("incident_view", case, may_work and may_add and actor.can(incidents.CREATE)),
        "suspect_url": _address("suspect_view", case, actor.is_owner and may_add and suspicion is None),
        "lift_url": _address("lift_view", case, actor.is_owner and suspicion is not None),
        "removed_url": _address(
            "removed_view", case, may_work and complaints.may_be_removed(case), version=case.version
        ),
    }
    if not any(context.values()):
        return None
    return Panel(
        _("Suspicion and complaint"), "shopadmin_review_recovery/platform_panel.html", permissions.READ, context
    )


def evidence_context(case: ReviewCase, actor: Actor) -> dict[str, Any]:
    """What evidence.html shows."""
    kept = evidence.of_case(case.id)
    names = account_names([piece.kept_by for piece in kept])
    is_forgotten = forgotten.is_forgotten(case)
    may_work = actor.can(permissions.REPLY) and not is_forgotten
    return {
        "is_forgotten": is_forgotten,
        "pieces": [_piece(piece, case, names) for piece in kept],
        "picture_form": PictureForm(actor.can(permissions.AUTHORITY), formdata=None) if may_work else None,
        "picture_url": _address("picture_view", case, may_work),
        "text_url": _address("text_view", case, may_work),
        "order_url": _address(
            "order_view", case, may_work and case.order_id is not None and actor.can(evidence.SEES_ORDERS)
        ),
        "review_url": _address("review_view", case, may_work and case.review_id is not None),
        "packs": [
            (url, label)
            for language, label in (("en", "English"), ("zh", "中文"))
            if (url := _address("pack_view", case, bool(kept) and actor.can(permissions.EXPORT), language=language))
        ],
    }


def _address(method: str, case: ReviewCase, is_possible: bool, **more: Any) -> str:
    return url_for(f"{_VIEW}.{method}", case_id=case.id, **more) if is_possible else ""


def _piece(piece: EvidenceSnapshot, case: ReviewCase, names: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "url": url_for(f"{_VIEW}.shown_view", case_id=case.id, row_id=piece.uuid),
        "kind": EVIDENCE_KINDS[piece.kind],
        "is_picture": piece.kind == "picture",
        "name": piece.file_name,
        "tier": labels.tier(piece.tier),
        "source": piece.source,
        "captured_at": piece.captured_at,
        "person": names.get(piece.kept_by, "") if piece.kept_by else "",
        "sha256": piece.sha256,
    }


def _suspicion(row: Any) -> dict[str, Any]:
    return {
        "mark": labels.suspicion_badge(row.kind),
        "count": row.evidence_count,
        "erased": evidence.erased(row.evidence),
        "set_at": row.set_at,
        "who": suspicions.setter(row),
        "ends_at": suspicions.label_of(row).ends_at,
    }


def _complaints(case: ReviewCase, actor: Actor) -> list[dict[str, Any]]:
    grounds = dict(complaint_grounds(case.platform))
    sees = actor.can("core.complaints:read")
    return [
        {
            "number": found.complaint_no,
            "ground": grounds.get(found.ground, found.ground),
            "mark": labels.complaint_badge(found.state),
            "deadline_at": found.deadline_at,
            "url": found.url if sees else "",
        }
        for found in complaints.of_case(case.id)
    ]


def _incidents(case: ReviewCase) -> list[dict[str, Any]]:
    return [
        {
            "kind": incident_kind(told["kind"]),
            "tier": labels.tier(told["tier"]),
            "at": datetime.fromisoformat(told["at"]),
            "erased": evidence.erased(told.get("evidence", ())),
        }
        for told in incidents.of_case(case.id)
    ]
