"""What the shop thinks of buyers: the plugins are asked, the strictest answer counts."""

from collections.abc import Sequence

from shopadmin import hook_calls
from shopadmin.domain.standing import Standing, StandingQuery, join


def ask_many(queries: Sequence[StandingQuery]) -> list[Standing]:
    """A standing for each query, in their order; with nobody answering everybody is normal.

    A whole page at once, so that a plugin asks its tables one question. A plugin that fails has no opinion.
    """
    if not queries:
        return []
    opinions = hook_calls.buyer_standing(queries)
    return [join(opinions.get(position, ())) for position in range(len(queries))]
