"""The rules over what a language's patterns found: reviews against benefits, conditions, threats, praise in titles."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shopadmin.domain.wording.findings import Context, Finding, block, warn
from shopadmin.domain.wording.lexicon import Lexicon

Span = tuple[int, int]
# A condition and what it takes away may be this many times as far from the review as a benefit.
_WIDER = 2
# "We would never ..." stands so many characters before a threat at most.
_DENIAL = 40


@dataclass(frozen=True, slots=True)
class _Line:
    """One line, read, with the ends of its sentences."""

    words: Lexicon
    text: str
    breaks: list[int]

    def find(self, pattern: re.Pattern[str]) -> list[Span]:
        return [found.span() for found in pattern.finditer(self.text)]

    def sentence(self, at: int) -> int:
        return bisect_right(self.breaks, at)

    def sentences(self, spans: Iterable[Span]) -> set[int]:
        return {number for start, end in spans for number in (self.sentence(start), self.sentence(end - 1))}

    def shown(self, *spans: Span) -> str:
        """The words from the first to the last of these spans, as they were read."""
        start, end = min(start for start, _ in spans), max(end for _, end in spans)
        return self.text[start : min(end, start + 200)].strip()


def judge(words: Lexicon, text: str, context: Context) -> Iterator[Finding]:
    """What the rules of one language say of a line that it has read."""
    line = _Line(words, text, [found.end() for found in words.breaks.finditer(text)])
    if any(topic in text for topic in words.threats):
        yield from _threats(line)
    if not any(topic in text for topic in words.topics):
        return
    praise, change = line.find(words.praise), line.find(words.change)
    nouns = line.find(words.noun)
    if nouns:
        change += [span for span in line.find(words.change_it) if span[0] > nouns[0][0]]
    acts = [*praise, *change, *line.find(words.write)]
    if not acts and not nouns:
        return
    yield from _conditions(line, acts + nouns)
    kept_apart = line.sentences([*line.find(words.independent), *line.find(words.refused)])
    if words.disowned.search(text):
        kept_apart = set(range(len(line.breaks) + 1))
    if acts:
        yield from _offers(line, acts, change, kept_apart)
        yield from _thanks(line, kept_apart)
        yield from _favours(line, [*change, *praise], kept_apart)
    if context == "campaign":
        told = [span for span in nouns if text[slice(*span)] not in words.everyday]
        yield from _titles(line, praise, change, acts + told, kept_apart)


def _threats(line: _Line) -> Iterator[Finding]:
    for found in line.words.threat.finditer(line.text):
        if not line.words.denied.search(line.text, max(found.start() - _DENIAL, 0), found.start()):
            yield block("threat", line.shown(found.span()))
            return


def _offers(line: _Line, acts: list[Span], change: list[Span], kept_apart: set[int]) -> Iterator[Finding]:
    thanked, generous = line.find(line.words.thanked), line.find(line.words.generous)
    changes = set(change)
    for benefits, of_acts in (
        (line.find(line.words.incentive), [act for act in acts if act in changes or not _within(act, thanked)]),
        (generous, [act for act in acts if act not in changes and _within(act, thanked)]),
    ):
        pair = _nearest(of_acts, benefits)
        if pair is None:
            continue
        is_near = _gap(*pair) <= line.words.reach and len(line.sentences(pair)) == 1
        if benefits is generous and not is_near:
            continue
        rule = "incentive" if is_near else "compensation_and_invitation"
        apart = line.sentences(pair) & kept_apart and not _is_taken_back(line, pair)
        yield (warn if apart else block)(rule, line.shown(*pair))


def _thanks(line: _Line, kept_apart: set[int]) -> Iterator[Finding]:
    """'Thanks for the review! Your voucher is on its way': a reward, though no word ties the one to the other."""
    pair = _nearest(line.find(line.words.thanked), line.find(line.words.promised))
    if pair is not None and _gap(*pair) <= line.words.reach and not line.sentences(pair) & kept_apart:
        yield block("incentive", line.shown(*pair))


def _favours(line: _Line, asked: list[Span], kept_apart: set[int]) -> Iterator[Finding]:
    """'Once it is gone, we will …': whatever the shop will do then, it is a trade."""
    thanked = line.find(line.words.thanked)
    asked = sorted(act for act in asked if not _within(act, thanked))
    if not asked:
        return
    for favour in line.find(line.words.favour):
        act = _closest(favour, asked)
        same = line.sentences((act, favour))
        if len(same) == 1 and not same & kept_apart and 0 < _gap(act, favour) <= line.words.reach:
            yield block("incentive", line.shown(act, favour))
            return


def _is_taken_back(line: _Line, pair: tuple[Span, Span]) -> bool:
    """'We ask nobody for reviews, but …': what comes after the turn counts."""
    turn = line.words.contrast.search(line.text)
    return turn is not None and turn.end() <= min(start for start, _ in pair)


def _conditions(line: _Line, reviews: list[Span]) -> Iterator[Finding]:
    conditions, harms = line.find(line.words.condition), line.find(line.words.harm)
    if not conditions or not harms:
        return
    apart = line.sentences(line.find(line.words.independent))
    reach = line.words.reach * _WIDER
    for review in sorted(reviews):
        condition, harm = _closest(review, conditions), _closest(review, harms)
        if _gap(review, condition) > reach or _gap(review, harm) > reach:
            continue
        numbers = line.sentences((review, condition, harm))
        if max(numbers) - min(numbers) > 1 or line.sentence(condition[0]) != line.sentence(review[0]):
            continue
        apart_here = numbers & apart and not _is_taken_back(line, (review, harm))
        yield (warn if apart_here else block)("condition", line.shown(review, condition, harm))
        return


def _titles(
    line: _Line, praise: list[Span], change: list[Span], acts: list[Span], kept_apart: set[int]
) -> Iterator[Finding]:
    reviews = [] if praise or change else acts
    for rule, spans in (("campaign_change", change), ("campaign_praise", praise), ("campaign_review", reviews)):
        if spans:
            free = [span for span in spans if not line.sentences([span]) & kept_apart]
            yield (block(rule, line.shown(free[0])) if free else warn(rule, line.shown(spans[0])))


def _within(span: Span, around: list[Span]) -> bool:
    at = bisect_right(around, (span[0], 1 << 62)) - 1
    return at >= 0 and span[0] < around[at][1]


def _nearest(acts: list[Span], benefits: list[Span]) -> tuple[Span, Span] | None:
    """The act and the benefit that stand closest to each other without one lying inside the other."""
    pairs = ((act, _closest(act, benefits)) for act in acts) if benefits else ()
    return min(pairs, key=lambda pair: _gap(*pair), default=None)


def _closest(span: Span, others: list[Span]) -> Span:
    at = bisect_right(others, span)
    return min(others[max(at - 1, 0) : at + 1], key=lambda other: _gap(span, other))


def _gap(one: Span, other: Span) -> int:
    """Characters between two spans, 0 when they touch or overlap."""
    return max(one[0] - other[1], other[0] - one[1], 0)
