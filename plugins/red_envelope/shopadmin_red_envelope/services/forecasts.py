"""The simulator: the shop's own history asked once, the sweeps of the rules over it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shopadmin.plugin_api import first_sold, kept_for_a_minute, sold_periods
from shopadmin_red_envelope.domain import simulation
from shopadmin_red_envelope.domain.simulation import BreakEven, Cost, Counted, Draft, Variant
from shopadmin_red_envelope.domain.times import DAY_MS, to_datetime, to_ms
from shopadmin_red_envelope.services import budget


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know: a draft over the last ``days``, at a claim rate and with a margin (percent).

    ``denominations``: what the category allows; ``margin`` None where it is not told.
    """

    draft: Draft
    currency: str
    denominations: tuple[int, ...]
    days: int = 90
    rate: int = 30
    margin: int | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The answer. ``periods``: begin and end (milliseconds UTC), orders and buyers that the envelope would have fitted.

    ``left_out``: sold orders that tell no amount of goods.
    """

    periods: Sequence[tuple[int, int, int, int]]
    left_out: int
    found: Counted
    chosen: Cost
    costs: Sequence[Cost]
    denominations: Sequence[Variant]
    thresholds: Sequence[Variant]
    break_even: Sequence[BreakEven]


def forecast(question: Question) -> Forecast | None:
    """The forecast from the days before today; None in a shop that sold nothing in them.

    Kept for a minute in the process, as the page's pictures ask the same as the page.
    """
    return _forecast(to_ms(budget.day_start()), question)


@kept_for_a_minute
def _forecast(until: int, question: Question) -> Forecast | None:
    first = first_sold(to_datetime(until - question.days * DAY_MS), question.currency)
    if first is None or to_ms(first) >= until:
        return None
    draft = question.draft
    windows = simulation.windows(until, question.days, draft.use_days, to_ms(first))
    amounts = simulation.amounts(draft, question.denominations)
    instants = [(to_datetime(begins), to_datetime(ends)) for begins, ends in windows]
    sold = sold_periods(instants, question.currency, amounts)
    history = simulation.History(
        orders=tuple(period.orders for period in sold),
        goods=tuple(period.goods for period in sold),
        reached={
            amount: (
                tuple(period.orders_from[place] for period in sold),
                tuple(period.buyers_from[place] for period in sold),
            )
            for place, amount in enumerate(amounts)
        },
    )
    found = simulation.counted(history, draft)
    rates = sorted({*simulation.CLAIM_RATES, question.rate})
    costs = [simulation.cost(draft, found, rate) for rate in rates]
    fitting = history.reached[simulation.smallest_order(draft.amount, draft.threshold)]
    return Forecast(
        periods=[(*window, orders, buyers) for window, orders, buyers in zip(windows, *fitting, strict=True)],
        left_out=sum(period.left_out for period in sold),
        found=found,
        chosen=simulation.cost(draft, found, question.rate),
        costs=costs,
        denominations=simulation.by_denomination(history, draft, question.denominations, question.rate),
        thresholds=simulation.by_threshold(history, draft, question.rate),
        break_even=[
            even
            for cost in costs
            if question.margin and (even := simulation.break_even(cost, question.margin, history))
        ],
    )
