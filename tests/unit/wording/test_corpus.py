"""How much the check finds, and how often it is wrong: on lines that were read, and on lines that were not."""

import hashlib

import pytest
from wording_corpus import FOLDER, LANGUAGES, Line, lines

from shopadmin.domain import wording

READ_BLOCKED, READ_FALSE = 0.99, 0.01
OUTSIDE: dict[str, tuple[str, wording.Context]] = {
    "campaign_praise": ("Five-star fans", "campaign"),
    "campaign_change": ("Edit your review week", "campaign"),
    "campaign_review": ("Write a review this spring", "campaign"),
    "privacy_number": ("Your passport number is X1234567.", "reply"),
}
UNSEEN_BLOCKED, UNSEEN_FALSE = 0.90, 0.05


def is_blocked(line: Line) -> bool:
    return wording.check(line.text, line.context).blocked  # type: ignore[arg-type]


def rates(corpus: str, lang: str) -> tuple[float, float]:
    """The shares of bad and of good lines that are blocked."""
    bad = [is_blocked(line) for line in lines(corpus, lang) if line.bad]
    good = [is_blocked(line) for line in lines(corpus, lang) if not line.bad]
    return sum(bad) / len(bad), sum(good) / len(good)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("corpus", ["seen", "first_judged"])
def test_the_lines_that_were_read_are_told_apart(corpus: str, lang: str) -> None:
    blocked, false = rates(corpus, lang)

    assert blocked >= READ_BLOCKED
    assert false <= READ_FALSE


@pytest.mark.parametrize("corpus", ["first_judged", "unseen"])
def test_a_frozen_corpus_is_here_and_is_the_one_that_was_frozen(corpus: str) -> None:
    pairs = (line.split() for line in (FOLDER / f"{corpus.upper()}_SHA256").read_text().splitlines())
    expected = {name: digest for digest, name in pairs}

    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (FOLDER / corpus).glob("*.jsonl")}

    assert found == expected
    assert found.keys() == {f"{lang}.jsonl" for lang in LANGUAGES}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_lines_that_were_not_read_are_told_apart(lang: str) -> None:
    blocked, false = rates("unseen", lang)

    assert blocked >= UNSEEN_BLOCKED
    assert false <= UNSEEN_FALSE


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
