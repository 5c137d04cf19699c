"""Headings and layouts: columns are found by name, never by position (rule 3)."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence


def normal_heading(text: str) -> str:
    """NFKC, without marks, blanks and tabs around it, case-folded."""
    return unicodedata.normalize("NFKC", text).strip(" \t\r\n\ufeff\u200b\u3000\xa0'\"").casefold()


def normal_headings(headings: Iterable[str]) -> tuple[str, ...]:
    """Each heading's normal form, in order."""
    return tuple(map(normal_heading, headings))


class Layout:
    """Which headings a platform's file has, and the field each of them fills.

    ``fields``: field to the heading, or headings of which a file has one. ``fallbacks``: headings of which the next
    is read where the ones before are empty, so that a file may have several. ``required``: fields without which it is
    not this layout; ``marks``: headings that fill no field and must be there all the same; ``without``: headings that
    mean another layout. A Layout is an ImportFormat's ``recognise``.
    """

    def __init__(
        self,
        fields: Mapping[str, str | tuple[str, ...]],
        required: Iterable[str],
        fallbacks: Mapping[str, tuple[str, ...]] | None = None,
        marks: Iterable[str] = (),
        without: Iterable[str] = (),
    ) -> None:
        self.fields: dict[str, tuple[str, ...]] = {
            field: normal_headings((names,) if isinstance(names, str) else names) for field, names in fields.items()
        }
        self.fallbacks: dict[str, tuple[str, ...]] = {
            field: normal_headings(names) for field, names in (fallbacks or {}).items()
        }
        self.required = tuple(required)
        self.marks = normal_headings(marks)
        self.without = frozenset(normal_headings(without))

    def __call__(self, headings: Sequence[str]) -> bool:
        """Whether these normalised headings are this layout."""
        return not self.missing(headings) and self.without.isdisjoint(headings)

    def missing(self, headings: Sequence[str]) -> tuple[str, ...]:
        """The layout's own heading of each required field that the file lacks."""
        there = set(headings)
        fields = tuple(self.names(field)[0] for field in self.required if there.isdisjoint(self.names(field)))
        return fields + tuple(mark for mark in self.marks if mark not in there)

    def names(self, field: str) -> tuple[str, ...]:
        """Every heading that may fill the field."""
        return self.fields[field] + self.fallbacks.get(field, ())

    def known(self, headings: Sequence[str]) -> int:
        """How many of the headings are of this layout."""
        mine = {name for field in self.fields for name in self.names(field)}
        return len(mine.intersection(headings))

    def twice(self, headings: Sequence[str]) -> str:
        """A field that two columns claim, other than a listed fallback; empty where there is none."""
        for field, names in self.fields.items():
            rivals = [names, *((name,) for name in self.fallbacks.get(field, ()))]
            if any(sum(heading in group for heading in headings) > 1 for group in rivals):
                return field
        return ""

    def columns(self, headings: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Positions of each field's column and then its fallbacks, for the fields this file has."""
        headings = normal_headings(headings)
        found = {}
        for field in self.fields:
            places = tuple(headings.index(name) for name in self.names(field) if name in headings)
            if places:
                found[field] = places
        return found
