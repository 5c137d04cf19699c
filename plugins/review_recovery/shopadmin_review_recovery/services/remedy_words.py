"""What people write about a remedy: whole, not too long, and never tied to a review (G5, G7).

The buyer hears these words, or somebody decides by them about money, so the core's wording check reads them where
they come in. What a buyer said is not read by it: a demand is written down as it was made.
"""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Problem, RefusedError, wording_problems

LONGEST = 500
# What the words are written beside: the money need not be named where it has a field of its own.
_BESIDE = ("refund", "退款")


def line(text: str, field: str, is_needed: bool = True) -> str:
    """A line as it is kept. Raises RefusedError for one that is too long, holds a NUL, or is empty and needed."""
    text = text.strip()
    if "\0" in text:
        raise RefusedError(Problem("compensation.nul", _("Leave out the NUL character, it cannot be kept."), field))
    if len(text) > LONGEST:
        raise RefusedError(Problem("compensation.long", _("At most %(most)s characters.", most=LONGEST), field))
    if is_needed and not text:
        raise RefusedError(Problem("compensation.empty", _("Say why, in a few words."), field))
    return text


def refuse_trade(texts: Mapping[str, str]) -> None:
    """Raise RefusedError for words that tie what a buyer gets to a review, at their fields; in whatever language.

    ``texts``: by field. What no field says by itself may be said by all of them ("5 back", by "your five stars"), and
    one alone is read beside the money that it is about ("for changing the review").
    """
    found = [problem for field, text in texts.items() for problem in wording_problems(text, "message", field)]
    if not found and len(texts) > 1:
        found = wording_problems(", ".join(texts.values()), "message", next(iter(texts)))
    for money in _BESIDE:
        found = found or [
            problem
            for field, text in texts.items()
            for problem in wording_problems(f"{money}: {text}", "message", field)
        ]
    if found:
        raise RefusedError(*found)
