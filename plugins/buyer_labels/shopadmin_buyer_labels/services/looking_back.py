"""What rules would have done: over the orders of the last 90 days, and what those orders came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select

from shopadmin.plugin_api import among, db, orders_since
from shopadmin_buyer_labels.domain import policy
from shopadmin_buyer_labels.domain.policy import Level, Rule
from shopadmin_buyer_labels.models import Label, OrderDecision, PolicyRule
from shopadmin_buyer_labels.services import deciding, rules
from shopadmin_buyer_labels.services.known import load_known, matches_of
from shopadmin_buyer_labels.services.people import same_people
from shopadmin_buyer_labels.services.reading import LabelSnapshot

DAYS = 90
_HAPPENED = select(Label.id, Label.happened_on).where(among(Label.buyer_id, "ids"))


@dataclass(frozen=True, slots=True)
class Figures:
    """What a rule would have done. ``watched``: orders that it has marked while it watched or acted.

    ``well``: of its orders those that arrived and came to nothing else, ``badly``: that were refunded, charged back or
    led to an incident; of the rest nobody can tell.
    """

    orders: int = 0
    notes: int = 0
    flags: int = 0
    holds: int = 0
    asked: int = 0
    excluded: int = 0
    well: int = 0
    badly: int = 0
    watched: int = 0

    @property
    def false_positive_rate(self) -> float | None:
        """The share of its orders that went well, of those of which one can tell; None without any."""
        told = self.well + self.badly
        return self.well / told if told else None


def figures(rows: Sequence[PolicyRule], now: datetime | None = None, days: int = DAYS) -> Mapping[int, Figures]:
    """By version: what each alone would have done with the orders of the last ``days``.

    Labels count as they are now, for orders that were placed after what they are about had happened: the order that a
    label comes from says nothing of what the label is good for.
    """
    now = now or datetime.now(UTC)
    as_rules = {row.id: rules.as_rule(row) for row in rows}
    counted = {row.id: _Count() for row in rows}
    labelled = db.session().scalars(select(Label.buyer_id).where(Label.expires_at > now).distinct()).all()
    seen: set[int] = set()
    for start in range(0, len(labelled), deciding.PAGE):
        _count_page(labelled[start : start + deciding.PAGE], as_rules, counted, seen, now, days)
    watched = _watched(list(as_rules))
    return {rule_id: found.figures(watched.get(rule_id, 0)) for rule_id, found in counted.items()}


@dataclass(slots=True)
class _Count:
    orders: int = 0
    by_level: dict[Level, int] | None = None
    asked: int = 0
    excluded: int = 0
    well: int = 0
    badly: int = 0

    def add(self, effect: policy.Effect, outcome: str) -> None:
        self.orders += 1
        self.by_level = self.by_level or dict.fromkeys(Level, 0)
        self.by_level[effect.level] += 1
        self.asked += bool(effect.requires)
        self.excluded += not effect.campaigns
        self.well += outcome == "well"
        self.badly += outcome == "badly"

    def figures(self, watched: int) -> Figures:
        levels = self.by_level or dict.fromkeys(Level, 0)
        return Figures(
            self.orders, levels[Level.NOTE], levels[Level.FLAG], levels[Level.HOLD], self.asked, self.excluded,
            self.well, self.badly, watched,
        )  # fmt: skip


def _count_page(
    buyer_ids: Sequence[int], as_rules: Mapping[int, Rule], counted: Mapping[int, _Count], seen: set[int],
    now: datetime, days: int,
) -> None:  # fmt: skip
    everybody = {each for same in same_people(buyer_ids).values() for each in same}
    known = load_known(list(everybody), now)
    session = db.session()
    happened = dict(session.execute(_HAPPENED, {"ids": list(everybody)}).all())
    for order in orders_since(everybody, now - timedelta(days=days)):
        if order.id in seen:
            continue
        seen.add(order.id)
        before = [
            label
            for label in known.labels.get(order.buyer_id, ())
            if label.is_exact
            and datetime.combine(happened[label.id], time(), UTC) < order.created_at - timedelta(days=1)
        ]
        for rule_id, rule in as_rules.items():
            effect = _effect(rule, before, order.buyer_id in known.allowed)
            if effect != policy.NOTHING:
                counted[rule_id].add(effect, order.outcome)


def _effect(rule: Rule, labels: Sequence[LabelSnapshot], is_allowed: bool) -> policy.Effect:
    found = policy.decide([rule], matches_of(labels), is_allowed)
    return policy.join(decision.effect for decision in found)


def _watched(rule_ids: Sequence[int]) -> Mapping[int, int]:
    query = (
        select(OrderDecision.rule_id, func.count(OrderDecision.order_id.distinct()))
        .where(among(OrderDecision.rule_id, "ids"))
        .group_by(OrderDecision.rule_id)
    )
    return dict(db.session().execute(query, {"ids": list(rule_ids)}).all())
