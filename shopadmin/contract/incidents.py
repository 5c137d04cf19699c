"""Incidents: what a plugin writes down, and what plugins hear of."""

from dataclasses import dataclass
from datetime import datetime

from shopadmin.contract.ids import AccountId, BuyerId, OrderId


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """An incident that a plugin writes down.

    ``kind``: a code with a dot, as ``review.extortion_demand``. ``tier``: 0 to 4, of the ``evidence`` (uuids), which is
    stored already. ``key``: the plugin's own name of it, starting with the plugin's name: the same key again writes
    nothing again. ``occurred_at``: aware UTC.
    """

    kind: str
    key: str
    occurred_at: datetime
    buyer_id: BuyerId | None = None
    order_id: OrderId | None = None
    note: str = ""
    tier: int = 0
    outcome: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentRecorded:
    """An incident was written down of an order or a buyer.

    ``kind``: one of the shop's own, or a code with a dot from a plugin or an import; then ``tier`` (E0 to E4),
    ``outcome`` and ``evidence`` (uuids) say how well it is founded; else they are none and empty. ``recorded_by``: the
    account that wrote it down, none for the program and for imports.
    """

    incident_id: int
    order_id: OrderId | None
    buyer_id: BuyerId | None
    kind: str
    at: datetime
    tier: int | None = None
    outcome: str = ""
    evidence: tuple[str, ...] = ()
    recorded_by: AccountId | None = None
