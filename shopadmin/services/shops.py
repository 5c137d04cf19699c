"""The shop as a whole: its first settings, whether somebody owns it yet, and whether it is the demo."""

import re
from zoneinfo import available_timezones

from sqlalchemy import select

from shopadmin.models import db
from shopadmin.models.accounts import Account
from shopadmin.models.orders import Order
from shopadmin.services import settings
from shopadmin.services.settings import ShopSettings

LANGUAGES = ("en", "zh")
_CURRENCY = re.compile(r"[A-Z]{3}")


class BadSettingError(ValueError):
    """A value that a setting cannot take; ``field`` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def set_up(
    name: str | None = None, currency: str | None = None, timezone: str | None = None, language: str | None = None
) -> ShopSettings:
    """Write down what is given, leave the rest; as often as one likes. Raises BadSettingError."""
    given = {"name": name, "currency": currency, "timezone": timezone, "language": language}
    changes: dict[str, object] = {key: value.strip() for key, value in given.items() if value is not None}
    _check(**changes)  # type: ignore[arg-type]
    return settings.save(None, **changes) if changes else settings.load()


def _check(name: str = "-", currency: str = "CNY", timezone: str = "UTC", language: str = "en") -> None:
    if not 1 <= len(name) <= 80:
        raise BadSettingError("name", "the name takes 1 to 80 characters")
    if not _CURRENCY.fullmatch(currency):
        raise BadSettingError("currency", f"{currency!r} is no currency code such as CNY, EUR or USD")
    if timezone not in available_timezones():
        raise BadSettingError("timezone", f"{timezone!r} is no time zone such as Asia/Shanghai or Europe/Berlin")
    if language not in LANGUAGES:
        raise BadSettingError("language", f"{language!r} is none of {', '.join(LANGUAGES)}")


def has_owner() -> bool:
    """Whether somebody owns the shop yet; before that, only the set-up link lets anybody in."""
    return db.session().scalar(select(Account.id).where(Account.is_owner).limit(1)) is not None


def is_untouched() -> bool:
    """Whether nobody and nothing is in it: neither an account nor an order."""
    return not has_owner() and db.session().scalar(select(Order.id).limit(1)) is None
