"""What a language gives to the rules: how to read a line, and one pattern for each thing that sellers write about."""

import re
from collections.abc import Callable
from dataclasses import dataclass


def either(*patterns: str, begins: str = "") -> re.Pattern[str]:
    """One pattern out of many. Each has gaps of bounded length alone, so that no text takes more than linear time.

    ``begins``: what holds where a match begins; most places are left at once by it.
    """
    return re.compile(f"{begins}(?:{'|'.join(patterns)})")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language. Every pattern is searched in what ``read`` makes of a line; ``reach`` is in its characters.

    No pattern about reviews is met without one of the ``topics``, no threat without one of the ``threats``: most lines
    hold neither, and that is found out fast. ``change_it`` counts where a review was named already, ``promised`` after
    thanks for one, and ``favour`` beside praise or a change. ``denied``: what stands before a threat that is none.
    ``everyday``: nouns that alone say nothing about reviews.
    """

    lang: str
    reach: int
    topics: tuple[str, ...]
    threats: tuple[str, ...]
    read: Callable[[str], str]
    praise: re.Pattern[str]
    change: re.Pattern[str]
    change_it: re.Pattern[str]
    write: re.Pattern[str]
    noun: re.Pattern[str]
    thanked: re.Pattern[str]
    incentive: re.Pattern[str]
    generous: re.Pattern[str]
    promised: re.Pattern[str]
    favour: re.Pattern[str]
    independent: re.Pattern[str]
    refused: re.Pattern[str]
    disowned: re.Pattern[str]
    contrast: re.Pattern[str]
    condition: re.Pattern[str]
    harm: re.Pattern[str]
    threat: re.Pattern[str]
    denied: re.Pattern[str]
    everyday: frozenset[str]
    breaks: re.Pattern[str]
