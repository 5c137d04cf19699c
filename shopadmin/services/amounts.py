"""Amounts of money as people type them, read exactly or refused with the reason."""

import re
import unicodedata

from flask_babel import format_currency
from flask_babel import lazy_gettext as _

from shopadmin.contract import Problem
from shopadmin.domain import money
from shopadmin.services.conflicts import RefusedError

# A comma stands only between groups of three digits: 12,50 is twelve and a half to some.
_TYPED = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+", re.ASCII)
_LONGEST_SHOWN = 40


def read_amount(text: str, currency: str, field: str, *, least: int = 1, most: int = money.MAX_MINOR) -> int:
    """Minor units of what was typed, in wide digits too. ``least`` and ``most``: the bounds, in minor units.

    Nothing is rounded. Raises RefusedError, which names the field, the value and the remedy.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    shown = plain[:_LONGEST_SHOWN]
    try:
        minor = money.to_minor(plain.replace(",", ""), currency) if _TYPED.fullmatch(plain) else least - 1
    except money.TooPreciseError:
        places = money.exponent(currency)
        sentence = _("“%(text)s” has too many decimal places: at most %(places)s.", text=shown, places=places)
        raise RefusedError(Problem("amount_too_precise", sentence, field)) from None
    except money.TooLargeError:
        minor = most + 1
    if minor < least:
        wrong = (
            _("“%(text)s” is no amount above 0. Write it such as 12.50.", text=shown)
            if least
            else _("“%(text)s” is no amount. Write it such as 12.50.", text=shown)
        )
        raise RefusedError(Problem("amount", wrong, field))
    if minor > most:
        highest = str(format_currency(money.to_decimal(most, currency), currency))
        sentence = _("“%(text)s” is too much: at most %(most)s.", text=shown, most=highest)
        raise RefusedError(Problem("amount_too_high", sentence, field))
    return minor
