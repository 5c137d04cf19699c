"""Who an identifier belongs to, however it is written: one canonical form a person, and why one is no key.

The rules are those of the labels (docs: "Identifiers"). An identifier that acts (``Reading.key``) is a mobile number or
a personal e-mail address, which nobody shares; everything else may still be matched against itself (``value``), as a
buyer who said stop must not be reached on a fixed line either.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

import phonenumbers
from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from shopadmin.domain.identifiers import normal_account, normal_email, normal_phone
from shopadmin.domain.identifiers.postal import normal_address

Kind = Literal["phone", "email", "platform_uid", "nick", "address"]
KINDS: tuple[Kind, ...] = ("phone", "email", "platform_uid", "nick", "address")
Reason = Literal[
    "", "masked", "privacy_number", "not_mobile", "invalid", "role", "disposable", "not_a_key", "weak"
]  # fmt: skip

_HIDDEN = re.compile(r"[*•●·∙⁎]")
_HIDDEN_DIGITS = re.compile(r"x{3,}", re.I)
# A marketplace's number: the mobile of an exchange, and an extension that says whom it forwards to.
_PRIVACY = re.compile(r"^(?:\+?86|0086)?(1[3-9][0-9]{9})(?:-|转|,|ext\.?)([0-9]{1,6})$", re.I)
_EXTENSION = re.compile(r"(?:-|转|,|;ext=|ext\.?|x|#)\s*[0-9]{1,6}$", re.I)
_CHINESE_MOBILE = re.compile(r"^(?:\+?86|0086)?(1[3-9][0-9]{9})$")
_SEPARATORS = re.compile(r"[\s().\-‐‑–—/]")
# An address that needs no library but for its domain; short enough that its length cannot be what is wrong with it.
_PLAIN_EMAIL = re.compile(r"([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)@([a-z0-9.-]+)", re.I | re.A)
_PLAIN_LENGTH = 64
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)

# Mailboxes of a function rather than a person: RFC 2142, and those that shops meet.
_ROLES = frozenset(
    (
        "info", "marketing", "sales", "support", "abuse", "noc", "security", "postmaster", "hostmaster", "usenet",
        "news", "webmaster", "www", "uucp", "ftp", "admin", "noreply", "no-reply", "service",
    )
)  # fmt: skip
# Providers that do not tell upper and lower case apart in front of the @.
_FOLDING = frozenset(("gmail.com", "qq.com", "foxmail.com", "163.com", "126.com", "yeah.net"))


class Reading(NamedTuple):
    """What an identifier says. ``value``: its canonical form, empty where there is nothing to match.

    ``reason``: why it is no key of a person; empty for one that is. A tuple, as an import makes one for each of them.
    """

    value: str
    reason: Reason = ""

    @property
    def key(self) -> str:
        """The canonical form of a strong identifier, by which a machine may act; empty for every other."""
        return "" if self.reason else self.value


def _clean(text: str) -> str:
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def read_phone(text: str, region: str | None = None, is_private: bool = False) -> Reading:
    """A phone number as E.164. ``region``: ISO 3166 code that a number without country code is dialled in.

    ``is_private``: the platform says that the number forwards; such a number is never a key, as it is handed out again.
    """
    # Most numbers of an import are these; all that follows would come to the same.
    if not is_private and (found := _CHINESE_MOBILE.match(text)):
        return Reading(f"+86{found[1]}")
    return _read_phone(_clean(text), region, is_private)


def _read_phone(text: str, region: str | None, is_private: bool) -> Reading:
    if _HIDDEN.search(text) or _HIDDEN_DIGITS.search(text):
        return Reading("", "masked")
    joined = _SEPARATORS.sub("", text) if "转" not in text else text.replace(" ", "")
    if (found := _PRIVACY.match(text.replace(" ", ""))) or is_private:
        return Reading(f"+86{found[1]}-{found[2]}" if found else normal_phone(joined), "privacy_number")
    bare = _SEPARATORS.sub("", _EXTENSION.sub("", text)) if _EXTENSION.search(text) else joined
    for candidate in dict.fromkeys((joined, bare)):
        if found := _CHINESE_MOBILE.match(candidate):
            return Reading(f"+86{found[1]}")
    for candidate in dict.fromkeys((joined, bare)):
        if number := _parsed(candidate, region):
            value = phonenumbers.format_number(number, PhoneNumberFormat.E164)
            return Reading(value) if phonenumbers.number_type(number) in _MOBILE else Reading(value, "not_mobile")
    return Reading(normal_phone(joined), "invalid")


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    text = f"+{text[2:]}" if text.startswith("00") else text
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def read_email(text: str) -> Reading:
    """An e-mail address: canonical form v1. No question is put to the network."""
    text = _clean(text)
    if (parts := _plain_parts(text) or _valid_parts(text)) is not None:
        return _canonical_email(*parts)
    return Reading("", "masked") if _HIDDEN.search(text) else Reading(normal_email(text), "invalid")


def _plain_parts(text: str) -> tuple[str, str] | None:
    """Local part and domain of a plain address, without the library, which takes twenty times as long."""
    found = _PLAIN_EMAIL.fullmatch(text) if len(text) <= _PLAIN_LENGTH else None
    if found is None or found[1].lower() in _ROLES:  # the library lowers the names of functions
        return None
    domain = _valid_domain(found[2])
    return (found[1], domain) if domain else None


@lru_cache(16384)
def _valid_domain(text: str) -> str:
    """The domain as the library reads it; empty where it refuses it. Most buyers share few, and the rest are fewer
    than the cache holds: one that is too small for those of an import would hold none of them when it is read again.
    """
    parts = _valid_parts(f"a@{text}")
    return parts[1] if parts else ""


def _valid_parts(text: str) -> tuple[str, str] | None:
    if _HIDDEN.search(text):
        return None
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return found.local_part, found.ascii_domain.lower()


def _canonical_email(local: str, domain: str) -> Reading:
    domain = "gmail.com" if domain == "googlemail.com" else domain
    if domain == "gmail.com":
        local = local.partition("+")[0].replace(".", "")
    if domain in _FOLDING:
        local = local.lower()
    value = f"{local}@{domain}"
    if local.partition("+")[0].lower() in _ROLES:
        return Reading(value, "role")
    return Reading(value, "disposable" if domain in blocklist else "")


def mailbox(text: str) -> str:
    """Into whose box a letter to the address falls: its canonical form in lower case, without a tag behind a ``+``.

    For guards that would rather find too much, such as that the shop's own people are not labelled: it is no key, as
    not every provider reads a tag so. Empty for what is no address.
    """
    value = read_email(text).value.lower()
    local, _at, domain = value.rpartition("@")
    bare = local.partition("+")[0]
    return f"{bare}@{domain}" if bare else value


def read_nick(platform: str, text: str) -> Reading:
    """A platform's public name of somebody: it can be taken by another, so it never acts; it matches itself alone."""
    text = _clean(text)
    if not text:
        return Reading("", "invalid")
    if _HIDDEN.search(text) or _HIDDEN_DIGITS.search(text):
        return Reading("", "masked")
    return Reading(f"{platform}:{normal_account(text)}", "not_a_key")


