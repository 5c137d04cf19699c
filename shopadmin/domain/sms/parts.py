"""What a text costs as an SMS (3GPP TS 23.038): GSM-7 or UCS-2, and in how many parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

# GSM 03.38: one septet each, and those of the extension table, which cost two.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
Encoding = Literal["gsm7", "ucs2"]


@dataclass(frozen=True, slots=True)
class Sms:
    """What a text costs as an SMS. ``units``: septets, or UTF-16 units; ``left``: units free in the last part."""

    encoding: Encoding
    units: int
    parts: int
    left: int


def count(text: str) -> Sms:
    """GSM-7 160 in one part and 153 in each of several, UCS-2 70 and 67; no character is cut in two."""
    is_gsm = all(sign in _BASIC or sign in _EXTENDED for sign in text)
    widths = [2 if (sign in _EXTENDED if is_gsm else ord(sign) > 0xFFFF) else 1 for sign in text]
    single, several = (160, 153) if is_gsm else (70, 67)
    units = sum(widths)
    encoding: Encoding = "gsm7" if is_gsm else "ucs2"
    if units <= single:
        return Sms(encoding, units, 1 if units else 0, single - units)
    parts, used = _packed(widths, several)
    return Sms(encoding, units, parts, several - used)


def _packed(widths: Iterable[int], size: int) -> tuple[int, int]:
    """How many parts these characters fill, and how much of the last one."""
    parts, used = 1, 0
    for width in widths:
        if used + width > size:
            parts, used = parts + 1, 0
        used += width
    return parts, used
