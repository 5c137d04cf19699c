"""Activities: add, change and delete, until they begin or a scheduled campaign relies on them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor, MissingError, ObjectionsError, Problem, RefusedError, db, lock_row, record_audit
from shopadmin_red_envelope import messages, permissions
from shopadmin_red_envelope.domain import checks, states
from shopadmin_red_envelope.domain.checklist import Point, checklist
from shopadmin_red_envelope.models import RedEnvelopeActivity, RedEnvelopeCampaign
from shopadmin_red_envelope.services.changing import Change, changing, now

_FIELDS = ("name", "kind", "supports_store_envelopes", "starts_at", "ends_at")


def find(activity_id: int, session: Session | None = None) -> RedEnvelopeActivity:
    """The activity. Raises MissingError."""
    found = (session or db.session()).get(RedEnvelopeActivity, activity_id, populate_existing=True)
    if found is None:
        raise MissingError(activity_id)
    return found


def everything() -> Sequence[RedEnvelopeActivity]:
    """All of them, the latest start first."""
    order = (RedEnvelopeActivity.starts_at.desc(), RedEnvelopeActivity.id.desc())
    return db.session().scalars(select(RedEnvelopeActivity).order_by(*order)).all()


def coming() -> Sequence[RedEnvelopeActivity]:
    """Those that a campaign can still be set up under, the next first."""
    is_coming = RedEnvelopeActivity.starts_at - states.MARGIN_MS > now()
    order = (RedEnvelopeActivity.starts_at, RedEnvelopeActivity.id)
    return db.session().scalars(select(RedEnvelopeActivity).where(is_coming).order_by(*order)).all()


def objection(activity: RedEnvelopeActivity) -> Problem | None:
    """Why the activity cannot change any more; None while it can."""
    return _objection(db.session(), activity, now())


def values_of(row: RedEnvelopeActivity) -> checks.Activity:
    """The activity as the rules see it."""
    return checks.Activity(**{name: getattr(row, name) for name in _FIELDS})


def points(row: RedEnvelopeActivity) -> tuple[Point, ...]:
    """What to look at before it begins; blocks nothing (R25)."""
    of_it = (RedEnvelopeCampaign.activity_id == row.id, RedEnvelopeCampaign.state == "scheduled")
    return checklist(row.kind, bool(db.session().scalar(select(exists().where(*of_it)))))


def create(actor: Actor | None, activity: checks.Activity) -> int:
    """Add an activity; returns its id. Raises ForbiddenError, RefusedError."""
    permissions.require(actor, permissions.CREATE)
    with changing() as change:
        _check(activity, change.now)
        row = RedEnvelopeActivity(**_dict(activity), version=1)
        change.session.add(row)
        change.session.flush()
        change.note_start(activity.starts_at)
        _record(actor, "created", row.id, None, activity)
        return row.id


def edit(actor: Actor | None, activity_id: int, activity: checks.Activity, version: int) -> None:
    """Change an activity that has not begun; drafts under it get their new start.

    Raises ForbiddenError, MissingError, RefusedError, ObjectionsError.
    """
    permissions.require(actor, permissions.CREATE)
    with changing() as change:
        before = _open(change, activity_id)
        _check(activity, change.now)
        change.note_start(before.starts_at, activity.starts_at)
        change.run(
            update(RedEnvelopeActivity)
            .where(RedEnvelopeActivity.id == activity_id, RedEnvelopeActivity.version == version)
            .values(**_dict(activity), version=version + 1)
        )
        _move_drafts(change, activity_id, activity.starts_at)
        _record(actor, "changed", activity_id, before, activity)


def remove(actor: Actor | None, activity_id: int, version: int) -> None:
    """Delete an activity that no campaign belongs to. Raises as ``edit``."""
    permissions.require(actor, permissions.CREATE)
    with changing() as change:
        before = _open(change, activity_id)
        if _campaigns(change.session, activity_id):
            raise ObjectionsError(messages.problem("activity_in_use"))
        change.note_start(before.starts_at)
        change.run(
            delete(RedEnvelopeActivity).where(
                RedEnvelopeActivity.id == activity_id, RedEnvelopeActivity.version == version
            )
        )
        _record(actor, "deleted", activity_id, before, None)


def _open(change: Change, activity_id: int) -> checks.Activity:
    """The activity under a lock, if it may still change."""
    row = lock_row(change.session, RedEnvelopeActivity, activity_id)
    if found := _objection(change.session, row, change.now):
        raise ObjectionsError(found)
    return values_of(row)


def _objection(session: Session, row: RedEnvelopeActivity, moment: int) -> Problem | None:
    if row.starts_at - states.MARGIN_MS <= moment:
        return messages.problem("activity_locked")
    for campaign in _campaigns(session, row.id):
        has_begun = campaign.lock_at is not None and campaign.lock_at - states.MARGIN_MS <= moment
        if campaign.state == "scheduled" or has_begun:
            return messages.problem("activity_in_use")
    return None


def _campaigns(session: Session, activity_id: int) -> Sequence[RedEnvelopeCampaign]:
    query = select(RedEnvelopeCampaign).where(RedEnvelopeCampaign.activity_id == activity_id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _move_drafts(change: Change, activity_id: int, starts_at: int) -> None:
    for campaign in _campaigns(change.session, activity_id):
        moved = states.lock_at(starts_at, campaign.claim_from)
        if campaign.state == "draft" and campaign.lock_at != moved:
            change.note_start(campaign.lock_at, moved)
            campaign.lock_at, campaign.version = moved, campaign.version + 1


def _check(activity: checks.Activity, now: int) -> None:
    if objections := checks.check_activity(activity, now):
        raise RefusedError(*messages.problems(objections))


def _dict(activity: checks.Activity) -> dict[str, Any]:
    return {name: getattr(activity, name) for name in _FIELDS}


def _record(
    actor: Actor | None, act: str, row_id: int, before: checks.Activity | None, after: checks.Activity | None
) -> None:
    record_audit(
        actor, f"red_envelope.activity.{act}", "red_envelope.activity", row_id,
        before=_dict(before) if before else None, after=_dict(after) if after else None,
    )  # fmt: skip
