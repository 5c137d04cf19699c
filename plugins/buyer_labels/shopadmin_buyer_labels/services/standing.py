"""What the shop thinks of buyers, for whoever asks the core: orders by what was decided, others by labels."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shopadmin.plugin_api import Standing, StandingLevel, StandingQuery
from shopadmin_buyer_labels.domain import policy
from shopadmin_buyer_labels.services import orders, rules
from shopadmin_buyer_labels.services.known import load_known, matches_of
from shopadmin_buyer_labels.services.people import buyers_of


def standings(queries: Sequence[StandingQuery]) -> Mapping[int, Standing]:
    """By position in ``queries``, without those of whom nothing is known."""
    of_orders = {at: query.order_id for at, query in enumerate(queries) if query.order_id is not None}
    found = dict(_of_orders(queries, of_orders))
    rest = {at: query for at, query in enumerate(queries) if query.order_id is None}
    return found | dict(_of_buyers(rest)) if rest else found


def _of_orders(queries: Sequence[StandingQuery], wanted: Mapping[int, int]) -> Mapping[int, Standing]:
    if not wanted:
        return {}
    states = orders.states_of(set(wanted.values()), queries[next(iter(wanted))].now)
    return {
        at: Standing(
            StandingLevel(states[order_id].level), frozenset(states[order_id].requires), states[order_id].campaigns,
            states[order_id].until, frozenset({"buyer_labels.label"}),
        )
        for at, order_id in wanted.items()
        if order_id in states
    }  # fmt: skip


def _of_buyers(queries: Mapping[int, StandingQuery]) -> Mapping[int, Standing]:
    is_for_campaigns = all(query.purpose == "campaign" for query in queries.values())
    live = rules.live(keeping_out=is_for_campaigns)
    # Most shops keep nobody out: then a claim costs one short question.
    if not live:
        return {}
    buyers = buyers_of([query.ids for query in queries.values()])
    known = load_known({buyer_id for several in buyers if several for buyer_id in several}, _now(queries))
    effects = {
        buyer_id: policy.join(
            decision.effect for decision in policy.decide(live, matches_of(labels), buyer_id in known.allowed)
        )
        for buyer_id, labels in known.labels.items()
    }
    return {
        at: _as_standing(effect, query)
        for (at, query), several in zip(queries.items(), buyers, strict=True)
        if several and (effect := policy.join(effects[each] for each in several if each in effects)) != policy.NOTHING
    }


def _now(queries: Mapping[int, StandingQuery]) -> datetime:
    return next(iter(queries.values())).now


def _as_standing(effect: policy.Effect, query: StandingQuery) -> Standing:
    hold = timedelta(hours=effect.hold_hours)
    return Standing(
        StandingLevel(effect.level), effect.requires, effect.campaigns, query.now + hold if hold else None,
        frozenset({"buyer_labels.label"}),
    )  # fmt: skip
