"""The corpora of the wording check; how they came about is told in the README beside them."""

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


def lines(corpus: str, lang: str) -> list[Line]:
    """One language of ``seen``, ``first_judged`` or ``unseen``.

    :raises FileNotFoundError: the corpus is not here, and nothing may pass without it.
    """
    file = FOLDER / corpus / f"{lang}.jsonl"
    return [Line(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line]
