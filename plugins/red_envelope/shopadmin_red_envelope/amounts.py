"""Amounts of money as people type and read them: major units as text here, minor units everywhere else."""

import re
import unicodedata

from babel.numbers import get_currency_symbol
from flask_babel import format_currency, get_locale

from shopadmin.plugin_api import RefusedError, read_amount, to_decimal
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.domain.checks import HIGHEST_AMOUNT

# A comma before exactly three digits: 1,500 is one amount to some and two to others.
_ONE_OR_TWO = re.compile(r"\d,\d{3}(?!\d)", re.ASCII)
_BETWEEN = re.compile(r"[\s,，、；;]+")


def parts(text: str) -> list[str]:
    """What stands between blanks and commas of any width."""
    return [part for part in _BETWEEN.split(_narrow(text)) if part]


def money_text(minor: int, currency: str) -> str:
    """An amount as the reader's language writes it."""
    return str(format_currency(to_decimal(minor, currency), currency))


def read_money(text: str, currency: str, field: str, **bounds: int) -> int | None:
    """Minor units, None for nothing; ``bounds`` as for ``read_amount``, from 0 on. Raises RefusedError."""
    return read_amount(text, currency or "CNY", field, **{"least": 0, **bounds}) if text.strip() else None


def read_shown_money(text: str, currency: str, field: str) -> int | None:
    """The same for an amount that may be copied from the page, as ``money_text`` shows it. Raises RefusedError."""
    shown = unicodedata.normalize("NFKC", text).strip()
    sign = unicodedata.normalize("NFKC", get_currency_symbol(currency, get_locale()))
    without = shown.replace(sign, "").strip()
    if without and without != shown:
        minor = read_money(without, currency, field) or 0
        if unicodedata.normalize("NFKC", money_text(minor, currency)) == shown:
            return minor
    return read_money(text, currency, field)


def read_price(text: str, currency: str, field: str) -> int | None:
    """The same within what an envelope or an order may amount to."""
    return read_money(text, currency, field, least=1, most=HIGHEST_AMOUNT)


def read_prices(text: str, currency: str, field: str) -> list[int]:
    """Several of them, parted by blanks or by commas of any width. Raises RefusedError."""
    if unclear := _ONE_OR_TWO.search(_narrow(text)):
        raise RefusedError(messages.problem("one_or_two", field, text=unclear[0]))
    return [read_price(part, currency, field) or 0 for part in parts(text)]


def _narrow(text: str) -> str:
    return "".join(char if char == "，" else unicodedata.normalize("NFKC", char) for char in text)
