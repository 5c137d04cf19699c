"""The race table: what rushes came to, counted from what is stored and what was answered, a line to each kind."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from red_envelope_rush import Rush

COUNTS = ("rushes", "asked", "answered", "issued", "over-issued", "duplicates", "answered but missing")
HEAD = ("database", "processes", "clients", *COUNTS)


def tally(envelopes: Sequence[tuple[str, int]], rush: Rush, total: int | None) -> Counter[str]:
    """Count one rush; ``envelopes`` are the stored buyers and their envelopes.

    A duplicate is a second stored envelope of a buyer, or a second one that the buyer was told of.
    """
    stored = {buyer for buyer, _envelope in envelopes}
    told = {(buyer, envelope) for buyer, answers in rush.answers.items() for _refusal, envelope in answers if envelope}
    return Counter(
        {
            "rushes": 1,
            "asked": len(rush.asked),
            "answered": sum(map(len, rush.answers.values())),
            "issued": len(envelopes),
            "over-issued": 0 if total is None else max(0, len(envelopes) - total),
            "duplicates": len(envelopes) - len(stored) + len(told) - len({buyer for buyer, _envelope in told}),
            "answered but missing": len(told - set(envelopes)),
        }
    )


def as_line(counts: Counter[str]) -> list[int]:
    """The counts in the order of the table."""
    return [counts[name] for name in COUNTS]


def table(lines: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of the same kind added up, in Markdown."""
    summed: dict[tuple[object, ...], list[int]] = {}
    for line in lines:
        kind, counts = tuple(line[:3]), [int(str(count)) for count in line[3:]]
        summed[kind] = [a + b for a, b in zip(summed.get(kind, [0] * len(counts)), counts, strict=True)]
    yield f"| {' | '.join(HEAD)} |"
    yield f"|{'---|' * len(HEAD)}"
    for kind, added in summed.items():
        yield f"| {' | '.join(str(value) for value in (*kind, *added))} |"
