"""Money is an integer number of minor units (fen, cents) and an ISO 4217 currency code."""

from decimal import Context, Decimal, Inexact, InvalidOperation

# ISO 4217: currencies whose minor unit is not a hundredth.
_EXPONENTS = {
    "JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "XAF": 0, "XOF": 0, "UGX": 0, "PYG": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip

# The largest amount a signed 64-bit column holds with room to add a few thousand of them.
MAX_MINOR = 10**15
# What cannot be kept exactly raises rather than being rounded.
_EXACT = Context(prec=40, traps=[Inexact, InvalidOperation])


class TooPreciseError(ValueError):
    """The amount has more decimal places than its currency."""


class TooLargeError(ValueError):
    """The amount is more than can be kept."""


def exponent(currency: str) -> int:
    """How many decimal places the currency's amounts are written with."""
    return _EXPONENTS.get(currency, 2)


def to_minor(text: str, currency: str) -> int:
    """Minor units of a plain decimal such as ``12.34``, exact: nobody is charged what they did not write.

    Raises ValueError for anything that is not a finite decimal number, TooLargeError, TooPreciseError.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not amount.is_finite():
        raise ValueError(text)
    if abs(amount) > to_decimal(MAX_MINOR, currency):
        raise TooLargeError(text)
    try:
        return int(amount.scaleb(exponent(currency), _EXACT).to_integral_exact(context=_EXACT))
    except (Inexact, InvalidOperation):
        raise TooPreciseError(text) from None


def to_decimal(minor: int, currency: str) -> Decimal:
    """The amount in major units, exact, for showing and exporting."""
    return Decimal(minor).scaleb(-exponent(currency))
