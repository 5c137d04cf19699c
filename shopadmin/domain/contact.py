"""The one gate: may the shop contact this buyer now, later, or not at all (rules G2, G3, G4, G6, G13).

Whatever leaves the shop for a buyer asks here, calls included: ``decide`` on facts and a moment, nothing else. Hours
are those of the buyer's clock; where that is unknown, every clock it could be must agree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Medium = Literal["email", "text", "chat", "call"]
Purpose = Literal["service", "marketing"]
# Why the shop may write at all (G13). ``request``: the buyer asked for it; ``farewell``: the one message that closes a
# refused conversation; ``statutory``: refunds and answers that the law wants; ``staff``: to one of the shop's own
# people, by which no buyer is ever written to.
Basis = Literal["order", "complaint", "request", "farewell", "statutory", "consent", "staff"]
Block = Literal["notice", "apology", "compensation", "invitation", "steps", "offer", "farewell"]
Why = Literal["refused", "stop", "wrong_person", "other"]
Verdict = Literal["allow", "hold", "deny"]
Reason = Literal[
    "quiet_hours", "no_common_hour", "do_not_contact", "no_consent", "basis", "blocks",
    "buyer_cap", "marketing_cap", "text_cap", "call_cap", "call_spacing", "call_connected", "invitation_cap",
    "request_cap", "farewell_used",
]  # fmt: skip

MEDIA: tuple[Medium, ...] = ("email", "text", "chat", "call")
BASES: tuple[Basis, ...] = ("order", "complaint", "request", "farewell", "statutory", "consent")
BLOCKS: tuple[Block, ...] = ("notice", "apology", "compensation", "invitation", "steps", "offer", "farewell")
WHYS: tuple[Why, ...] = ("refused", "stop", "wrong_person", "other")

# Local hours, half-open (G2): within 08-21 whatever the medium.
HOURS: dict[str, tuple[tuple[time, time], ...]] = {
    "call": ((time(9), time(12)), (time(14), time(20, 30))),
    "other": ((time(8, 30), time(21)),),
}
BUYER_CAP, BUYER_WINDOW = 3, timedelta(days=30)
MARKETING_WINDOW = timedelta(days=7)
TEXTS_PER_CASE = 2
CALLS_PER_CASE, CALL_SPACING = 2, timedelta(hours=4)
# How far ahead the gate looks for an hour at which every clock agrees: a day of the week more than a week has.
_LOOK_AHEAD_DAYS = 8


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact that was had, is on its way or has its time reserved. ``at``: aware UTC.

    ``review``: the review that it is about, empty for none; ``case``: what it belongs to, by
    which texts and calls are counted.
    """

    at: datetime
    medium: Medium
    purpose: Purpose = "service"
    basis: Basis = "order"
    blocks: tuple[Block, ...] = ("notice",)
    case: str = ""
    review: str = ""
    is_connected: bool = False

    @property
    def counts(self) -> bool:
        """Whether it counts against the caps: what the buyer asked for is extra (G3)."""
        return self.basis not in ("request", "statutory", "staff")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the buyer. ``zones``: every clock that may be the buyer's, one at least.

    ``history``: contacts of the last 30 days, and of the case or the review however old. ``block``: why the buyer must
    not be contacted, None for nothing. ``consents``: purposes with a row that nobody has withdrawn.
    """

    zones: tuple[ZoneInfo, ...]
    history: Sequence[Contact] = ()
    block: Why | None = None
    consents: frozenset[Literal["marketing", "invitation"]] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """``hold_until``: aware UTC, set with ``hold`` alone. ``reasons``: codes, all that speak against it."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    hold_until: datetime | None = field(default=None)


def decide(wanted: Contact, facts: Facts, now: datetime) -> Decision:
    """Whether ``wanted`` may go out at ``now``; its own ``at`` is ignored. A hold never outlives what denies."""
    denied = tuple(_denials(wanted, facts, now))
    if denied:
        return Decision("deny", denied)
    if _is_open(wanted, facts, now):
        return Decision("allow")
    until = next_open(wanted, facts, now)
    if until is None:
        return Decision("deny", ("no_common_hour",))
    spaced = _is_spaced(wanted, facts, now)
    return Decision("hold", ("quiet_hours",) if spaced else ("call_spacing",), until)


def next_open(wanted: Contact, facts: Facts, now: datetime) -> datetime | None:
    """The first moment from ``now`` on that is in nobody's quiet hours and keeps calls apart; None for none."""
    starts = [now, *(call.at + CALL_SPACING for call in _calls(wanted, facts))]
    starts += (start for zone in facts.zones for start in _starts(wanted.medium, zone, now))
    later = sorted(start for start in starts if start >= now)
    return next((start for start in later if _is_open(wanted, facts, start)), None)


