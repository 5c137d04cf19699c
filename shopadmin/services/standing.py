"""What the shop thinks of buyers: the plugins are asked, the strictest answer counts."""

from collections.abc import Sequence

from shopadmin import hook_calls
from shopadmin.domain.standing import Standing, StandingQuery, join
from shopadmin.services import plugins


def ask_many(queries: Sequence[StandingQuery]) -> list[Standing]:
    """A standing for each query, in their order; with nobody answering everybody is normal.

    A whole page at once, so that a plugin asks its tables one question. A plugin that fails has no opinion.
    """
    if not queries:
        return []
    opinions = hook_calls.buyer_standing(queries)
    return [join(opinions.get(position, ())) for position in range(len(queries))]


def ask_of_each(queries: Sequence[StandingQuery]) -> list[Standing]:
    """As ``ask_many``, for several callers who have nothing to do with each other and share one question.

    Which plugins are on is read again, for the others may have come after this context has read it; what one caller's
    query does to a plugin costs no other the plugin's opinion.
    """
    if not queries:
        return []
    plugins.read_states_again()
    opinions = hook_calls.buyer_standing(queries, apart=True)
    return [join(opinions.get(position, ())) for position in range(len(queries))]
