"""The shop's rules for orders of labelled buyers: versions, the time of watching, and who lets them act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from shopadmin.plugin_api import (
    Actor,
    ForbiddenError,
    MissingError,
    ObjectionsError,
    RefusedError,
    ask_around,
    db,
    record_audit,
    writing,
)
from shopadmin_buyer_labels import permissions, policy_texts
from shopadmin_buyer_labels.domain import policy
from shopadmin_buyer_labels.domain.policy import Effect, Level, Rule
from shopadmin_buyer_labels.models import PolicyRule
from shopadmin_buyer_labels.services import marks

OBJECT = "buyer_labels.rule"
# How long a rule watches before the owner may let it act (section 4).
SHADOW = timedelta(days=14)
LONGEST_NAME = 80
_STANDING = select(PolicyRule).where(PolicyRule.ended_at.is_(None)).order_by(PolicyRule.family, PolicyRule.version)
_LIVE = select(
    PolicyRule.codes, PolicyRule.level, PolicyRule.requires, PolicyRule.campaigns, PolicyRule.hold_hours,
    PolicyRule.min_tier, PolicyRule.min_severity, PolicyRule.statuses, PolicyRule.live_since, PolicyRule.approved_by,
).where(PolicyRule.ended_at.is_(None), PolicyRule.live_since.is_not(None))  # fmt: skip
_KEEPS_OUT = _LIVE.where(PolicyRule.campaigns.is_(False))

_REFUNDS = frozenset({"refund.false_not_received", "refund.item_swapped", "refund.empty_parcel"})
# What a new shop begins with: a look at the label works at once, and what makes a buyer wait is the owner's to allow.
SHIPPED: Sequence[tuple[str, Rule, bool]] = (
    ("shipped.note", Rule(frozenset(), Effect(Level.NOTE), statuses=frozenset({"noticed", "active"})), True),
    (
        "shipped.flag",
        Rule(frozenset(), Effect(Level.FLAG), 1, 1, frozenset({"draft", "pending_review", "active"})),
        True,
    ),
    ("shipped.hold", Rule(frozenset(), Effect(Level.HOLD, hold_hours=24), 2, 3), False),
    (
        "shipped.signature",
        Rule(_REFUNDS, Effect(Level.HOLD, frozenset({"signature_delivery"}), hold_hours=24), 3, 3),
        False,
    ),
    ("shipped.campaigns", Rule(frozenset(), Effect(Level.NOTE, campaigns=False), 3, 3), False),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as somebody writes it, with the name that the shop gives it."""

    name: str
    rule: Rule


def standing() -> Sequence[PolicyRule]:
    """The versions that act or watch, by rule; one query."""
    return db.session().scalars(_STANDING).all()


def live(*, keeping_out: bool = False) -> list[Rule]:
    """The rules that act, or those of them alone that keep buyers out of campaigns. Asked at each claim, so without a
    session where there is none; one query.
    """
    return [as_rule(row) for row in ask_around(_KEEPS_OUT if keeping_out else _LIVE, {})]


def as_rule(row: PolicyRule | Row[Any]) -> Rule:
    """The row as the rules of the domain see it."""
    effect = Effect(
        Level(row.level), frozenset(row.requires), row.campaigns, row.hold_hours,  # type: ignore[arg-type]
    )  # fmt: skip
    return Rule(
        frozenset(row.codes), effect, row.min_tier, row.min_severity, frozenset(row.statuses),
        # While it watches it is looked at as what it would do once somebody has approved it.
        is_approved=row.live_since is None or row.approved_by is not None,
    )  # fmt: skip


def needs_time(rule: Rule) -> bool:
    """Whether it makes a buyer wait or keeps one out: such a rule watches first, for as long as SHADOW."""
    return rule.effect.level is Level.HOLD or not rule.effect.campaigns


def ensure_shipped(now: datetime | None = None) -> None:
    """Give a shop without any rule those that it begins with."""
    now = now or datetime.now(UTC)
    if db.session().scalar(select(PolicyRule.id).limit(1)) is not None:
        return
    with writing() as session:
        marks.lock(session)
        if session.scalar(select(PolicyRule.id).limit(1)) is None:
            for family, (name, rule, is_live) in enumerate(SHIPPED, start=1):
                row = _version(family, 1, Draft(name, rule), None, now)
                if is_live:
                    row.live_since = now
                session.add(row)


def find(rule_id: int) -> PolicyRule:
    """One version. Raises MissingError."""
    row = db.session().get(PolicyRule, rule_id)
    if row is None:
        raise MissingError(rule_id)
    return row


def add(actor: Actor, draft: Draft, now: datetime | None = None) -> int:
    """A new rule, which watches first; returns the version's id. Raises ForbiddenError, RefusedError."""
    return _write(actor, None, draft, now or datetime.now(UTC))


def edit(actor: Actor, rule_id: int, draft: Draft, now: datetime | None = None) -> int:
    """A new version, which watches first while the live one acts on; returns its id.

    Raises ForbiddenError, MissingError, RefusedError, ObjectionsError for a version that is over.
    """
    return _write(actor, rule_id, draft, now or datetime.now(UTC))


