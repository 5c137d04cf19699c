"""What a language gives to the rules: how to read a line, and one pattern for each thing that sellers write about."""

import re
from collections.abc import Callable
from dataclasses import dataclass


def either(*patterns: str) -> re.Pattern[str]:
    """One pattern out of many. Each has gaps of bounded length alone, so that no text takes more than linear time."""
    return re.compile("|".join(patterns))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language. Every pattern is searched in what ``read`` makes of a line; ``reach`` is in its characters."""

    lang: str
    reach: int
    read: Callable[[str], str]
    praise: re.Pattern[str]
    change: re.Pattern[str]
    write: re.Pattern[str]
    noun: re.Pattern[str]
    thanked: re.Pattern[str]
    incentive: re.Pattern[str]
    generous: re.Pattern[str]
    independent: re.Pattern[str]
    refused: re.Pattern[str]
    disowned: re.Pattern[str]
    contrast: re.Pattern[str]
    condition: re.Pattern[str]
    harm: re.Pattern[str]
    threat: re.Pattern[str]
    breaks: re.Pattern[str]
