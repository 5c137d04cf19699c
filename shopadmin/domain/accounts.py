"""What an e-mail address, a name and a password must be like."""

import re
import unicodedata

MIN_PASSWORD = 8
MAX_PASSWORD = 200
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,180}\.[^@\s\x00-\x1f\x7f.]{2,63}")

# Words that people choose first. What stands around them ("password2026!", "MyAdmin1") does not make them better.
_COMMON = frozenset((
    "password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "secret", "letmein", "welcome", "login", "admin",
    "administrator", "root", "owner", "manager", "shop", "shopadmin", "store", "taobao", "tmall", "alibaba",
    "alipay", "weixin", "wechat", "shopify", "amazon", "master", "superman", "batman", "dragon", "monkey",
    "football", "baseball", "sunshine", "princess", "iloveyou", "woaini", "woaini1314", "trustno1", "whatever",
    "freedom", "computer", "internet", "test", "tester", "testing", "default", "changeme", "guest", "user",
    "access", "hello", "nihao", "michael", "jordan", "jennifer", "charlie", "shadow", "qazwsx", "qazwsxedc",
    "zaq12wsx", "asdf", "asdfgh", "asdfghjkl", "zxcv", "zxcvbn", "zxcvbnm", "qwer", "qwert", "qwerty", "qwertyui",
    "qwertyuiop", "abc", "abcd", "abcdef", "aa", "aaa",
))  # fmt: skip
_COMMON_DIGITS = frozenset((
    "5201314", "52013145201314", "1314520", "13145200", "11235813", "31415926", "20252025", "20262026",
))  # fmt: skip
_ROWS = (
    "01234567890",
    "09876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv",
)


def normalise_email(text: str) -> str:
    """The form in which an address is stored and compared."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def is_email(text: str) -> bool:
    """Whether a normalised text can be an address. Mail is never sent, so nothing else is asked of it."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


def mask_sign_in_name(text: str) -> str:
    """What somebody typed as their address, recognisable but not readable: it may be their password."""
    local, at, domain = text.partition("@")
    return f"{local[0]}***@{domain[0]}***" if at and local and domain else "***"


def is_name(text: str) -> bool:
    """Whether a text can stand as a person's or the shop's name: 1 to 80 characters, none of them a control."""
    return 0 < len(text) <= 80 and all(unicodedata.category(character) not in ("Cc", "Cf", "Zl") for character in text)


def normalise_password(text: str) -> str:
    """One form for what different keyboards send for the same characters (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", text)


def is_long_enough(password: str) -> bool:
    """Whether the password has a length that is taken."""
    return MIN_PASSWORD <= len(password) <= MAX_PASSWORD


def is_common(password: str, *own: str) -> bool:
    """Whether the password is among those tried first: common words with decoration, rows of keys, repeats.

    ``own``: the person's name and address and the shop's name, which are tried first as well.
    """
    plain = normalise_password(password).casefold()
    stem = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    digits = re.sub(r"\D", "", plain)
    return (
        len(set(plain)) < 4
        or _is_repeat(plain)
        or stem in _COMMON
        or (not stem and digits in _COMMON_DIGITS)
        or any(plain in row + row or plain[::-1] in row + row for row in _ROWS)
        or any(stem == part for part in _own_words(own))
    )


def _is_repeat(text: str) -> bool:
    """Whether the text is a piece of up to four characters over and over."""
    return any(len(text) >= 2 * size and text == (text[:size] * len(text))[: len(text)] for size in (1, 2, 3, 4))


def _own_words(texts: tuple[str, ...]) -> set[str]:
    found = set()
    for text in texts:
        folded = normalise_password(text).casefold()
        found.update({folded, folded.replace(" ", ""), *re.split(r"[\W\d_]+", folded)})
        found.add(re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded))
    return {word for word in found if len(word) >= 3}
