"""Evidence: kinds, how much each weighs, and the copy of a text that may be shown."""

import re
from typing import Literal, get_args

from shopadmin.domain.identifiers import mask_email, mask_phone

Kind = Literal["picture", "chat", "review", "call", "order", "logistics", "decision"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# E0 what somebody says, E1 the shop's own record, E2 a platform's, courier's or bank's, E3 a platform's decision, E4 a
# court's or an authority's.
TIERS = (0, 1, 2, 3, 4)
# What nobody says by choosing it from a list: it takes a permission of its own.
AUTHORITY = 4

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}")
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:\+|00)\d{1,3}(?:[ .()-]{0,2}\d){6,12}|(?:86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2})(?![0-9A-Za-z])"
)
# What steers a terminal or turns the reading direction says nothing to a reader.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def redacted(text: str) -> str:
    """The text without phones, e-mail addresses and identity-card numbers. Names and addresses it cannot know.

    Numbers of orders and parcels stay: they are what the text is about.
    """
    text = _STEERING.sub("", text.replace("\r\n", "\n"))
    text = _EMAIL.sub(lambda found: mask_email(found[0]), text)
    text = _IDENTITY.sub(lambda found: found[0][:2] + "*" * (len(found[0]) - 4) + found[0][-2:], text)
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)
