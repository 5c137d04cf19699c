"""What words alone find in labelled reviews, of which half were not read while the rules were written."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from shopadmin_review_recovery.domain.causes import CODES
from shopadmin_review_recovery.domain.triage import triage

FOLDER = Path(__file__).parent / "corpus"
LANGUAGES = ("en", "zh")
Guess = Callable[[str], set[str]]
# What a plain pass looks for: the words that stand beside each cause in the list of causes.
KEYWORDS = {
    "en": {
        "logistics": ["late"], "packaging": ["crushed"], "wrong_missing": ["wrong item"],
        "out_of_stock": ["out of stock"], "not_as_described": ["not as pictured"], "quality": ["broke"],
        "after_sales": ["no reply"], "staff_service": ["rude"],
    },
    "zh": {
        "logistics": ["快递", "没收到"], "packaging": ["包装", "压坏"], "wrong_missing": ["发错", "少发"],
        "out_of_stock": ["缺货"], "not_as_described": ["不符", "色差"], "quality": ["质量"],
        "after_sales": ["售后", "退货"], "staff_service": ["态度", "敷衍"],
    },
}  # fmt: skip


def rows(half: str, language: str) -> list[tuple[str, set[str]]]:
    lines = (FOLDER / half / f"{language}.jsonl").read_text().splitlines()
    return [(row["text"], set(row["causes"])) for row in map(json.loads, lines)]


def proposed(text: str) -> set[str]:
    return {cause.code for cause in triage(text).causes}


def scores(half: str, language: str, guess: Guess) -> dict[str, float]:
    """F1 of each cause."""
    judged = [(guess(text), causes) for text, causes in rows(half, language)]
    found = {}
    for code in CODES:
        hits = sum(code in said and code in causes for said, causes in judged)
        misses = sum((code in said) != (code in causes) for said, causes in judged)
        found[code] = 2 * hits / (2 * hits + misses)
    return found


def test_the_corpus_is_the_one_that_was_frozen() -> None:
    expected = dict(re.findall(r"`(\w+/\w+\.jsonl)`\|`(\w{64})`", (FOLDER / "README.md").read_text()))

    found = {
        str(file.relative_to(FOLDER)): hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.rglob("*.jsonl")
    }

    assert found == expected
    assert len(found) == 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("half", ["seen", "unseen"])
def test_each_cause_is_found_at_least_as_well_as_by_its_keywords(half: str, language: str) -> None:
    def keywords(text: str) -> set[str]:
        low = text.lower()
        return {code for code, words in KEYWORDS[language].items() if any(word in low for word in words)}

    ours, plain = scores(half, language, proposed), scores(half, language, keywords)

    assert [code for code in CODES if ours[code] < plain[code]] == []


@pytest.mark.parametrize(
    ("half", "language", "mean"),
    [("seen", "en", 0.84), ("seen", "zh", 0.85), ("unseen", "en", 0.59), ("unseen", "zh", 0.52)],
)
def test_the_mean_over_all_causes_is_what_the_document_says(half: str, language: str, mean: float) -> None:
    found = scores(half, language, proposed)

    assert sum(found.values()) / len(found) >= mean
