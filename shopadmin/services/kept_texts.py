"""What people type into a form, as it is kept: whole, no longer than there is room for."""

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _

from shopadmin.contract import Problem, Text
from shopadmin.services.conflicts import RefusedError


def checked(text: str, field: str, longest: int) -> str:
    """The text without blanks around it. Raises RefusedError at ``field`` for one that cannot be kept."""
    text = text.strip()
    if "\0" in text:
        raise RefusedError(Problem("text", _("Leave out the NUL character, it cannot be kept."), field))
    if len(text) > longest:
        raise RefusedError(Problem("text", too_long(len(text), longest), field))
    return text


def too_long(length: int, most: int) -> Text:
    """How long a text is, and how long it may be, in characters."""
    return _(
        "This has %(length)s characters, and %(most)s are the most that can be kept. Shorten it.",
        length=format_decimal(length), most=format_decimal(most),
    )  # fmt: skip
