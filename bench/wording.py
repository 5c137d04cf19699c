"""The wording check: lines a second beside a plain keyword pass over the same lines, and how its time grows."""

import json
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from shopadmin.domain import wording

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "unit" / "wording" / "corpus" / "seen"
ROUNDS = 9
# Four times the text may take at most this many times as long; linear is 4.
GOAL = 6
SHORT, LONG = 50_000, 200_000
KEYWORDS = re.compile("review|feedback|rating|refund|coupon|free|lawyer|好评|差评|评价|五星|返现|红包|退款|律师")
HOSTILE = (
    "a", "if review no ", "change the a ", "free 5 stars ", "d e l e t e ", "1* ", "a@b.c at ", "Mr. A 1 Abc ", "+1 2-",
    "your review we get you ", "we never know where ", "好评不改退款", "评价我们给您", "王先生路1号", "不给您的",
)  # fmt: skip


def report() -> str:
    """The section of the document."""
    lines = [
        "## wording\nThe wording check over the seen half of its corpus, beside one search for a few keywords in the "
        f"same lines, in one process. Medians of {ROUNDS} in turn.\n",
        "| language | lines | lines a second | keywords alone | times as long |",
        "|---|---|---|---|---|",
    ]
    for file in sorted(CORPUS.glob("*.jsonl")):
        texts = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        ours, plain = _in_turn(
            lambda texts=texts: [wording.check(line["text"], line["context"]) for line in texts],
            lambda texts=texts: [KEYWORDS.search(line["text"].lower()) for line in texts],
        )
        count = len(texts)
        lines.append(f"| {file.stem} | {count} | {count / ours:,.0f} | {count / plain:,.0f} | {ours / plain:,.0f} |")
    worst, growth = max(((text, _growth(text)) for text in HOSTILE), key=lambda pair: pair[1])
    lines.append(
        f"\nOf {len(HOSTILE)} lines made to be slow, each of {SHORT:,} and then of {LONG:,} characters, the worst "
        f"(`{worst.strip()}` over and over) took {growth:.1f} times as long for four times the text; goal at most "
        f"{GOAL}: {'met' if growth <= GOAL else 'missed'}.\n"
    )
    return "\n".join(lines)


def _in_turn(*measured: Callable[[], object]) -> list[float]:
    """Median seconds of each, A B A B."""
    times: list[list[float]] = [[] for _ in measured]
    for _ in range(ROUNDS):
        for kept, run in zip(times, measured, strict=True):
            kept.append(_seconds(run))
    return [statistics.median(kept) for kept in times]


def _growth(unit: str) -> float:
    """How many times as long the long text takes as the short one; the best of three each."""
    short, long = (unit * (size // len(unit)) for size in (SHORT, LONG))
    return min(_seconds(lambda: wording.check(long, "reply")) for _ in range(3)) / min(
        _seconds(lambda: wording.check(short, "reply")) for _ in range(3)
    )


def _seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started
