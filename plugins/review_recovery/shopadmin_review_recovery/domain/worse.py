"""When a changed review is a worse one. Stars and grades are never made one of the other."""

from dataclasses import dataclass

from shopadmin_review_recovery.domain import words

_GRADES = ("bad", "neutral", "good")


@dataclass(frozen=True, slots=True)
class Rating:
    """Stars or a grade, as the platform has it."""

    stars: int | None
    grade: str


def is_worse(before: Rating, after: Rating) -> bool:
    """Fewer stars, or a lower grade; between stars and a grade nobody can tell."""
    if before.stars is not None and after.stars is not None:
        return after.stars < before.stars
    if before.stars is None and after.stars is None and before.grade in _GRADES and after.grade in _GRADES:
        return _GRADES.index(after.grade) < _GRADES.index(before.grade)
    return False


def follow_up_complains(text: str) -> bool:
    """Whether what the buyer added later names a trouble by a word that stands for one."""
    return any(phrase.is_strong for phrases in words.find(text).causes.values() for phrase in phrases)
