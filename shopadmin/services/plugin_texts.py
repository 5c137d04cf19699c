"""What is kept of failing plugins, in the reader's language: the log and the database hold it in English."""

import re
from collections.abc import Callable

from flask_babel import lazy_gettext as _

from shopadmin.contract import Text

_SENTENCES: tuple[tuple[re.Pattern[str], Callable[..., Text]], ...] = (
    (
        re.compile(r"(?P<errors>\d+) errors in (?P<minutes>\d+) minutes"),
        lambda **found: _("%(errors)s errors in %(minutes)s minutes", **found),
    ),
    (
        re.compile(r"(?P<hook>\w+) has not come back for (?P<time>\d+ s)"),
        lambda **found: _("%(hook)s has not come back for %(time)s", **found),
    ),
    (
        re.compile(r"has not come back for (?P<time>\d+ s)"),
        lambda **found: _("has not come back for %(time)s", **found),
    ),
    (re.compile(r"took (?P<time>\d+ ms)"), lambda **found: _("took %(time)s", **found)),
)


def said(kept: str) -> Text:
    """A sentence of ours in the reader's language; what a plugin's exception said stays as it is."""
    for pattern, sentence in _SENTENCES:
        if found := pattern.fullmatch(kept):
            return sentence(**found.groupdict())
    return kept