def go_live(actor: Actor, rule_id: int, is_approved: bool, now: datetime | None = None) -> None:
    """End the time of watching: the owner's alone. ``is_approved``: what it asks for works without asking anybody.

    Raises ForbiddenError, MissingError, ObjectionsError before the time is over, and for what nobody approved.
    """
    _check(actor)
    now = now or datetime.now(UTC)
    with writing() as session:
        row = _load(session, rule_id)
        rule = as_rule(row)
        asks = bool(rule.effect.requires) or not rule.effect.campaigns
        if row.live_since is not None:
            raise ObjectionsError(policy_texts.problem("is_live"))
        if needs_time(rule) and now < row.shadow_until:
            raise ObjectionsError(policy_texts.problem("watches_still"))
        if asks and not is_approved:
            raise ObjectionsError(policy_texts.problem("not_approved", "is_approved"))
        for before in session.scalars(select(PolicyRule).where(PolicyRule.family == row.family)):
            if before.id != row.id and before.ended_at is None:
                before.ended_at, before.ended_by, before.ended_why = now, actor.account_id, "replaced"
        session.flush()
        row.live_since, row.live_by = now, actor.account_id
        if asks:
            row.approved_at, row.approved_by = now, actor.account_id
        marks.look_at_all_anew(session)
        _log(actor, "live", row)


def switch_off(actor: Actor, rule_id: int, now: datetime | None = None) -> None:
    """End a version. Raises ForbiddenError, MissingError, ObjectionsError for one that is over already."""
    _check(actor)
    now = now or datetime.now(UTC)
    with writing() as session:
        row = _load(session, rule_id)
        row.ended_at, row.ended_by, row.ended_why = now, actor.account_id, "off"
        marks.look_at_all_anew(session)
        _log(actor, "off", row)


def _write(actor: Actor, rule_id: int | None, draft: Draft, now: datetime) -> int:
    _check(actor)
    if not draft.name.strip() or len(draft.name) > LONGEST_NAME or "\0" in draft.name:
        raise RefusedError(policy_texts.problem("name", "name"))
    if found := policy.contradictions(draft.rule):
        raise RefusedError(*(policy_texts.problem(each.code, each.field) for each in found))
    with writing() as session:
        marks.lock(session)
        family, before = _next_family(session), None
        if rule_id is not None:
            before = _load(session, rule_id)
            family = before.family
            _end_watching(session, family, actor, now)
        _check_name(session, family, draft.name)
        newest = session.scalar(select(func.max(PolicyRule.version)).where(PolicyRule.family == family)) or 0
        row = _version(family, newest + 1, draft, actor, now)
        session.add(row)
        session.flush()
        marks.look_at_all_anew(session)
        _log(actor, "edited" if before else "added", row)
        return row.id


def _check_name(session: Session, family: int, name: str) -> None:
    """Raise RefusedError where another rule that acts or watches is called so: reports name rules by nothing else."""
    query = select(PolicyRule.name).where(PolicyRule.ended_at.is_(None), PolicyRule.family != family)
    names = policy_texts.names_of(name)
    if any(names & policy_texts.names_of(other) for other in session.scalars(query)):
        raise RefusedError(policy_texts.problem("name_taken", "name"))


def _end_watching(session: Session, family: int, actor: Actor, now: datetime) -> None:
    query = select(PolicyRule).where(
        PolicyRule.family == family, PolicyRule.ended_at.is_(None), PolicyRule.live_since.is_(None)
    )
    for row in session.scalars(query):
        row.ended_at, row.ended_by, row.ended_why = now, actor.account_id, "replaced"
    session.flush()


def _next_family(session: Session) -> int:
    return (session.scalar(select(func.max(PolicyRule.family))) or 0) + 1


def _version(family: int, version: int, draft: Draft, actor: Actor | None, now: datetime) -> PolicyRule:
    rule, effect = draft.rule, draft.rule.effect
    return PolicyRule(
        family=family, version=version, name=draft.name.strip(), codes=sorted(rule.codes), min_tier=rule.min_tier,
        min_severity=rule.min_severity, statuses=sorted(rule.statuses), level=int(effect.level),
        requires=sorted(effect.requires), campaigns=effect.campaigns, hold_hours=effect.hold_hours, created_at=now,
        created_by=actor.account_id if actor else None, shadow_until=now + SHADOW,
    )  # fmt: skip


def _load(session: Session, rule_id: int) -> PolicyRule:
    row = session.scalar(select(PolicyRule).where(PolicyRule.id == rule_id).with_for_update())
    if row is None:
        raise MissingError(rule_id)
    if row.ended_at is not None:
        raise ObjectionsError(policy_texts.problem("is_over"))
    return row


def _check(actor: Actor) -> None:
    permissions.require(actor, permissions.UPDATE_RULES)
    # What a rule does to people is the owner's to answer for.
    if not actor.is_owner:
        raise ForbiddenError(permissions.UPDATE_RULES)


def _log(actor: Actor, act: str, row: PolicyRule) -> None:
    after: dict[str, Any] = {
        "family": row.family, "version": row.version, "name": row.name, "codes": row.codes, "min_tier": row.min_tier,
        "min_severity": row.min_severity, "statuses": row.statuses, "level": row.level, "requires": row.requires,
        "campaigns": row.campaigns, "hold_hours": row.hold_hours,
    }  # fmt: skip
    record_audit(actor, f"buyer_labels.rule.{act}", OBJECT, row.id, after=after)