def read_platform_uid(app_key: str, uid: str) -> Reading:
    """A platform's open id of somebody, which holds for one app key."""
    app_key, uid = _clean(app_key), _clean(uid)
    if not app_key or not uid or "|" in app_key:
        return Reading("", "invalid")
    return Reading("", "masked") if _HIDDEN.search(uid) else Reading(f"{app_key}|{uid}")


def read_address(text: str) -> Reading:
    """Where somebody lives, in one form for each way of writing it; never a key, as a house has many people."""
    text = _clean(text)
    if _HIDDEN.search(text):
        return Reading("", "masked")
    value = normal_address(text)
    return Reading(value, "weak" if value else "invalid")


def read_identifier(kind: Kind, text: str, region: str | None = None, scope: str = "") -> Reading:
    """An identifier of any kind. ``region``: as for a phone; ``scope``: the platform or app key of the last two."""
    if kind == "phone":
        return read_phone(text, region)
    if kind == "email":
        return read_email(text)
    if kind == "address":
        return read_address(text)
    return read_platform_uid(scope, text) if kind == "platform_uid" else read_nick(scope, text)


def region_of(phone: str) -> str:
    """ISO 3166 code of the country of a phone in E.164; empty where the number does not say."""
    number = _parsed(phone, None)
    return phonenumbers.region_code_for_number(number) or "" if number else ""


def hint(kind: Literal["phone", "email", "nick"], value: str) -> str:
    """As little of an identifier as tells two entries apart on a page: it outlives the buyer's data."""
    if kind == "email":
        local, _at, domain = value.rpartition("@")
        return f"{local[:1]}…@…{domain[domain.rfind('.') :]}"
    return f"…{value[-2:]}" if kind == "phone" else f"{value.partition(':')[2][:1]}…"
