"""How much the check finds, and how often it is wrong: on the half that its author read, and on the half nobody did."""

import hashlib

import pytest
from wording_corpus import FOLDER, LANGUAGES, Line, lines

from shopadmin.domain import wording

SEEN_BLOCKED, SEEN_FALSE = 0.95, 0.03
OUTSIDE: dict[str, tuple[str, wording.Context]] = {
    "campaign_praise": ("Five-star fans", "campaign"),
    "campaign_change": ("Edit your review week", "campaign"),
    "campaign_review": ("Write a review this spring", "campaign"),
    "privacy_number": ("Your passport number is X1234567.", "reply"),
}
UNSEEN_BLOCKED, UNSEEN_FALSE = 0.90, 0.05


def is_blocked(line: Line) -> bool:
    return wording.check(line.text, line.context).blocked  # type: ignore[arg-type]


def rates(half: str, lang: str) -> tuple[float, float]:
    """The shares of bad and of good lines that are blocked."""
    bad = [is_blocked(line) for line in lines(half, lang) if line.bad]
    good = [is_blocked(line) for line in lines(half, lang) if not line.bad]
    return sum(bad) / len(bad), sum(good) / len(good)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_seen_half_is_told_apart(lang: str) -> None:
    blocked, false = rates("seen", lang)

    assert blocked >= SEEN_BLOCKED
    assert false <= SEEN_FALSE


def expected_hashes() -> dict[str, str]:
    pairs = (line.split() for line in (FOLDER / "UNSEEN_SHA256").read_text().splitlines() if line)
    return {name: digest for digest, name in pairs}


def test_the_unseen_half_is_the_frozen_one() -> None:
    files = list((FOLDER / "unseen").glob("*.jsonl"))

    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    expected = expected_hashes()
    assert expected.keys() == {f"{lang}.jsonl" for lang in LANGUAGES}
    assert found in ({}, expected)


def test_the_unseen_half_is_told_apart() -> None:
    found = {lang: rates("unseen", lang) for lang in LANGUAGES if lines("unseen", lang)}

    assert {lang: pair for lang, pair in found.items() if pair[0] < UNSEEN_BLOCKED or pair[1] > UNSEEN_FALSE} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_most_lines_know_their_language(lang: str) -> None:
    right = [wording.check(line.text).lang == lang for line in lines("seen", lang)]

    assert sum(right) >= 0.99 * len(right)


@pytest.mark.parametrize("rule", wording.RULES)
def test_every_rule_is_the_only_one_that_stops_some_line(rule: str) -> None:
    alone = [
        line.id
        for lang in LANGUAGES
        for line in lines("seen", lang)
        if wording.check(line.text, line.context).rules == (rule,)  # type: ignore[arg-type]
    ]
    # A campaign's praise and change are review acts too, and no line of the corpus holds a document's number.
    if rule in OUTSIDE:
        text, context = OUTSIDE[rule]
        alone = [text] if rule in wording.check(text, context).rules else []

    assert alone
