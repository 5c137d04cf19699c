"""The corpus: written and frozen before the rules, half of it unseen by whoever wrote them."""

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "unit" / "wording" / "corpus"
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Line:
    id: str
    lang: str
    context: str
    bad: bool
    kind: str
    text: str


def lines(half: str, lang: str) -> list[Line]:
    """The seen or unseen half of a language; empty when that half is not here."""
    file = FOLDER / half / f"{lang}.jsonl"
    if not file.exists():
        return []
    return [Line(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line]
