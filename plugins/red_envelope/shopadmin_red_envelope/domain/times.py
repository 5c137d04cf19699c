"""Between the shop's wall clock and instants (integer milliseconds UTC)."""

from datetime import UTC, datetime, timedelta, tzinfo

# What a use window is counted in: 24 hours, whatever the clocks do.
DAY_MS = 86_400_000


class MissingTimeError(ValueError):
    """The clocks jump over this local time. ``instead``: the first local time after the jump, naive."""

    def __init__(self, instead: datetime) -> None:
        super().__init__(instead.isoformat())
        self.instead = instead


def to_instant(local: datetime, zone: tzinfo) -> int:
    """The instant of a naive local time; of one that comes twice, the first. Raises MissingTimeError in a gap."""
    aware = local.replace(tzinfo=zone, fold=0)
    back = aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if back != local:
        raise MissingTimeError(_after_gap(local, zone))
    return to_ms(aware)


def comes_twice(local: datetime, zone: tzinfo) -> bool:
    """Whether the clocks are put back over this naive local time, so that it names two instants."""
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware time, exact."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def to_datetime(instant: int) -> datetime:
    """The aware UTC time of an instant."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)


def to_local(instant: int, zone: tzinfo) -> datetime:
    """The naive local time of an instant, for a form."""
    return to_datetime(instant).astimezone(zone).replace(tzinfo=None)


def _after_gap(local: datetime, zone: tzinfo) -> datetime:
    """The first minute after the gap that ``local`` lies in."""
    minute = local.replace(second=0, microsecond=0)
    while minute.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != minute:
        minute += timedelta(minutes=1)
    return minute
