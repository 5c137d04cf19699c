"""How many reviews it takes until an average is back: ⌈n(t − m)/(a − t)⌉ (section 8 of the rules), without floats."""

from dataclasses import dataclass
from fractions import Fraction

# Averages are of stars.
LOWEST, HIGHEST = 1, 5


class RatingError(ValueError):
    """A number that no average or count can be. ``field``: which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Question:
    """``reviews`` with a ``mean`` of stars; from when on is it ``target``, if those to come are ``coming`` on average?

    Raises RatingError.
    """

    reviews: int
    mean: Fraction
    target: Fraction
    coming: Fraction

    def __post_init__(self) -> None:
        if self.reviews < 0:
            raise RatingError("reviews")
        for field in ("mean", "target", "coming"):
            if not LOWEST <= getattr(self, field) <= HIGHEST:
                raise RatingError(field)


def needed(question: Question) -> int | None:
    """How many more reviews; 0 where the average is there already, None where it never comes."""
    missing = question.reviews * (question.target - question.mean)
    if missing <= 0:
        return 0
    gain = question.coming - question.target
    return None if gain <= 0 else -(-missing // gain)
