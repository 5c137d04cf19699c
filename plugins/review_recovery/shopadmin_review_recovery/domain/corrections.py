"""What the shop's own people confirmed before: naive Bayes over pairs, trained on the shop's cases, on this machine.

Chinese is read in pairs of characters, other writing in words and pairs of words. It keeps silent below 200 confirmed
cases, of causes with fewer than 50, and unless it did at least as well as the rules on the newest fifth of the cases,
which it had not seen. It proposes only, and says which words counted.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from operator import add, neg
from typing import Any, Literal

from shopadmin_review_recovery.domain.words.spelling import spelled

LEAST_CASES = 200
LEAST_OF_A_CAUSE = 50
# As many causes as make a difference, and confirmed cases between two lessons.
LEAST_CAUSES = 2
EVERY = 20
# The newest part of the cases that the model is tested on.
HELD_BACK = 0.2
# What it may add at most beside facts and words, and from which probability on.
WEIGHT = 0.75
SURE = 0.5
SHOWN = 4
# Of a very long text, and of what a model remembers.
LONGEST_TEXT = 5_000
MOST_TRAITS = 50_000
_SEEN_ONCE = 2
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A text and the cause that a person confirmed for it, the primary one."""

    text: str
    cause: str


@dataclass(frozen=True)
class Model:
    """Counts of traits by cause. ``own_hits``, ``rule_hits``: of ``tested`` cases, how many each got right."""

    texts: Mapping[str, int]
    traits: Mapping[str, Mapping[str, int]]
    tested: int
    own_hits: int
    rule_hits: int

    @property
    def is_on(self) -> bool:
        """Whether it did at least as well as the rules on what it had not seen."""
        return self.tested > 0 and self.own_hits >= self.rule_hits

    def proposals(self, text: str) -> Mapping[str, tuple[float, Sequence[str]]]:
        """The likeliest cause with its weight and the words that counted; nothing while it is off or unsure."""
        if not self.is_on:
            return {}
        traits = traits_of(text)
        cause, chance = self._likeliest(traits)
        counted = self._counted(cause, traits) if chance >= SURE else ()
        return {cause: (round(WEIGHT * chance, 2), counted)} if counted else {}

    def best(self, text: str) -> str:
        """The likeliest cause, whatever its probability; empty where nothing of the text is known."""
        traits = traits_of(text)
        cause, _ = self._likeliest(traits)
        return cause if self._counted(cause, traits) else ""

    def as_data(self) -> dict[str, Any]:
        """As plain values, for keeping."""
        return {
            "texts": dict(self.texts),
            "traits": {cause: dict(counts) for cause, counts in self.traits.items()},
            "tested": self.tested,
            "own_hits": self.own_hits,
            "rule_hits": self.rule_hits,
        }

    def _likeliest(self, traits: Sequence[str]) -> tuple[str, float]:
        """The likeliest cause of a text with these traits, and its probability; none where none of them is known."""
        known = [chances for chances in map(self._chances.get, traits) if chances]
        if not known:
            return "", 0
        scores = list(map(add, self._shares, map(sum, zip(*known, strict=True))))
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        weight, cause = min(zip(map(neg, weights), self.traits, strict=True))
        return cause, -weight / sum(weights)

    def _counted(self, cause: str, traits: Sequence[str]) -> Sequence[str]:
        """The traits that speak most for the cause against all others together."""
        lifts = self._lifts.get(cause, {})
        lifted = sorted([(lifts[trait], trait) for trait in traits if trait in lifts], reverse=True)
        return [trait for _, trait in lifted[:SHOWN]]

    # What follows is worked out once for all texts.

    @cached_property
    def _shares(self) -> Sequence[float]:
        """Logarithms of how common each cause is."""
        everything = sum(self.texts.values())
        return [math.log(self.texts[cause] / everything) for cause in self.traits]

    @cached_property
    def _known(self) -> Mapping[str, int]:
        """All traits, and how many texts have them."""
        known: Counter[str] = Counter()
        for counts in self.traits.values():
            known.update(counts)
        return known

    @cached_property
    def _chances(self) -> Mapping[str, Sequence[float]]:
        """By trait, the logarithms of its probability under each cause."""
        # A trait is there or not in a text, so that a word said ten times counts once.
        logs = [
            (counts, [math.log((count + 1) / (self.texts[cause] + 2)) for count in range(self.texts[cause] + 1)])
            for cause, counts in self.traits.items()
        ]
        return {trait: tuple([chances[counts.get(trait, 0)] for counts, chances in logs]) for trait in self._known}

    @cached_property
    def _lifts(self) -> Mapping[str, Mapping[str, float]]:
        """By cause, the traits that are likelier under it than under all others together, by how much."""
        return {cause: dict(self._lifted(cause)) for cause in self.traits}

    def _lifted(self, cause: str) -> Iterator[tuple[str, float]]:
        counts, texts = self.traits[cause], self.texts[cause]
        others = sum(self.texts.values()) - texts
        for trait, count in self._known.items():
            mine = counts.get(trait, 0)
            lift = (mine + 1) / (texts + 2) / ((count - mine + 1) / (others + 2))
            if lift > 1:
                yield trait, math.log(lift)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training. ``cases``: confirmed then; ``at``: None where an earlier version did not keep it.

    ``texts``: of those that were looked at, how many had words, by cause; ``model``: None where those were too few.
    """

    cases: int
    at: datetime | None
    texts: Mapping[str, int]
    model: Model | None


# By the owner; too few cases; too few of two causes, or without words; worse than the rules; it speaks.
Standing = Literal["off", "few", "narrow", "silent", "on"]


def standing(is_wanted: bool, cases: int, lesson: Lesson | None) -> Standing:
    """Whether it speaks, and if not, why. ``cases``: confirmed by now."""
    if not is_wanted:
        return "off"
    if lesson is None:
        return "few"
    if lesson.model is None:
        return "few" if cases < LEAST_CASES else "narrow"
    return "on" if lesson.model.is_on else "silent"


def missing(cases: int, lesson: Lesson | None) -> int:
    """How many more cases are to be confirmed until it learns by itself: 200, then as many more as ``EVERY`` says.

    Fewer than there were (reviews that an undone import took) are as good a reason as more.
    """
    if cases < LEAST_CASES:
        return LEAST_CASES - cases
    return 0 if lesson is None else max(0, EVERY - abs(cases - lesson.cases))


def traits_of(text: str) -> tuple[str, ...]:
    """What a text is known by, each once."""
    script, plain = spelled(text[:LONGEST_TEXT])
    if script == "han":
        return tuple(dict.fromkeys(first + second for first, second in pairwise(_HAN.findall(plain))))
    words = plain.split()
    return tuple(dict.fromkeys([*words, *map(" ".join, pairwise(words))]))


def train(cases: Sequence[Confirmed], rule: Callable[[str], str]) -> Model | None:
    """A model of the confirmed cases, oldest first; None where there are too few.

    ``rule``: what facts and words alone would have said of a text, to be measured against.
    """
    counts = Counter(case.cause for case in cases if case.text.strip())
    taught = {cause for cause, count in counts.items() if count >= LEAST_OF_A_CAUSE}
    usable = [case for case in cases if case.text.strip() and case.cause in taught]
    if sum(counts.values()) < LEAST_CASES or len(taught) < LEAST_CAUSES:
        return None
    cut = round(len(usable) * (1 - HELD_BACK))
    earlier, newest = usable[:cut], usable[cut:]
    trial = _count(earlier)
    return _count(
        usable,
        tested=len(newest),
        own_hits=sum(trial.best(case.text) == case.cause for case in newest),
        rule_hits=sum(rule(case.text) == case.cause for case in newest),
    )


def from_data(data: Mapping[str, Any]) -> Model:
    """The model that ``as_data`` gave."""
    return Model(data["texts"], data["traits"], data["tested"], data["own_hits"], data["rule_hits"])


def _count(cases: Sequence[Confirmed], tested: int = 0, own_hits: int = 0, rule_hits: int = 0) -> Model:
    texts: Counter[str] = Counter()
    traits: dict[str, Counter[str]] = {}
    everywhere: Counter[str] = Counter()
    for case in cases:
        texts[case.cause] += 1
        found = traits_of(case.text)
        traits.setdefault(case.cause, Counter()).update(found)
        everywhere.update(found)
    # What was said once in all says nothing of the next text.
    kept = {trait for trait, count in everywhere.most_common(MOST_TRAITS) if count >= _SEEN_ONCE}
    told = {
        cause: {trait: count for trait, count in counts.items() if trait in kept} for cause, counts in traits.items()
    }
    return Model(dict(texts), told, tested, own_hits, rule_hits)
