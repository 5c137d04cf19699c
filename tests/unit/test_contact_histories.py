"""The gate over 100,000 random histories (G2, G3, G4, G6, G13), against rules told here once more in plain minutes.

A history is a buyer, a few months, and a shop that asks for whatever comes to its mind: what the gate allows happens,
what it holds is asked again when its time has come, as the outbox does. ``HISTORIES=1000000 pytest …`` runs more.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from contact_rules import faults

from shopadmin.domain.contact import Contact, Decision, Facts, decide

HISTORIES, SLICES = int(os.environ.get("HISTORIES", "100000")), 8
ZONES = tuple(
    map(ZoneInfo, ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"))
)
# Buyers whose country is known have one clock; of others every possible one must agree.
CLOCKS = (*((zone,) for zone in ZONES), ZONES[:2], ZONES[1:3])
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
# What shops send, and what they had better not.
KINDS = (
    ("text", "service", "order", ("apology",)), ("call", "service", "order", ("apology",)),
    ("call", "service", "order", ("apology", "invitation")), ("call", "service", "request", ("apology",)),
    ("text", "service", "request", ("steps",)), ("chat", "service", "complaint", ("notice",)),
    ("email", "service", "order", ("invitation",)), ("chat", "service", "farewell", ("farewell",)),
    ("text", "service", "farewell", ("farewell",)), ("email", "service", "statutory", ("notice",)),
    ("email", "marketing", "consent", ("offer",)), ("text", "marketing", "consent", ("offer",)),
    ("email", "service", "order", ("compensation", "invitation")), ("call", "service", "order", ("compensation",)),
)  # fmt: skip
EVERY = tuple(
    Contact(BEGIN, medium, purpose, basis, blocks, case, review)
    for medium, purpose, basis, blocks in KINDS
    for case in ("c1", "c2")
    for review in ("r1", "r2")
)
# Minutes, hours, days: calls of one morning and messages a month apart.
PAUSES = (1, 7, 40, 60, 170, 240, 600, 1440, 2 * 1440, 5 * 1440, 12 * 1440)
CONSENTS = tuple(map(frozenset, ((), ("invitation",), ("marketing",), ("marketing", "invitation"))))


@dataclass(slots=True)
class History:
    """One buyer. ``went``: what happened; ``noes``: when the buyer said no, and how."""

    dice: random.Random
    zones: tuple[ZoneInfo, ...]
    consents: frozenset
    now: datetime = BEGIN
    went: list[Contact] = field(default_factory=list)
    waiting: list[Contact] = field(default_factory=list)
    noes: list[tuple[datetime, str]] = field(default_factory=list)
    verdicts: Counter = field(default_factory=Counter)

    def ask(self, wanted: Contact) -> Decision:
        why = None
        for _at, said in self.noes:
            why = said if why is None or said != "refused" else why
        known = Facts(self.zones, (*self.went, *self.waiting), why, self.consents)
        decision = decide(wanted, known, self.now)
        self.verdicts[decision.verdict] += 1
        if decision.verdict == "allow":
            # Whether somebody answers a call is known when it is made.
            answered = wanted.medium == "call" and self.dice.random() < 0.3
            self.went.append(replace(wanted, at=self.now, is_connected=answered))
        elif decision.hold_until is not None:
            assert decision.hold_until > self.now
            self.waiting.append(replace(wanted, at=decision.hold_until))
        return decision

    def wait(self, minutes: int) -> None:
        """Time goes by; whatever has waited for its hour is asked about again."""
        until = self.now + timedelta(minutes=minutes)
        while self.waiting:
            first = min(self.waiting, key=lambda held: held.at)
            if first.at > until:
                break
            self.waiting.remove(first)
            self.now = first.at
            self.ask(first)
        self.now = until


def live(dice: random.Random) -> History:
    """A history of some months, from these dice."""
    history = History(dice, dice.choice(CLOCKS), dice.choice(CONSENTS))
    history.now = BEGIN + timedelta(minutes=dice.randrange(525_600))
    for _number in range(7):
        history.wait(dice.choice(PAUSES))
        if dice.random() < 0.12:
            history.noes.append((history.now, dice.choice(("refused", "refused", "stop", "wrong_person"))))
        else:
            history.ask(dice.choice(EVERY))
    history.wait(3 * 1440)
    return history


# Half a minute in all, on purpose: it is the one test that every rule of the gate has to stand together.
@pytest.mark.parametrize("part", range(SLICES))
def test_g1_over_100_000_random_histories_no_rule_of_the_gate_is_broken(part):
    dice = random.Random(part)
    verdicts, after_no = Counter(), 0

    for number in range(HISTORIES // SLICES):
        history = live(dice)
        found = faults(history.went, history.zones, history.consents, history.noes)
        assert not found, (part, number, history)
        verdicts += history.verdicts
        after_no += bool(history.noes)

    # Histories in which nothing goes out, nothing waits, or nobody says no would prove little.
    least = HISTORIES // SLICES // 5
    assert min(verdicts["allow"], verdicts["hold"], verdicts["deny"], after_no) > least, (verdicts, after_no)
