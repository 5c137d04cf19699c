"""What one cell holds: pure parsers, rules 4 and 7 to 9. They raise BadCell and nothing else.

Each takes the cell's text as the file has it. A blank cell is the caller's business.
"""

import re
import unicodedata
from html import unescape

from shopadmin.domain.identifiers import normal_phone
from shopadmin.domain.money import MAX_MINOR, exponent
from shopadmin.domain.records import Phone
from shopadmin.domain.reviews import Grade
from shopadmin.platforms.refusals import BadCell
from shopadmin.platforms.times import parse_date, parse_time

__all__ = [
    "clean_text", "html_to_text", "parse_amount", "parse_currency", "parse_date", "parse_flag", "parse_id",
    "parse_phone", "parse_stars", "parse_time", "parse_whole", "plain_text",
]  # fmt: skip

MAX_ID_CHARS = 128
_MAX_WRAPPED = 2 * MAX_ID_CHARS

_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+")
_AMOUNT = re.compile(r"([+-]?)([0-9]{1,16}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.([0-9]{0,40}))?")
_PLAIN_AMOUNT = re.compile(r"([0-9]{1,12})\.([0-9]{2})")
_WHOLE = re.compile(r"([+-]?[0-9]{1,9})(?:\.0*)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_VIRTUAL = re.compile(r"(?:\+?86[- ]?)?(1[0-9]{10})(?:-|_|转|,)([0-9]{2,6})")
_NOT_PHONE = re.compile(r"[^0-9*+]")
_NO_REFUND = "无退款申请"
_GRADES = {
    "好评": Grade.GOOD, "中评": Grade.NEUTRAL, "差评": Grade.BAD,
    "good": Grade.GOOD, "neutral": Grade.NEUTRAL, "bad": Grade.BAD,
}  # fmt: skip
_STARS = re.compile(r"([1-5])(?:\.0+)?\s*(?:星|分|stars?)?")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>")
_BREAKS = frozenset({"p", "br", "div", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "blockquote"})
_HIDDEN = frozenset({"script", "style"})
_FLAGS = {
    "yes": True, "true": True, "1": True, "是": True, "y": True,
    "no": False, "false": False, "0": False, "否": False, "n": False,
}  # fmt: skip


def clean_text(text: str) -> str:
    """Without blanks and tabs around it, NULs, the ``="…"`` and the leading ``'`` that keep a spreadsheet off."""
    if text.isalnum():  # as most cells: there is nothing to take off
        return text
    if "\0" in text:
        text = text.replace("\0", "")
    text = text.strip()
    # No id or amount is longer, and peeling quotes one by one off a long text would take quadratic time.
    while text and text[0] in "='" and len(text) <= _MAX_WRAPPED:
        found = _FORMULA.fullmatch(text)
        if text[0] == "=" and not found:
            break
        text = (found[1] if found else text[1:]).strip()
    return text


def plain_text(text: str) -> str:
    """A person's own words: NULs out, blanks around it off, ``\\n`` between lines.

    A leading ``'`` goes only where it guards a formula, as our own export writes it; elsewhere it is a quote.
    """
    if text.isprintable() and text[:1] not in " '" and text[-1:] != " ":  # one line, and nothing around it
        return text
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@" else text


def parse_id(text: str) -> str:
    """An id as text, digits untouched.

    Raises BadCell ``bad_id`` for what a spreadsheet has damaged (``3.9E+18``), and for what is no id: longer than
    128 characters, or of several lines.
    """
    if len(text) <= MAX_ID_CHARS and text.isalnum():
        return text
    clean = clean_text(text)
    if len(clean) > MAX_ID_CHARS or not clean.isprintable() or _SCIENTIFIC.fullmatch(clean):
        raise BadCell("bad_id", value=text)
    return clean


def parse_amount(text: str, currency: str) -> int:
    """Minor units of ``currency``, rounded half up; ``¥1,234.50``, ``0元``, ``无退款申请`` (0).

    A comma is taken only between groups of three digits: ``12,50`` is twelve and a half to some and is refused.
    Raises BadCell ``bad_amount``.
    """
    if (plain := _PLAIN_AMOUNT.fullmatch(text)) and exponent(currency) == 2:
        return int(plain[1] + plain[2])
    clean = unicodedata.normalize("NFKC", clean_text(text))
    if clean == _NO_REFUND:
        return 0
    sign = clean[:1] if clean[:1] in "+-" else ""
    # The symbol stands on either side of the sign.
    bare = (sign + clean[len(sign) :].strip("元¥$ ")).replace("¥", "").replace("$", "")
    found = _AMOUNT.fullmatch(bare)
    if not found:
        raise BadCell("bad_amount", value=text)
    places = exponent(currency)
    fraction = (found[3] or "").ljust(places + 1, "0")
    minor = int(found[2].replace(",", "") + fraction[:places]) + (fraction[places] >= "5")
    if minor > MAX_MINOR:
        raise BadCell("bad_amount", value=text)
    return -minor if found[1] == "-" else minor


def parse_currency(text: str) -> str:
    """An ISO 4217 code in capitals. Raises BadCell ``bad_currency``."""
    code = clean_text(text).upper()
    if not _CURRENCY.fullmatch(code):
        raise BadCell("bad_currency", value=text)
    return code


def parse_whole(text: str) -> int:
    """A number of pieces, ``3`` or ``3.0``. Raises BadCell ``bad_number``."""
    found = _WHOLE.fullmatch(clean_text(text))
    if not found:
        raise BadCell("bad_number", value=text)
    return int(found[1])


def parse_flag(text: str) -> bool:
    """Yes or no in the words of the platforms. Raises BadCell ``bad_flag``."""
    flag = _FLAGS.get(clean_text(text).casefold())
    if flag is None:
        raise BadCell("bad_flag", value=text)
    return flag


def parse_phone(text: str) -> Phone | None:
    """A number, a virtual one (``…-1234``, ``…转1234``, ``…_1234``), or a masked one, which is never dialled.

    None for what is no telephone number; a wrong one costs no order.
    """
    clean = clean_text(text)
    if clean.isdigit() and clean.isascii() and len(clean) == 11:
        return Phone(clean)
    clean = unicodedata.normalize("NFKC", clean)
    if found := _VIRTUAL.fullmatch(clean):
        return Phone(found[1], extension=found[2])
    if "*" in clean:
        number = _NOT_PHONE.sub("", clean)
        return Phone(number, masked=True) if 4 <= len(number) <= 20 else None
    number = normal_phone(clean)
    is_number = 5 <= len(number) <= 20 and not any(letter.isalpha() for letter in clean)
    return Phone(number) if is_number else None


def parse_stars(text: str) -> tuple[int | None, str]:
    """Stars 1 to 5, or a grade; the other one is None or empty, for one is never converted to the other.

    ``4``, ``4.0``, ``5星``, ``★★★☆☆``, ``好评``. Raises BadCell ``bad_stars``, also for halves.
    """
    clean = unicodedata.normalize("NFKC", clean_text(text)).casefold()
    if clean in _GRADES:
        return None, str(_GRADES[clean])
    if found := _STARS.fullmatch(clean):
        return int(found[1]), ""
    stars = clean.count("★")
    if 1 <= stars <= 5 and clean in ("★" * stars, "★" * stars + "☆" * (5 - stars)):
        return stars, ""
    raise BadCell("bad_stars", value=text)


def html_to_text(html: str) -> str:
    """The words of an HTML fragment, a line for each paragraph or break (WooCommerce stores reviews as HTML).

    Scripts, styles and comments are left out; what only looks like a tag stays. Written by hand because Python's
    own parser takes 43 seconds for 65,000 characters of ``<a <a <a``: this one looks at each character once.
    """
    parts: list[str] = []
    lower = html.lower()
    place = 0
    while (start := html.find("<", place)) >= 0:
        parts.append(html[place:start])
        found = _TAG.match(lower, start)
        if found:
            parts.append("\n" if found[2] in _BREAKS else "")
            place = found.end()
            if found[2] in _HIDDEN and not found[1]:
                place = _after(lower, f"</{found[2]}", place)
        elif html.startswith("<!--", start):
            place = _after(html, "-->", start + 4)
        else:
            parts.append("<")
            place = start + 1
    parts.append(html[place:])
    lines = (line.strip() for line in unescape("".join(parts)).split("\n"))
    return plain_text("\n".join(line for line in lines if line))


def _after(text: str, mark: str, place: int) -> int:
    """Behind the next mark, or the end of the text. A closing tag's own ``>`` remains and is taken as well."""
    found = text.find(mark, place)
    if found < 0:
        return len(text)
    end = found + len(mark)
    return end if mark.endswith(">") else max(text.find(">", end) + 1, end)
