"""Every guard has a test that is named after it: those of contact, money, reviews and proof, and those of labels."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUARDS = {
    1: "one gate for every contact", 2: "quiet hours on the buyer's clock", 3: "caps", 4: "do-not-contact",
    5: "no money for a review", 6: "money and an invitation never in one message", 7: "wording",
    8: "threats and privacy in words", 9: "no suppression, no fakes", 10: "suspicion", 11: "platform profiles",
    12: "privacy of phones and texts", 13: "consent", 14: "approval of compensation", 15: "evidence",
    16: "the activity log", 17: "recording",
}  # fmt: skip
# The labels of buyers count their own.
LABELS = ROOT / "plugins" / "buyer_labels"
GUARDS_OF_LABELS = {
    1: "local by default", 13: "what is taken back holds nothing",
    2: "evidence to leave the draft", 3: "another person reviews", 4: "an end, always", 6: "events, not characters",
    5: "no automatic adverse act", 7: "rights are no ground", 8: "notice", 9: "objections and dossiers",
    10: "somebody else decides, in time", 14: "erasure", 15: "the log of looks", 16: "what never matches",
    18: "rights apart",
}  # fmt: skip


def named_after(*, labels: bool = False) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {number: [] for number in (GUARDS_OF_LABELS if labels else GUARDS)}
    for path in [*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("plugins/*/tests/**/test_*.py")]:
        if path.is_relative_to(LABELS) != labels:
            continue
        for name in re.findall(r"^def (test_g\d+_\w+)", path.read_text(encoding="utf-8"), re.M):
            for number in map(int, re.findall(r"g(\d+)_", name)):
                found.setdefault(number, []).append(name)
    return found


@pytest.mark.parametrize("number", GUARDS, ids=[f"g{number}" for number in GUARDS])
def test_a_guard_has_a_test_of_its_name(number: int) -> None:
    assert named_after()[number], f"no test is named test_g{number}_…, for {GUARDS[number]}"


@pytest.mark.parametrize("number", GUARDS_OF_LABELS, ids=[f"labels-g{number}" for number in GUARDS_OF_LABELS])
def test_a_guard_of_labels_has_a_test_of_its_name(number: int) -> None:
    assert named_after(labels=True)[number], f"no test is named test_g{number}_…, for {GUARDS_OF_LABELS[number]}"


def test_no_test_is_named_after_a_guard_that_there_is_not() -> None:
    assert named_after().keys() == GUARDS.keys()
    assert named_after(labels=True).keys() == GUARDS_OF_LABELS.keys()
