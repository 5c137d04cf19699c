"""What came of a rush: how many, how fast, how long each waited."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.rush.books import Issued


@dataclass(frozen=True, slots=True)
class Run:
    """One rush. ``waits``: seconds of each that was answered; ``cpu``: seconds of the processes that claimed."""

    waits: Sequence[float]
    seconds: float
    cpu: float = 0.0
    told: Sequence[Issued] = field(default=(), repr=False)

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def percentile(self, part: float) -> float:
        """The wait that ``part`` (0 to 1) of all stay below, milliseconds."""
        ordered = sorted(self.waits)
        return ordered[min(int(len(ordered) * part), len(ordered) - 1)] * 1000
