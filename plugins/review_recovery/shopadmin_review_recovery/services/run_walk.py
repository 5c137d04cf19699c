"""A run while a step is taken: what everything that the step does is given."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from shopadmin.plugin_api import Actor
from shopadmin_review_recovery.domain.appointments import Appointment
from shopadmin_review_recovery.domain.scripts.graph import Script
from shopadmin_review_recovery.models import ReviewCase, ReviewCaseEvent, ReviewScriptRun


@dataclass(frozen=True, slots=True)
class Money:
    """What a step promises or asks for. ``amount``: as typed, major units; ``summary``: what it is for."""

    kind: str
    amount: str
    summary: str


@dataclass(slots=True)
class Walk:
    """A run while a step is taken. ``now``: aware UTC; ``typed``: all that was written down so far.

    ``money``, ``appointment``: of this step alone.
    """

    session: Session
    actor: Actor
    case: ReviewCase
    run: ReviewScriptRun
    script: Script
    now: datetime
    typed: dict[str, str] = field(default_factory=dict)
    money: Money | None = None
    appointment: Appointment | None = None

    @property
    def call_key(self) -> str:
        """The key of the run's call in the core's outbox."""
        return f"review_recovery.run.{self.run.id}.call"

    def note(self, event: str, /, **data: Any) -> None:
        """Write a line into the case's timeline."""
        account = self.actor.account_id
        self.session.add(
            ReviewCaseEvent(
                case_id=self.case.id, at=self.now, by=account, code=event, data={"run": self.run.id, **data}
            )
        )
