"""Campaigns: draft, schedule, amount, withdraw, copy, delete. Each act: lock the row, read the clock, ask the rule."""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    MissingError,
    ObjectionsError,
    RefusedError,
    db,
    lock_row,
    record_audit,
    wording_problems,
)
from shopadmin_red_envelope import messages, permissions
from shopadmin_red_envelope.domain import checks, states
from shopadmin_red_envelope.domain.checks import Terms
from shopadmin_red_envelope.models import RedEnvelopeActivity, RedEnvelopeCampaign
from shopadmin_red_envelope.services import activities, budget, denominations, sealing
from shopadmin_red_envelope.services.changing import Change, changing, now

_TERMS = tuple(Terms.__dataclass_fields__)


def find(campaign_id: int, session: Session | None = None) -> RedEnvelopeCampaign:
    """The campaign as it stands. Raises MissingError."""
    found = (session or db.session()).get(RedEnvelopeCampaign, campaign_id, populate_existing=True)
    if found is None:
        raise MissingError(campaign_id)
    return found


def terms_of(row: RedEnvelopeCampaign) -> Terms:
    """What is set up, as the rules see it."""
    return Terms(**{name: getattr(row, name) for name in _TERMS})


def standing_of(row: RedEnvelopeCampaign, session: Session | None = None) -> states.Standing:
    """How far the campaign's lock is."""
    is_sealed = sealing.is_sealed(session or db.session(), row.id)
    return states.Standing(row.state, row.lock_at, row.use_to, is_sealed)  # type: ignore[arg-type]


def create(actor: Actor | None, terms: Terms, activity_id: int | None) -> int:
    """Add a draft; returns its id. Raises ForbiddenError, RefusedError, ObjectionsError."""
    permissions.require(actor, permissions.CREATE)
    with changing() as change:
        return _add(change, actor, terms, activity_id, "created")


def copy(actor: Actor | None, campaign_id: int) -> int:
    """Copy any campaign to a new draft; times that have passed are left open. Returns its id. Raises as ``create``."""
    permissions.require(actor, permissions.CREATE)
    with changing() as change:
        source = find(campaign_id, change.session)
        terms, activity_id = asdict(terms_of(source)), source.activity_id
        if source.lock_at is None or source.lock_at - states.MARGIN_MS <= change.now:
            terms |= dict.fromkeys(checks.INSTANTS)
            activity_id = None
        table = denominations.newest(source.category, change.session)
        if terms["amount"] not in table.amounts:
            terms["amount"] = None
        return _add(change, actor, Terms(**terms), activity_id, "copied", {"copied_from": campaign_id})


def edit(actor: Actor | None, campaign_id: int, terms: Terms, activity_id: int | None, version: int) -> None:
    """Change a draft. Raises ForbiddenError, MissingError, RefusedError, ObjectionsError."""
    permissions.require(actor, permissions.CREATE)
    with _act(campaign_id, "edit") as (change, row):
        before = _shown(row)
        activity = _activity(change, activity_id)
        table = denominations.newest(terms.category, change.session)
        _refuse(checks.check_campaign(terms, activity, table.amounts, change.now))
        lock_at = states.lock_at(activity.starts_at if activity else None, terms.claim_from)
        values = asdict(terms) | {
            "activity_id": activity_id,
            "lock_at": lock_at,
            "denomination_version": table.version,
            "currency": table.currency,
        }
        _save(change, row, version, values)
        _record(actor, "changed", campaign_id, before, values)


def schedule(actor: Actor | None, campaign_id: int, version: int, confirm_worst_case: int | None = None) -> None:
    """Let a complete draft with a harmless name begin at its start (R3, R6, R14, R15). Raises as ``edit``.

    ``confirm_worst_case``: the amount of its worst case in minor units, needed when that passes the owner's limit.
    """
    permissions.require(actor, permissions.CREATE)
    buyers = _buyers_at_stake(actor, campaign_id)
    with _act(campaign_id, "schedule") as (change, row):
        activity = _activity(change, row.activity_id)
        table = denominations.newest(row.category, change.session)
        _refuse(checks.check_campaign(terms_of(row), activity, table.amounts, change.now, scheduling=True))
        if problems := wording_problems(row.title, "campaign", "title"):
            raise RefusedError(*problems)
        confirmed = _confirmed(row.amount or 0, row.quantity, table.currency, buyers, confirm_worst_case)
        values = {"state": "scheduled", "denomination_version": table.version, "currency": table.currency}
        _save(change, row, version, values)
        _record(actor, "scheduled", campaign_id, {"state": "draft"}, values | confirmed)


def set_amount(
    actor: Actor | None, campaign_id: int, amount: int, version: int, confirm_worst_case: int | None = None
) -> None:
    """Change the amount of a scheduled campaign, from its own version of the list (R16). Raises as ``edit``.

    ``confirm_worst_case``: as for ``schedule``, else another amount would be the way past the limit.
    """
    permissions.require(actor, permissions.AMOUNT)
    buyers = _buyers_at_stake(actor, campaign_id)
    with _act(campaign_id, "amount") as (change, row):
        table = denominations.at_version(row.category, row.denomination_version, change.session)
        _refuse(checks.check_amount(amount, row.threshold, table.amounts))
        confirmed = _confirmed(amount, row.quantity, row.currency, buyers, confirm_worst_case)
        before = {"amount": row.amount}
        _save(change, row, version, {"amount": amount})
        _record(actor, "amount_changed", campaign_id, before, {"amount": amount} | confirmed)


