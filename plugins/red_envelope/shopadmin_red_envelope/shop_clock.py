"""Times as forms hold them, on the shop's own clock, and the instants that they are."""

from collections.abc import Mapping
from datetime import datetime

from shopadmin.plugin_api import RefusedError, shop_settings
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.domain.times import MissingTimeError, to_instant, to_local


def instants(times: Mapping[str, datetime | None]) -> dict[str, int | None]:
    """Milliseconds UTC of times on the shop's own clock, by field. Raises RefusedError for those that do not exist."""
    zone, found, problems = shop_settings().zone, {}, []
    for name, moment in times.items():
        try:
            found[name] = to_instant(moment, zone) if moment else None
        except MissingTimeError as error:
            problems.append(messages.missing_time(name, error.instead))
        except OverflowError:
            problems.append(messages.problem("bad_instant", name))
    if problems:
        raise RefusedError(*problems)
    return found


def local(instant: int | None) -> datetime | None:
    """For a form's field, which knows whole seconds: the time on the shop's own clock."""
    return None if instant is None else to_local(instant, shop_settings().zone).replace(microsecond=0)


def offset(moment: datetime) -> str:
    """How far an aware time's clock is from UTC, such as UTC+08:00."""
    return f"UTC{moment.isoformat(timespec='minutes')[16:]}"
