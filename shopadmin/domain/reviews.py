"""Reviews: when one counts as bad, and the life of the shop's reply."""

from enum import StrEnum


class Grade(StrEnum):
    """Taobao's three grades. They are never converted to stars, nor stars to them."""

    GOOD = "good"
    NEUTRAL = "neutral"
    BAD = "bad"


class ReplyState(StrEnum):
    """A reply is a text to copy to the platform; only an import can confirm that it is there."""

    NONE = "none"
    DRAFT = "draft"
    POSTED = "posted"
    CONFIRMED = "confirmed"


_GRADES = (Grade.BAD, Grade.NEUTRAL, Grade.GOOD)


def badness(rating: int | str) -> tuple[int, int]:
    """What ratings of one order are sorted by, the worst first: stars before grades, which cannot be compared."""
    if isinstance(rating, int):
        return 0, rating
    return 1, _GRADES.index(Grade(rating)) if rating else len(_GRADES)


def is_bad(stars: int | None, grade: str | None) -> bool:
    """One to three stars, or a neutral or bad grade: what the inbox puts first."""
    return (stars is not None and 1 <= stars <= 3) or grade in (Grade.NEUTRAL, Grade.BAD)


def is_edited_since_reply(state: ReplyState, body_version: int, replied_version: int) -> bool:
    """Whether the buyer changed the text after the shop answered it."""
    return state is not ReplyState.NONE and replied_version < body_version