def withdraw(actor: Actor | None, campaign_id: int, version: int) -> None:
    """Take a scheduled campaign back before it begins, for good. Raises as ``edit``."""
    permissions.require(actor, permissions.WITHDRAW)
    with _act(campaign_id, "withdraw") as (change, row):
        _save(change, row, version, {"state": "withdrawn"})
        _record(actor, "withdrawn", campaign_id, {"state": "scheduled"}, {"state": "withdrawn"})


def remove(actor: Actor | None, campaign_id: int, version: int) -> None:
    """Delete a draft. Raises as ``edit``."""
    permissions.require(actor, permissions.CREATE)
    with _act(campaign_id, "delete") as (change, row):
        before = _shown(row)
        change.note_start(row.lock_at)
        matching = (RedEnvelopeCampaign.id == campaign_id, RedEnvelopeCampaign.version == version)
        change.run(delete(RedEnvelopeCampaign).where(*matching))
        change.session.expunge(row)
        _record(actor, "deleted", campaign_id, before, None)


def _buyers_at_stake(actor: Actor | None, campaign_id: int) -> int:
    """The past buyers, where they bound the worst case: counted before the lock, as it takes a while in a large shop.

    A quantity that changes until the lock is held changes the version as well, and the act is refused. Raises
    RefusedError for those who may not know how many buyers there are, and so cannot type what it comes to.
    """
    row = find(campaign_id)
    if row.quantity is not None or budget.limit(row.currency) is None:
        return 0
    if not permissions.may_know_buyers(actor):
        raise RefusedError(messages.problem("unbounded_unknown", "quantity"))
    return budget.past_buyers(row.currency)


def _confirmed(
    amount: int, quantity: int | None, currency: str, buyers: int, confirm_worst_case: int | None
) -> dict[str, int]:
    """What the activity log says of the worst case, nothing where it needs no word. Raises RefusedError."""
    stake = budget.stake(amount, quantity, currency, buyers)
    budget.check(stake, confirm_worst_case)
    return {"confirmed_worst_case": stake.worst.amount} if stake.must_be_confirmed else {}


@contextlib.contextmanager
def _act(campaign_id: int, action: states.Action) -> Iterator[tuple[Change, RedEnvelopeCampaign]]:
    """Seal what is due; then lock the row, read the database's clock, and ask the rule."""
    sealing.seal_due()
    with changing() as change:
        row = lock_row(change.session, RedEnvelopeCampaign, campaign_id)
        # Again, as the lock may have been waited for.
        change.now = now(change.session)
        if refusal := states.may_edit(standing_of(row, change.session), action, change.now):
            raise ObjectionsError(messages.problem(refusal))
        yield change, row


def _add(change: Change, actor: Actor | None, terms: Terms, activity_id: int | None, act: str, more: Any = None) -> int:
    activity = _activity(change, activity_id)
    table = denominations.newest(terms.category, change.session)
    _refuse(checks.check_campaign(terms, activity, table.amounts, change.now))
    lock_at = states.lock_at(activity.starts_at if activity else None, terms.claim_from)
    if refusal := states.may_edit(states.Standing("draft", lock_at), "create", change.now):
        raise ObjectionsError(messages.problem(refusal))
    values = asdict(terms) | {"activity_id": activity_id, "lock_at": lock_at}
    row = RedEnvelopeCampaign(
        **values,
        state="draft",
        denomination_version=table.version,
        currency=table.currency,
        rule_version=checks.RULE_VERSION,
        version=1,
    )
    change.session.add(row)
    change.session.flush()
    change.note_start(lock_at)
    _record(actor, act, row.id, None, values | (more or {}))
    return row.id


def _save(change: Change, row: RedEnvelopeCampaign, version: int, values: dict[str, Any]) -> None:
    """``UPDATE … WHERE id AND version``: nobody writes over what they have not seen."""
    change.note_start(row.lock_at, values.get("lock_at"))
    change.run(
        update(RedEnvelopeCampaign)
        .where(RedEnvelopeCampaign.id == row.id, RedEnvelopeCampaign.version == version)
        .values(**values, version=version + 1)
    )


def _activity(change: Change, activity_id: int | None) -> checks.Activity | None:
    """The activity, locked against changes until the commit."""
    if activity_id is None:
        return None
    options: dict[str, Any] = {"with_for_update": {"read": True}, "populate_existing": True}
    row = change.session.get(RedEnvelopeActivity, activity_id, **options)
    if row is None:
        raise RefusedError(messages.problem("unknown_activity", "activity_id"))
    return activities.values_of(row)


def _refuse(objections: list[checks.Objection]) -> None:
    if objections:
        raise RefusedError(*messages.problems(objections))


def _shown(row: RedEnvelopeCampaign) -> dict[str, Any]:
    return asdict(terms_of(row)) | {"activity_id": row.activity_id, "lock_at": row.lock_at, "state": row.state}


def _record(actor: Actor | None, act: str, row_id: int, before: Any, after: Any) -> None:
    record_audit(
        actor, f"red_envelope.campaign.{act}", "red_envelope.campaign", row_id, before=before, after=after
    )  # fmt: skip
