"""What may be set up at all: the checks of activities, campaigns and denominations (R3, R6, R14, R15)."""

import dataclasses
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from shopadmin_red_envelope.domain.states import MARGIN_MS, lock_at

RULE_VERSION = "2016-08-23"
KINDS = ("platform", "store")
MODES = ("page", "push")
LONGEST_NAME = 80
MOST_PIECES = 10_000_000
MOST_DENOMINATIONS = 20
# Minor units; a hundred million yuan.
HIGHEST_AMOUNT = 10_000_000_000
LAST_INSTANT = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1000
INSTANTS = ("claim_from", "claim_to", "use_from", "use_to")


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that is wrong: a stable code, the field it stands in, and values for the sentence."""

    code: str
    field: str = ""
    values: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Activity:
    """What a campaign runs under. ``kind``: of the platform or of the store itself."""

    name: str
    kind: str
    supports_store_envelopes: bool
    starts_at: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody wants a campaign to be; a draft may leave much of it open.

    ``quantity``: pieces, None without a cap. ``threshold``: None when the order amount must be above the envelope.
    """

    title: str
    category: str
    amount: int | None = None
    quantity: int | None = None
    threshold: int | None = None
    claim_from: int | None = None
    claim_to: int | None = None
    use_from: int | None = None
    use_to: int | None = None
    mode: Literal["page", "push"] = "page"
    after_order_discounts: bool = False


def check_campaign(
    terms: Terms, activity: Activity | None, denominations: Collection[int], now: int, *, scheduling: bool = False
) -> list[Objection]:
    """Everything that speaks against the terms. ``scheduling``: nothing may be left open then."""
    return [
        *_name(terms.title, "title"),
        *_amounts(terms, denominations),
        *_windows(terms),
        *_start(lock_at(activity.starts_at if activity else None, terms.claim_from), now),
        *(_open(terms, activity) if scheduling else ()),
    ]


def remarks(terms: Terms, activity: Activity | None) -> list[Objection]:
    """What the rules allow and a seller may not have meant: times that go on after their activity (R15).

    ``milliseconds``: for how long.
    """
    if activity is None:
        return []
    beyond = {name: (getattr(terms, name) or 0) - activity.ends_at for name in ("claim_to", "use_to")}
    return [Objection("after_activity", name, {"milliseconds": ms}) for name, ms in beyond.items() if ms > 0]


def check_amount(amount: int | None, threshold: int | None, denominations: Collection[int]) -> list[Objection]:
    """What speaks against the amount of a campaign whose other terms stand."""
    terms = Terms(title="-", category="", amount=amount, threshold=threshold)
    return list(_amounts(terms, denominations))


def check_activity(activity: Activity, now: int) -> list[Objection]:
    """What speaks against an activity that does not run yet."""
    found = list(_name(activity.name, "name"))
    if activity.kind not in KINDS:
        found.append(Objection("unknown_kind", "kind"))
    found += [
        Objection("bad_instant", name) for name in ("starts_at", "ends_at") if not _is_instant(getattr(activity, name))
    ]
    if activity.ends_at <= activity.starts_at:
        found.append(Objection("ends_before_start", "ends_at"))
    return [*found, *_start(activity.starts_at, now, "starts_at")]


def check_denominations(category: str, amounts: Collection[int]) -> list[Objection]:
    """What speaks against a new version of a category's table."""
    found = list(_name(category, "category"))
    if not 1 <= len(amounts) <= MOST_DENOMINATIONS:
        found.append(Objection("denomination_count", "amounts", {"most": MOST_DENOMINATIONS}))
    if any(amount < 1 for amount in amounts):
        found.append(Objection("bad_amount", "amounts"))
    if any(amount > HIGHEST_AMOUNT for amount in amounts):
        found.append(Objection("amount_too_high", "amounts", {"most": HIGHEST_AMOUNT}))
    if len(set(amounts)) < len(amounts):
        found.append(Objection("denomination_twice", "amounts"))
    return found


def _name(text: str, where: str) -> Iterator[Objection]:
    if not 1 <= len(text.strip()) <= LONGEST_NAME or not text.isprintable():
        yield Objection("bad_name", where, {"most": LONGEST_NAME})


def _amounts(terms: Terms, denominations: Collection[int]) -> Iterator[Objection]:
    if not denominations:
        yield Objection("no_denominations", "category")
    elif terms.amount is not None and terms.amount not in denominations:
        yield Objection("amount_not_listed", "amount")
    if terms.quantity is not None and not 1 <= terms.quantity <= MOST_PIECES:
        yield Objection("bad_quantity", "quantity", {"most": MOST_PIECES})
    if terms.threshold is not None:
        if terms.threshold < 1:
            yield Objection("bad_amount", "threshold")
        elif terms.threshold > HIGHEST_AMOUNT:
            yield Objection("amount_too_high", "threshold", {"most": HIGHEST_AMOUNT})
        elif terms.amount is not None and terms.threshold <= terms.amount:
            yield Objection("threshold_not_above_amount", "threshold")
    if terms.mode not in MODES:
        yield Objection("unknown_mode", "mode")


def _windows(terms: Terms) -> Iterator[Objection]:
    """Half-open, not empty, and nothing is claimed after its use has ended."""
    for name in INSTANTS:
        instant = getattr(terms, name)
        if instant is not None and not _is_instant(instant):
            yield Objection("bad_instant", name)
    for start, end in (("claim_from", "claim_to"), ("use_from", "use_to")):
        begins, ends = getattr(terms, start), getattr(terms, end)
        if begins is not None and ends is not None and ends <= begins:
            yield Objection("window_empty" if ends == begins else "ends_before_start", end)
    if terms.claim_to is not None and terms.use_to is not None and terms.claim_to > terms.use_to:
        yield Objection("claimed_after_use", "claim_to")


def _start(instant: int | None, now: int, where: str = "claim_from") -> Iterator[Objection]:
    if instant is not None and instant - MARGIN_MS <= now:
        yield Objection("starts_in_past", where)


def _open(terms: Terms, activity: Activity | None) -> Iterator[Objection]:
    if activity is None:
        yield Objection("missing", "activity_id")
    elif not activity.supports_store_envelopes:
        yield Objection("no_store_envelopes", "activity_id")
    for name in ("amount", *INSTANTS):
        if getattr(terms, name) is None:
            yield Objection("missing", name)


def _is_instant(value: int) -> bool:
    return 0 < value < LAST_INSTANT
