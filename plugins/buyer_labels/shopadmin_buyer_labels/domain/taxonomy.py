"""The closed list of codes (section 2): what a label may say, how well it must be founded, and for how long it stands.

A code names an event with an outcome, never what a person is (G6). On the wire it carries the prefix ``shopadmin:``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

VERSION = 1
PREFIX = "shopadmin:"
# E0 what somebody says, E1 the shop's own record, E2 a platform's, courier's or bank's, E3 a platform's decision, E4 a
# court's or an authority's.
TIERS = (0, 1, 2, 3, 4)
SEVERITIES = (1, 2, 3, 4)
# The highest severity by tier.
CAPS = (1, 2, 3, 4, 4)
# What a shop says of a bad review or a claim about goods needs a platform's decision before it leads further.
CAREFUL_AREAS = frozenset({"claim", "review"})
UPHELD = 3
# What somebody typed weighs what its kind can be at the most: a chat, a review or a call is the shop's own record, a
# trace of a parcel the courier's. A picture may show anything; whoever reviews the label looks at it.
_MOST_OF_TEXT: Mapping[str, int] = {"chat": 1, "review": 1, "call": 1, "logistics": 2}


@dataclass(frozen=True, slots=True)
class Rule:
    """One code: tiers to be active and to be shared (None: never), days it lasts, by itself and at the most.

    ``is_protective``: it speaks for the buyer and never leads to anything against one.
    """

    code: str
    min_tier: int
    share_tier: int | None
    days: int
    max_days: int
    is_protective: bool = False

    @property
    def area(self) -> str:
        """The part in front of the dot."""
        return self.code.partition(".")[0]

    @property
    def is_careful(self) -> bool:
        """Whether an own fault forbids it (S10), and it leads to a flag at most below E3."""
        return self.area in CAREFUL_AREAS


_RULES = (
    *(
        Rule(code, 2, 3, 180, 365)
        for code in (
            "refund.false_not_received", "refund.item_swapped", "refund.empty_parcel", "claim.counterfeit_unfounded",
            "claim.serial_identical_text", "claim.coercive_settlement", "review.extortion_demand",
        )
    ),
    Rule("payment.chargeback_represented_won", 2, 2, 90, 180),
    Rule("delivery.cod_refused_repeat", 2, 2, 90, 180),
    Rule("promo.multi_account", 1, None, 90, 180),
    Rule("conduct.threat_to_staff", 1, None, 180, 365),
    Rule("identity.impersonation_victim", 1, 2, 365, 730, is_protective=True),
    Rule("identity.shared_contact", 1, 2, 365, 730, is_protective=True),
    Rule("clear.reviewed_ok", 0, None, 365, 365, is_protective=True),
)  # fmt: skip
CODES: Mapping[str, Rule] = {rule.code: rule for rule in _RULES}


def known(code: str) -> str | None:
    """The code as it is kept, without the prefix; None for one that is not in the list."""
    bare = code.removeprefix(PREFIX)
    return bare if bare in CODES else None


def expires(code: str, created_at: datetime) -> datetime:
    """When a label of this code ends if nobody says otherwise."""
    return created_at + timedelta(days=CODES[code].days)


def latest(code: str, created_at: datetime) -> datetime:
    """When a label of this code ends at the latest (G4)."""
    return created_at + timedelta(days=CODES[code].max_days)


def most_of(kind: str) -> int:
    """The highest tier that a piece of evidence of this kind can have."""
    return _MOST_OF_TEXT.get(kind, TIERS[-1])


def cap(tier: int) -> int:
    """The highest severity that evidence of this tier carries."""
    return CAPS[tier]
