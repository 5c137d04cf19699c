"""What was answered against what the database holds: the three counts that must be 0."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Issued:
    """An envelope: as it was told to a buyer, or as it stands in the database."""

    buyer: str
    envelope_id: int


@dataclass(frozen=True, slots=True)
class Faults:
    """Envelopes beyond the stock, beyond one to a buyer, and those that were answered but are not there."""

    over_issue: int = 0
    duplicates: int = 0
    lost: int = 0

    def __add__(self, other: "Faults") -> "Faults":
        return Faults(self.over_issue + other.over_issue, self.duplicates + other.duplicates, self.lost + other.lost)


def judge(stock: int, counted: int, stored: Sequence[Issued], told: Sequence[Issued]) -> Faults:
    """Compare a campaign's envelopes with what its buyers were told.

    ``stock``: how many there were to give; ``counted``: what the stock's own counter says is given. A counter that
    differs from the rows counts as over-issue, for it would let too many through.
    """
    over = max(len(stored), len(told), counted) - stock
    return Faults(
        over_issue=max(over, 0) + abs(counted - len(stored)),
        duplicates=_beyond_one([row.buyer for row in stored])
        + _beyond_one([row.buyer for row in told])
        + _beyond_one([row.envelope_id for row in told]),
        lost=len(set(told) - set(stored)),
    )


def _beyond_one(values: Sequence[object]) -> int:
    return sum(times - 1 for times in Counter(values).values())


def read(connection: Connection, campaign: int, told: Sequence[Issued]) -> Faults:
    """Judge a campaign by the database as it stands."""
    names = {"campaign": campaign}
    rows = connection.execute(
        text("select buyer, id from plugin_red_envelope_envelope where campaign_id = :campaign"), names
    ).all()
    stock, counted = connection.execute(
        text("select total, claimed from plugin_red_envelope_stock where campaign_id = :campaign"), names
    ).one()
    return judge(stock, counted, [Issued(row.buyer, row.id) for row in rows], told)
