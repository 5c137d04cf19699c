"""Complaints to platforms and banks: their states, and what must lie ready before one is handed in.

States are those of section 5 of the buyer labels' specification. What a platform asks for is ours to know, not ours
to decide: the lists and days below were written by hand and are shown as such.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from shopadmin.domain.evidence import Kind


class State(StrEnum):
    """Where a complaint stands."""

    COLLECTING = "collecting"
    READY = "ready"
    SUBMITTED = "submitted"
    MORE_INFO = "more_info"
    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"
    APPEALED = "appealed"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


Outcome = Literal["upheld", "partly", "rejected", "settled", "withdrawn"]
OUTCOMES: tuple[Outcome, ...] = ("upheld", "partly", "rejected", "settled", "withdrawn")

_DECIDED = frozenset({State.UPHELD, State.PARTLY, State.REJECTED})
_GIVEN_UP = frozenset({State.SETTLED, State.WITHDRAWN})
NEXT: Mapping[State, frozenset[State]] = {
    State.COLLECTING: frozenset({State.READY}) | _GIVEN_UP,
    State.READY: frozenset({State.COLLECTING, State.SUBMITTED}) | _GIVEN_UP,
    State.SUBMITTED: frozenset({State.MORE_INFO}) | _DECIDED | _GIVEN_UP,
    State.MORE_INFO: frozenset({State.SUBMITTED}) | _DECIDED | _GIVEN_UP,
    State.UPHELD: frozenset({State.APPEALED, State.CLOSED}),
    State.PARTLY: frozenset({State.APPEALED, State.CLOSED}),
    State.REJECTED: frozenset({State.APPEALED, State.CLOSED}),
    State.APPEALED: frozenset({State.MORE_INFO}) | _DECIDED | _GIVEN_UP,
    State.SETTLED: frozenset({State.CLOSED}),
    State.WITHDRAWN: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
}
# Somebody still has to do something, or waits for an answer: these have a deadline.
OPEN = (State.COLLECTING, State.READY, State.SUBMITTED, State.MORE_INFO, State.APPEALED)
# Evidence, notes and ticks are taken until the platform has spoken for good.
GROWING = frozenset({*OPEN, *_DECIDED})


def can_go(before: State, after: State) -> bool:
    """Whether a complaint may go from one state to the other."""
    return after in NEXT[before]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to have ready. ``kinds``: evidence that proves it; none: somebody says that it is so."""

    key: str
    kinds: tuple[Kind, ...] = ()
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Checklist:
    """What one platform wants for one ground, and within how many days of the event the shop plans to hand it in."""

    items: tuple[Item, ...]
    days: int

    def item(self, key: str) -> Item | None:
        """The item of this key."""
        return next((found for found in self.items if found.key == key), None)


# What is in dispute happened on the shop's side: it asks itself first, and speaks with the buyer (S10, S11).
_OWN_FAULT = Item("own_fault")
_CONTACT = Item("contacted", ("chat", "call"))
_ORDER = Item("order", ("order", "picture"))
_LOGISTICS = Item("logistics", ("logistics", "picture"))
_REVIEW = Item("review", ("picture", "review", "chat"))
_DEMAND = Item("demand", ("chat", "review", "picture"))
_GOODS = Item("goods", ("picture",))
_RETURNED = Item("returned", ("picture",))
_GENUINE = Item("genuine", ("picture",))
_PAGE = Item("product_page", ("picture",))
_TERMS = Item("terms", ("picture",))
_PAYMENT = Item("payment", ("picture", "order"))
_PATTERN = Item("pattern", ("picture", "order", "review", "chat"), is_required=False)

