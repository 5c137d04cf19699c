"""What proves something about a case: kept by the core under the case's own word, and taken out as a pack."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import IO, Any

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    Actor,
    EvidenceOrigin,
    EvidencePack,
    EvidenceSnapshot,
    ObjectionsError,
    OrderId,
    ReviewDossier,
    ReviewId,
    evidence_by_uuid,
    evidence_of,
    evidence_pack,
    evidence_snapshots,
    order_facts,
    platform_name,
    review_dossiers,
    store_evidence,
    writing,
)
from shopadmin_review_recovery import messages, permissions
from shopadmin_review_recovery.models import ReviewCase
from shopadmin_review_recovery.services import case_records, cases, forgotten, opening

SUBJECT = "review_recovery.case"
# A court's or an authority's decision: nobody says so by choosing it from a list.
HIGHEST_TIER = 4
SEES_ORDERS = "core.orders:read"
# What a person writes down: the core's kind, and what is said of where it is from besides the person's own words.
TEXTS: Mapping[str, tuple[Any, str]] = {
    "chat": ("chat", ""),
    "sms": ("chat", "SMS"),
    "call": ("call", ""),
    "logistics": ("logistics", ""),
}


def of_case(case_id: int) -> list[EvidenceSnapshot]:
    """What is kept, the newest first."""
    return evidence_of(SUBJECT, case_id)


def uuids(case_id: int) -> tuple[str, ...]:
    """Of all that is kept, the oldest first."""
    return tuple(found.uuid for found in reversed(of_case(case_id)))


def keep_picture(actor: Actor, case_id: int, content: bytes, origin: EvidenceOrigin, file_name: str) -> str:
    """Keep a screenshot or a photo; returns its uuid.

    Raises ForbiddenError, MissingError, RefusedError for what is no picture, too large, or another file as well.
    """
    return _keep(actor, case_id, "picture", content, origin, file_name)


def keep_text(actor: Actor, case_id: int, what: str, text: str, origin: EvidenceOrigin) -> str:
    """Keep a text: ``what`` is one of ``TEXTS``. Returns its uuid; raises as ``keep_picture`` does."""
    kind, prefix = TEXTS[what]
    source = " · ".join(filter(None, (prefix, origin.source.strip())))
    return _keep(actor, case_id, kind, text, EvidenceOrigin(origin.captured_at, source, origin.tier))


def keep_order(actor: Actor, case_id: int) -> str:
    """Keep what the shop's books say of the order now (E1). Raises as ``keep_picture``, ObjectionsError without one."""
    permissions.require(actor, SEES_ORDERS)
    case = case_records.find(case_id)
    if case.order_id is None:
        raise ObjectionsError(messages.problem("no_order"))
    return _keep(actor, case_id, "order", order_facts(OrderId(case.order_id)), EvidenceOrigin(datetime.now(UTC)))


def keep_review(actor: Actor, case_id: int) -> str:
    """Keep the review as it stands here now (E1). Raises as ``keep_picture``, ObjectionsError when it is gone."""
    case = case_records.find(case_id)
    dossier = dossier_of(case)
    if dossier is None:
        raise ObjectionsError(messages.problem("no_review"))
    origin = EvidenceOrigin(datetime.now(UTC), platform_name(case.platform))
    return _keep(actor, case_id, "review", "\n".join(_review_lines(dossier)), origin)


def erased(uuids: Collection[str]) -> int:
    """How many of these pieces are gone, as a buyer was forgotten."""
    return len(set(uuids)) - len(evidence_snapshots(uuids)) if uuids else 0


def dossier_of(case: ReviewCase) -> ReviewDossier | None:
    """The case's review with its order; None when it is gone, or where the platform keeps what it took down."""
    return review_dossiers([case.review_id]).get(ReviewId(case.review_id)) if case.review_id else None


def pack(actor: Actor, case_id: int, language: str = "") -> IO[bytes]:
    """All of it as a pack, an open file. A suspicion is not in it: what the label rests on is.

    Raises ForbiddenError, MissingError, ObjectionsError where nothing is kept or a file was changed.
    """
    permissions.require(actor, permissions.EXPORT)
    case = case_records.find(case_id)
    about = {"case": str(case.id), "platform": case.platform, "order_no": case.order_no}
    facts: Sequence[tuple[Any, Any]] = [
        (_("Platform"), platform_name(case.platform)), (_("Order"), case.order_no),
        (_("Review"), f"{case.reviewed_at:%Y-%m-%d %H:%M} UTC"),
    ]  # fmt: skip
    rows = evidence_by_uuid(uuids(case_id))
    title = _("Case %(number)s", number=case.id)
    shown = [(term, value) for term, value in facts if value]
    return evidence_pack(actor, EvidencePack(SUBJECT, case.id, title, shown, about, rows), language)


def _keep(actor: Actor, case_id: int, kind: Any, content: Any, origin: EvidenceOrigin, file_name: str = "") -> str:
    permissions.require(actor, permissions.REPLY)
    if origin.tier == HIGHEST_TIER:
        permissions.require(actor, permissions.AUTHORITY)
    with writing() as session:
        case = cases.load(session, case_id, None)
        forgotten.refuse(case)
        kept = store_evidence(actor, SUBJECT, case.id, kind, content, origin, file_name)
        now = datetime.now(UTC)
        opening.record(session, case, "evidence.kept", now, actor.account_id, kind=kind, tier=origin.tier)
        return kept


def _review_lines(dossier: ReviewDossier) -> list[str]:
    """Field names as the API has them, the time in UTC."""
    review = dossier.review
    rating = f"stars: {review.stars}" if review.stars is not None else f"grade: {review.grade}"
    lines = [
        f"platform: {review.platform}",
        rating,
        f"created_at: {review.created_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
    ]
    texts = {"title": review.title, "body": review.body, "followup": dossier.followup}
    return lines + [f"{name}: {text}" for name, text in texts.items() if text]