def _starts(medium: Medium, zone: ZoneInfo, now: datetime) -> Iterable[datetime]:
    today = now.astimezone(zone).date()
    for day in range(_LOOK_AHEAD_DAYS):
        for start, _end in _hours(medium):
            yield datetime.combine(today + timedelta(days=day), start, zone).astimezone(UTC)


def _hours(medium: Medium) -> tuple[tuple[time, time], ...]:
    return HOURS.get(medium, HOURS["other"])


def is_quiet(medium: Medium, zone: ZoneInfo, at: datetime) -> bool:
    """Whether it is too early, too late or lunch time on this clock (G2)."""
    local = at.astimezone(zone).time()
    return not any(start <= local < end for start, end in _hours(medium))


def _is_open(wanted: Contact, facts: Facts, at: datetime) -> bool:
    awake = not any(is_quiet(wanted.medium, zone, at) for zone in facts.zones)
    return awake and _is_spaced(wanted, facts, at)


def _is_spaced(wanted: Contact, facts: Facts, at: datetime) -> bool:
    """Calls of a case: one a day on every clock, and four hours apart (G3)."""
    return not any(
        abs(at - call.at) < CALL_SPACING
        or any(at.astimezone(zone).date() == call.at.astimezone(zone).date() for zone in facts.zones)
        for call in _calls(wanted, facts)
    )


def _calls(wanted: Contact, facts: Facts) -> list[Contact]:
    if wanted.medium != "call" or not wanted.counts:
        return []
    return [call for call in facts.history if call.medium == "call" and call.case == wanted.case and call.counts]


def _denials(wanted: Contact, facts: Facts, now: datetime) -> Iterable[Reason]:
    yield from _of_the_message(wanted)
    yield from _of_the_buyers_will(wanted, facts)
    if wanted.counts:
        yield from _of_the_buyers_caps(wanted, facts, now)
        yield from _of_the_cases_caps(wanted, facts)
    if wanted.basis == "request" and any(_is_same_request(wanted, past) for past in facts.history):
        yield "request_cap"
    if "invitation" in wanted.blocks and any(
        "invitation" in past.blocks and past.review == wanted.review for past in facts.history
    ):
        yield "invitation_cap"


def _is_same_request(wanted: Contact, past: Contact) -> bool:
    """One appointment and one message with the steps are what a buyer can ask for in a case; the next ask is ours."""
    is_alike = (past.medium == "call") == (wanted.medium == "call")
    return past.basis == "request" and past.case == wanted.case and is_alike


def _of_the_message(wanted: Contact) -> Iterable[Reason]:
    """G6: money and an invitation never in one message. G13: a purpose has a basis that fits it."""
    if {"compensation", "invitation"} <= set(wanted.blocks):
        yield "blocks"
    is_marketing = wanted.purpose == "marketing"
    is_unfit = is_marketing != (wanted.basis == "consent")
    is_unfit |= "offer" in wanted.blocks and not is_marketing
    if is_unfit or ("invitation" in wanted.blocks and wanted.basis == "statutory"):
        yield "basis"


def _of_the_buyers_will(wanted: Contact, facts: Facts) -> Iterable[Reason]:
    """G4: after do-not-contact what the law wants and, after a refusal alone, one farewell. G13: consent."""
    if facts.block and wanted.basis != "statutory" and not (facts.block == "refused" and wanted.basis == "farewell"):
        yield "do_not_contact"
    if wanted.basis == "farewell" and any(past.basis == "farewell" for past in facts.history):
        yield "farewell_used"
    needed = {"marketing"} if wanted.purpose == "marketing" else set()
    if "invitation" in wanted.blocks and wanted.medium != "call":
        needed.add("invitation")
    if needed - facts.consents:
        yield "no_consent"


def _of_the_buyers_caps(wanted: Contact, facts: Facts, now: datetime) -> Iterable[Reason]:
    # Contacts whose time lies ahead count as well: else one that is let through now makes a fourth of them.
    recent = [past for past in facts.history if past.counts and past.at > now - BUYER_WINDOW]
    if len(recent) >= BUYER_CAP:
        yield "buyer_cap"
    if wanted.purpose == "marketing" and any(
        past.purpose == "marketing" and past.at > now - MARKETING_WINDOW for past in recent
    ):
        yield "marketing_cap"


def _of_the_cases_caps(wanted: Contact, facts: Facts) -> Iterable[Reason]:
    if wanted.case and wanted.medium == "text":
        texts = [past for past in facts.history if past.medium == "text" and past.case == wanted.case and past.counts]
        if len(texts) >= TEXTS_PER_CASE:
            yield "text_cap"
    if wanted.medium == "call":
        calls = _calls(wanted, facts)
        if any(call.is_connected for call in calls):
            yield "call_connected"
        elif len(calls) >= CALLS_PER_CASE:
            yield "call_cap"
