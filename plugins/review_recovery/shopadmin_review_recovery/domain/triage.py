"""What went wrong, as far as the program can tell: the order's facts first, then the words, then the shop's own record.

Every cause comes with how sure it is and with what speaks for it. Nothing here decides: somebody confirms.

How sure: each piece of evidence has a weight, what it is worth alone; together they are worth 1 - ∏(1 - weight). The
weights are chosen so that a fact which leaves no doubt stands before a word, a word that names a cause before a fact
that only may be the reason, and two faint words before one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Literal, Protocol

from shopadmin_review_recovery.domain import words
from shopadmin_review_recovery.domain.facts import Fact, OrderFacts, by_fact

Kind = Literal["fact", "word", "own"]
Urgency = Literal["threat", "safety", "stars1", "stars2", "stars3"]

# What a fact proposes, and its weight; cancelled depends on the stock.
_FACT_CAUSES: Mapping[Fact, tuple[str, float]] = {
    "cancelled": ("after_sales", 0.7),
    "unavailable": ("out_of_stock", 0.85),
    "not_dispatched": ("logistics", 0.85),
    "in_transit": ("logistics", 0.85),
    "delivered_after_review": ("logistics", 0.8),
    "late": ("logistics", 0.6),
    "mismatch": ("wrong_missing", 0.8),
}
REPEATED_REFUNDS = 2
_REFUNDS_WEIGHT = 0.5
_STRONG, _STRONG_MORE, _WEAK, _WEAK_MORE = 0.7, 0.3, 0.3, 0.1
# Below this a cause is not worth a look.
LEAST = 0.4
MOST = 0.99
# Codes that make a case urgent when words say so.
THREATS = ("malicious", "professional")


@dataclass(frozen=True, slots=True)
class Because:
    """One thing that speaks for a cause: a fact, a phrase of the text, or what the shop confirmed before."""

    kind: Kind
    what: str
    weight: float

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cause, how sure it is (0 to 1), and why, the weightiest first."""

    code: str
    confidence: float
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage says of a review. ``fact``: of the order; ``causes``: best first; ``language``: of the text's rules.

    ``is_unsafe``: the words tell of harm.
    """

    fact: Fact
    causes: tuple[Proposal, ...]
    language: str
    is_unsafe: bool

    @property
    def is_threat(self) -> bool:
        """Whether words threaten the shop or ask for money."""
        return any(cause.code in THREATS for cause in self.causes)


class OwnRecord(Protocol):
    """What the shop's own corrections say of a text: cause to weight and the words that counted."""

    def proposals(self, text: str) -> Mapping[str, tuple[float, Sequence[str]]]: ...


def triage(
    text: str, order: OrderFacts | None = None, reviewed_at: datetime | None = None, own: OwnRecord | None = None
) -> Verdict:
    """Everything together. ``own``: None while the shop has confirmed too few cases."""
    fact = by_fact(order, reviewed_at)
    evidence: dict[str, list[Because]] = {}
    hits = words.find(text) if text else words.Hits("", {}, ())
    if order is not None:
        for code, because in _from_order(order, fact, _names_stock(hits)):
            evidence.setdefault(code, []).append(because)
    for code, phrases in hits.causes.items():
        evidence.setdefault(code, []).extend(_from_words(phrases))
    if own is not None and text:
        for code, (weight, counted) in own.proposals(text).items():
            evidence.setdefault(code, []).append(Because("own", ", ".join(counted), weight))
    return Verdict(fact, _ranked(evidence), hits.language, bool(hits.safety))


def urgency(verdict: Verdict, stars: int | None, grade: str) -> Urgency:
    """How soon somebody must act: threats and harm first, then by stars; grades count as their nearest stars."""
    if verdict.is_threat:
        return "threat"
    if verdict.is_unsafe:
        return "safety"
    if stars is None:
        return "stars1" if grade == "bad" else "stars3"
    return "stars1" if stars <= 1 else "stars2" if stars == 2 else "stars3"


def _names_stock(hits: words.Hits) -> bool:
    """Whether the buyer names a lack of stock outright."""
    return any(phrase.is_strong for phrase in hits.causes.get("out_of_stock", ()))


def _from_order(order: OrderFacts, fact: Fact, names_stock: bool) -> Iterable[tuple[str, Because]]:
    """``names_stock``: then that is why an order was cancelled, whatever is in stock by now."""
    if fact != "none":
        code, weight = _FACT_CAUSES[fact]
        is_out = order.is_out_of_stock and fact in ("cancelled", "not_dispatched")
        if is_out or (names_stock and fact == "cancelled"):
            code, weight = "out_of_stock", 0.85
        yield code, Because("fact", fact, weight)
    if order.refunds >= REPEATED_REFUNDS:
        yield "after_sales", Because("fact", "refunds", _REFUNDS_WEIGHT)


def _from_words(phrases: Sequence[words.Phrase]) -> list[Because]:
    """Of the strong phrases, which stand in front, and of the weak ones the first counts most."""
    found = []
    first, first_weak = _STRONG, _WEAK
    for phrase in phrases:
        if phrase.is_strong:
            found.append(_word(phrase.shown, first))
            first, first_weak = _STRONG_MORE, _WEAK_MORE
        else:
            found.append(_word(phrase.shown, first_weak))
            first_weak = _WEAK_MORE
    return found


@cache
def _word(shown: str, weight: float) -> Because:
    """As many as there are phrases in the rule files, with four weights each; the same ones are met again and again."""
    return Because("word", shown, weight)


def _ranked(evidence: Mapping[str, list[Because]]) -> tuple[Proposal, ...]:
    found = []
    for code, because in evidence.items():
        doubt = 1.0
        for one in because:
            doubt *= 1 - one.weight
        confidence = min(round(1 - doubt, 2), MOST)
        if confidence >= LEAST:
            if len(because) > 1:
                because.sort(key=_weight, reverse=True)
            found.append(Proposal(code, confidence, tuple(because)))
    return tuple(sorted(found, key=lambda proposal: (-proposal.confidence, proposal.code)))


_weight = attrgetter("weight")