_TAOBAO: Mapping[str, Checklist] = {
    "malicious_review": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _REVIEW, _LOGISTICS, _PATTERN), 15),
    "extortion": Checklist((_CONTACT, _ORDER, _DEMAND, _REVIEW, _PATTERN), 15),
    "counterfeit_claim": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _GENUINE, _PAGE, _PATTERN), 7),
    "malicious_refund": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _LOGISTICS, _RETURNED, _PATTERN), 7),
    "not_received_claim": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _LOGISTICS), 7),
}
_CARD: Mapping[str, Checklist] = {
    "chargeback_not_received": Checklist((_CONTACT, _ORDER, _LOGISTICS, _TERMS), 7),
    "chargeback_not_as_described": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _PAGE, _GOODS, _TERMS), 7),
    "chargeback_fraud": Checklist((_ORDER, _PAYMENT, _LOGISTICS, _PATTERN), 7),
    "malicious_review": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _REVIEW), 14),
    "extortion": Checklist((_CONTACT, _ORDER, _DEMAND, _REVIEW), 14),
    # To the platform or the provider of payments, where no bank has been asked.
    "malicious_refund": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _LOGISTICS, _RETURNED, _PATTERN), 7),
    "counterfeit_claim": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _GENUINE, _PAGE), 7),
}
_AMAZON: Mapping[str, Checklist] = {
    "review_guidelines": Checklist((_REVIEW, _ORDER), 14),
    "extortion": Checklist((_ORDER, _DEMAND, _REVIEW), 14),
    "guarantee_claim": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _LOGISTICS), 3),
    "malicious_refund": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _RETURNED, _PATTERN), 7),
}
_ANYWHERE: Mapping[str, Checklist] = {
    "malicious_review": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _REVIEW), 14),
    "extortion": Checklist((_ORDER, _DEMAND), 14),
    "malicious_refund": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _RETURNED), 14),
    "other": Checklist((_OWN_FAULT, _CONTACT, _ORDER), 14),
}
# What these ask for is much the same as far as we know; their days are shorter.
_JD: Mapping[str, Checklist] = {
    "malicious_review": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _REVIEW, _PATTERN), 7),
    "extortion": Checklist((_CONTACT, _ORDER, _DEMAND, _PATTERN), 7),
    "counterfeit_claim": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _GENUINE, _PAGE, _GOODS, _PATTERN), 5),
    "malicious_refund": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _LOGISTICS, _RETURNED, _GOODS, _PATTERN), 5),
    "not_received_claim": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _LOGISTICS), 5),
}
_PINDUODUO: Mapping[str, Checklist] = {
    "malicious_review": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _REVIEW, _PATTERN), 7),
    "extortion": Checklist((_CONTACT, _ORDER, _DEMAND, _PATTERN), 7),
    "counterfeit_claim": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _GENUINE, _PAGE, _PATTERN), 3),
    "malicious_refund": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _LOGISTICS, _RETURNED, _GOODS, _PATTERN), 3),
    "not_received_claim": Checklist((_OWN_FAULT, _CONTACT, _ORDER, _LOGISTICS), 3),
}
_BY_PLATFORM = {
    "taobao": _TAOBAO, "tmall": _TAOBAO, "jd": _JD, "pinduoduo": _PINDUODUO, "shopify": _CARD, "woocommerce": _CARD,
    "amazon": _AMAZON,
}  # fmt: skip
GROUNDS = tuple(dict.fromkeys(ground for found in (*_BY_PLATFORM.values(), _ANYWHERE) for ground in found))
CHANNELS = ("tool", "hotline", "email", "form", "other")


def grounds(platform: str) -> tuple[str, ...]:
    """What one may complain about there; on a platform that is not known, what goes anywhere."""
    return tuple(_BY_PLATFORM.get(platform, _ANYWHERE))


def is_known(platform: str) -> bool:
    """Whether there are lists for this platform: of others nobody can say that they checked them."""
    return platform in _BY_PLATFORM


def checklist(platform: str, ground: str) -> Checklist | None:
    """What to have ready; None for a ground that the platform does not know."""
    return _BY_PLATFORM.get(platform, _ANYWHERE).get(ground)


def is_done(item: Item, checked: Collection[str], attached: Mapping[str, Collection[str]]) -> bool:
    """Whether an item is ticked, or proved. ``attached``: kinds of evidence by the item that they stand for."""
    if not item.kinds:
        return item.key in checked
    return any(kind in item.kinds for kind in attached.get(item.key, ()))


def missing(found: Checklist, checked: Collection[str], attached: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Keys of the required items that are still open."""
    return tuple(item.key for item in found.items if item.is_required and not is_done(item, checked, attached))
