"""A clock that tests set, and campaigns to try things on."""

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from shopadmin_red_envelope.domain.baskets import Line
from shopadmin_red_envelope.domain.checks import Activity, Terms
from shopadmin_red_envelope.services import activities, campaigns, claiming, judging, sealing

from shopadmin.plugin_api import db

HOUR = 3_600_000
# 2026-06-18 00:00 in Shanghai, as milliseconds.
NOW = 1_781_712_000_000


@dataclass
class Clock:
    """The database's clock, set by hand; ``start`` is that of the campaigns that ``make_campaign`` makes."""

    engine: sa.Engine
    start: int = NOW + 24 * HOUR

    def set(self, instant: int) -> None:
        """Let it be this instant, for what the session reads from now on."""
        db.session.rollback()
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"update plugin_red_envelope_clock set ms = {instant}")


ACTIVITY = Activity("Summer", "store", True, NOW + 24 * HOUR, NOW + 96 * HOUR)
TERMS = Terms(
    title="Summer ten",
    category="womens_clothing",
    amount=1000,
    quantity=100,
    threshold=5000,
    claim_from=NOW + 24 * HOUR,
    claim_to=NOW + 48 * HOUR,
    use_from=NOW + 24 * HOUR,
    use_to=NOW + 72 * HOUR,
)


def make_activity(**changes: Any) -> int:
    return activities.create(None, replace(ACTIVITY, **changes))


def make_campaign(state: str = "scheduled", activity_id: int | None = None, **changes: Any) -> int:
    """A draft, scheduled or withdrawn campaign that begins a day after NOW; returns its id."""
    made = campaigns.create(None, replace(TERMS, **changes), activity_id or make_activity())
    if state != "draft":
        campaigns.schedule(None, made, 1)
    if state == "withdrawn":
        campaigns.withdraw(None, made, 2)
    return made


def campaign_form(activity: int, **changes: str) -> dict[str, str]:
    """What a browser sends; 2026-06-19 00:00 in Shanghai is the start of the activity."""
    return {
        "title": "Summer ten", "activity_id": str(activity), "denomination": "womens_clothing|1000", "mode": "page",
        "threshold": "50", "quantity": "100", "claim_from": "2026-06-19T00:00", "claim_to": "2026-06-20T00:00",
        "use_from": "2026-06-19T00:00", "use_to": "2026-06-21T00:00",
    } | changes  # fmt: skip


def stored() -> dict[str, list[Any]]:
    """Every row of the plugin's tables, but for the guard."""
    db.session.rollback()
    names = (
        "activity",
        "campaign",
        "denomination",
        "seal",
        "stock",
        "envelope",
        "hold",
        "allocation",
        "refund",
        "refund_line",
        "ledger",
        "push",
        "push_buyer",
    )
    with db.engine.connect() as connection:
        return {
            name: [
                tuple(row) for row in connection.exec_driver_sql(f"select * from plugin_red_envelope_{name} order by 1")
            ]
            for name in names
        }


def begun(clock: Clock, **changes: Any) -> int:
    """A campaign that has just begun and is sealed: ten yuan from fifty on, a hundred pieces. Returns its id."""
    campaign = make_campaign("scheduled", **changes)
    clock.set(clock.start)
    sealing.seal_due()
    return campaign


def claimed(campaign: int, buyer: str = "test:anna") -> int:
    """An envelope of the buyer's; returns its id."""
    outcome = claiming.claim(campaign, buyer)
    assert outcome.refusal is None
    assert outcome.envelope_id is not None
    return outcome.envelope_id


def order(order_no: str = "S1", buyer: str = "test:anna", **changes: Any) -> judging.Order:
    """An order of two lines, 40 and 60 yuan."""
    fields: dict[str, Any] = {"currency": "CNY", "lines": [Line("L01", 4000), Line("L02", 6000)]}
    return judging.Order(order_no, buyer, **(fields | changes))
