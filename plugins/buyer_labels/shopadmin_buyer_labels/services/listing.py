"""The list of labels: the status as conditions of the database, in the order in which the rule asks for it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, or_, select

from shopadmin.plugin_api import Actor, Filter, ListSpec, Sort, View, buyers_found
from shopadmin_buyer_labels import labels
from shopadmin_buyer_labels.domain.status import FINAL, STATUSES, Status
from shopadmin_buyer_labels.domain.taxonomy import CODES
from shopadmin_buyer_labels.models import Label
from shopadmin_buyer_labels.services import reading

# What ends so soon is worth a look: is it still true, is there new evidence?
SOON = timedelta(days=30)
_PROTECTIVE = [code for code, rule in CODES.items() if rule.is_protective]
_CAREFUL = [code for code, rule in CODES.items() if rule.is_careful]


def conditions(now: datetime) -> Mapping[Status, ColumnElement[bool]]:
    """Each status as a condition on a label's row; exactly one holds."""
    is_told = or_(Label.notice_sent_at.is_not(None), Label.notice_impossible_at.is_not(None))
    asked: tuple[tuple[Status, ColumnElement[bool]], ...] = (
        ("tombstoned", Label.tombstoned_at.is_not(None)),
        ("revoked", Label.revoked_at.is_not(None)),
        ("corrected", Label.corrected_at.is_not(None)),
        ("expired", Label.expires_at <= now),
        ("suspended", Label.suspended_at.is_not(None)),
        ("disputed", Label.disputed_at.is_not(None)),
        ("active", and_(Label.noticed_at.is_not(None), is_told)),
        ("noticed", Label.noticed_at.is_not(None)),
        ("pending_review", Label.submitted_at.is_not(None)),
    )
    found: dict[Status, ColumnElement[bool]] = {}
    before: list[ColumnElement[bool]] = []
    for name, is_true in asked:
        found[name] = and_(*before, is_true)
        before.append(~is_true)
    return found | {"draft": and_(*before)}


def in_effect(now: datetime) -> ColumnElement[bool]:
    """Whether the label leads to anything now: the same as an ``effect`` above none."""
    by_status = conditions(now)
    unreviewed = or_(by_status["draft"], by_status["pending_review"])
    return and_(
        or_(by_status["active"], by_status["noticed"], and_(unreviewed, Label.evidence_tier >= 1)),
        Label.code.not_in(_PROTECTIVE),
        or_(Label.code.not_in(_CAREFUL), Label.own_fault.is_(None), Label.own_fault.is_(False)),
    )


def spec(now: datetime | None = None) -> ListSpec:
    """The list as of ``now``: what has an effect comes first."""
    now = now or datetime.now(UTC)
    by_status = conditions(now)
    ends_soon = and_(or_(by_status["active"], by_status["noticed"]), Label.expires_at <= now + SOON)
    return ListSpec(
        query=select(*reading.SHOWN),
        id_column=Label.id,
        sorts=(
            Sort("newest", _("Newest first"), (Label.created_at, Label.id)),
            Sort("ends", _("What ends first"), (Label.expires_at, Label.id), descending=False),
        ),
        filters=(
            Filter("status", _("Status"), lambda name: by_status[name],
                   choices=[(name, labels.STATUSES[name]) for name in reversed(STATUSES)]),
            Filter("code", _("What happened"), lambda code: Label.code == code, choices=list(labels.CODES.items())),
            Filter("origin", _("Where it is from"), lambda origin: Label.origin == ("" if origin == "hand" else origin),
                   choices=[(origin or "hand", text) for origin, text in labels.ORIGINS.items()]),
        ),
        search=_search,
        views=(
            View("effect", _("In effect"), (in_effect(now),), "newest"),
            View("review", _("To review"), (by_status["pending_review"],), "newest"),
            View("drafts", _("Drafts"), (by_status["draft"],), "newest"),
            View("soon", _("Ending soon"), (ends_soon,), "ends"),
            View("paused", _("Paused"), (or_(by_status["suspended"], by_status["disputed"]),), "newest"),
            View("over", _("Over"), (or_(*(by_status[name] for name in FINAL)),), "newest"),
            View("all", _("All"), (), "newest"),
        ),
    )  # fmt: skip


def _search(term: str, actor: Actor) -> Sequence[ColumnElement[bool]]:
    """A label by its number, or those of the buyers whom the core's own search finds."""
    places: list[ColumnElement[bool]] = [Label.buyer_id.in_(found) for found in buyers_found(actor, term)]
    number = term.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19:
        places.append(Label.id == int(number))
    return places or [Label.id.is_(None)]
