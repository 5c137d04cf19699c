"""A dossier's own parts as people read them: names for what labels, rules and likeness keep, words for their codes."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import (
    COMPLAINT_GROUNDS,
    COMPLAINT_STATES,
    EVIDENCE_KINDS,
    EVIDENCE_TIERS,
    Vocabulary,
    record_in_words,
    word_of,
)
from shopadmin_buyer_labels import appeal_texts, labels, people_texts, policy_texts

NAMES: Mapping[str, Any] = {
    "alone_from": _("The one who is there may decide from"), "appeals": _("Objections"), "at": _("Time"),
    "attached_at": _("Attached at"), "between": _("Between the buyers"), "campaigns": _("May take part in campaigns"),
    "captured_at": _("Captured at"), "channel": _("How it reached the shop"), "code": _("What happened"),
    "complaint_no": _("Number of the complaint"), "complaints": _("Complaints to platforms"),
    "confirmed_at": _("Kept back since"), "contacted_on": _("Talked to the buyer on"),
    "cooling_until": _("Slept on until"), "corrected_at": _("Corrected"), "created_at": _("Written down"),
    "data": _("Status"), "decided_at": _("Decided"), "decision": _("Decision"),
    "decisions_of_platforms": _("What platforms decided"), "disputed_at": _("Objected to since"), "due_at": _("Due"),
    "ended_at": _("Ended"), "ended_why": _("Why it ended"), "evidence": _("Evidence"),
    "evidence_tier": _("Attached at best"), "expires_at": _("Until"), "found_at": _("Found"), "from": _("Before"),
    "ground": _("Ground"),
    "happened_on": _("On which day"), "heard_at": _("Heard"), "held_at": _("Held since"),
    "hold_hours": _("Held for, in hours, at the most"), "kept_with_it": _("Kept with it"),
    "kind": _("What it is"), "latest_at": _("At the latest until"), "level": _("Leads to"),
    "made_at": _("Said on"), "min_tier": _("Evidence that it needs"), "mode": _("How the rule worked"),
    "note": _("Note"), "notice_impossible": _("Why notice is impossible"),
    "notice_impossible_at": _("Notice found impossible"), "notice_sent_at": _("Notice sent"),
    "notice_text": _("Notice to the buyer"), "noticed_at": _("Notice made"), "opened_at": _("Raised"),
    "number": _("Number"), "order_no": _("Order"), "ordered_at": _("Ordered"), "origin": _("Where it is from"),
    "outcome": _("Outcome"),
    "overdue_at": _("Suspended as overdue"), "own_fault": _("The shop's own fault"),
    "own_fault_note": _("What was found"), "page": _("Page"), "platform": _("Platform"), "reason": _("Reason"),
    "reasons": _("What agrees"), "rebuttals": _("What the buyer says"), "release_at": _("Released by itself at"),
    "released_at": _("Released"), "released_why": _("Why it was released"), "remedy": _("What follows"),
    "renewed_from": _("Renewed from label"), "requires": _("Needed first"),
    "review_note": _("What the reviewer said"), "reviewed_at": _("Reviewed"), "revoked_at": _("Taken back"),
    "revoked_why": _("Taken back because"), "rule": _("Rule"), "said_at": _("Said on"), "score": _("Likeness of 100"),
    "severity": _("How grave it was"), "sha256": "SHA-256", "source": _("Source"), "state": _("State"),
    "status": _("Status"), "submitted_at": _("Put to review"), "suspended_at": _("Suspended"),
    "suspended_why": _("Suspended because"), "taxonomy": _("Version of the codes"), "text": _("Words"),
    "tier": _("What it rests on"), "tier_after": _("Evidence afterwards"), "tier_before": _("Evidence before"),
    "timeline": _("Timeline"), "to": _("After"), "tombstoned_at": _("Erased"), "until": _("Until"),
    "uuid": _("Number of the piece"),
    "version": _("Version of the rule"), "via": _("Known again by"), "why": _("Why"),
    "with_somebody_else": _("With somebody else"),
}  # fmt: skip
PAGES: Mapping[str, Any] = {
    "blacklist": _("Blacklist"), "objections": _("List of objections"), "holds": _("List of held orders"),
    "suggestions": _("List of people who are alike"), "label": _("Page of a label"),
    "evidence": _("A piece of evidence"),
    "objection": _("Page of an objection"), "complaint": _("Form of a complaint"), "order": _("Card of an order"),
    "buyer": _("Card of a buyer"), "hold": _("Page of a held order"), "merge": _("Page of a merge"),
    "suggestion": _("Page of two who are alike"),
}  # fmt: skip
_TIES: Mapping[str, Any] = {
    **people_texts.TIES, "buyer": _("the same buyer"), "alike": _("perhaps the same person"),
}  # fmt: skip
_TIER = word_of(EVIDENCE_TIERS)
_WHYS = word_of(policy_texts.WHYS)
WORDS = Vocabulary(
    NAMES,
    {
        "labels": {
            "code": word_of(labels.CODES), "status": word_of(labels.STATUSES), "severity": word_of(labels.SEVERITIES),
            "evidence_tier": _TIER, "min_tier": _TIER, "origin": word_of(labels.ORIGINS),
            "suspended_why": word_of(labels.SUSPENDED), "revoked_why": word_of(labels.REVOKED),
        },
        "kept_with_it": {"kind": word_of(EVIDENCE_KINDS)},
        "appeals": {
            "channel": word_of(appeal_texts.CHANNELS), "outcome": word_of(appeal_texts.OUTCOMES),
            "remedy": word_of(appeal_texts.REMEDIES),
        },
        "timeline": {"code": word_of(labels.EVENTS)},
        "data": {"from": word_of(labels.STATUSES), "to": word_of(labels.STATUSES)},
        "decisions_of_platforms": {
            "ground": word_of(COMPLAINT_GROUNDS), "outcome": word_of(COMPLAINT_STATES), "tier_before": _TIER,
            "tier_after": _TIER,
        },
        "complaints": {
            "ground": word_of(COMPLAINT_GROUNDS), "state": word_of(COMPLAINT_STATES),
            "outcome": word_of(COMPLAINT_STATES),
        },
        "look_ups": {"page": word_of(PAGES)},
        "decisions_on_orders": {
            "level": word_of(policy_texts.LEVELS),
            "requires": lambda codes: policy_texts.requirements(codes.split(",")), "ended_why": _WHYS,
            "rule": policy_texts.name_of, "via": word_of(_TIES),
            "mode": word_of({"live": _("Acts"), "shadow": _("Watches")}),
        },
        "holds_of_orders": {"released_why": _WHYS},
        "suggestions": {
            "reasons": word_of(people_texts.REASONS),
            "decision": word_of({"merged": _("One person"), "other": _("Two people")}),
        },
    },
    kept=frozenset({"origin"}),
)  # fmt: skip


def said(kind: str, rows: Sequence[Mapping[str, Any]], zone: tzinfo) -> list[dict[str, Any]]:
    """Records of a kind in the reader's language."""
    return [record_in_words(kind, row, WORDS, zone) for row in rows]


def labels_said(rows: Sequence[Mapping[str, Any]], zone: tzinfo) -> list[dict[str, Any]]:
    """Labels by their number; of a step in their timeline what it made of the status, its words and its time."""
    return said("labels", [{"number": row["id"], **row, "timeline": list(map(_step, row["timeline"]))} for row in rows],
                zone)  # fmt: skip


def _step(row: Mapping[str, Any]) -> dict[str, Any]:
    moved = {name: value for name, value in row.get("data", {}).items() if name in ("from", "to")}
    return {name: value for name, value in row.items() if name != "data"} | ({"data": moved} if moved else {})
