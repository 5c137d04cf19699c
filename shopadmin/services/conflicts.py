"""What a change of a row can run into; nothing was changed then."""

from collections.abc import Sequence

from shopadmin.contract import Problem, Text
from shopadmin.services.refusals import ConflictError


class ObjectionsError(ConflictError):
    """The change is not possible as things stand: 409. ``problems``: why, each for a person to read."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].message)
        self.problems: Sequence[Problem] = problems


class ChangedMeanwhileError(ObjectionsError):
    """Somebody changed the row after the form was opened. ``wanted`` and ``current``: both values, to be shown."""

    def __init__(self, problem: Problem, wanted: Text, current: Text) -> None:
        super().__init__(problem)
        self.wanted, self.current = wanted, current


class RefusedError(Exception):
    """A form's value is not usable: 400. ``problems`` name their fields."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.code for problem in problems))
        self.problems: Sequence[Problem] = problems

    def __str__(self) -> str:
        """Field and reason of each problem, for a log or a plugin's author; in the language of whoever asks."""
        return "; ".join(f"{found.field or found.code}: {found.message}" for found in self.problems)


class MissingError(LookupError):
    """There is no such row, or the actor may not know of it: 404."""
