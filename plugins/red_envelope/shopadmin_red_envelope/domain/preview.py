"""What a buyer would see of a campaign at any instant, by the rules that claims, quotes and holds go by."""

from collections.abc import Sequence
from dataclasses import dataclass

from shopadmin_red_envelope.domain import claims, eligibility, envelopes, states
from shopadmin_red_envelope.domain.baskets import Line, Tool, ToolLists

_SHOP = "this"
_BUYER = "a buyer"


@dataclass(frozen=True, slots=True)
class Scene:
    """A campaign that is set up as far as buyers are concerned. Minor units; milliseconds UTC.

    ``stored``: scheduled for a draft that is looked at as if it were; ``is_gone``: whether all pieces are taken.
    """

    stored: states.Stored
    amount: int
    lock_at: int
    claim_from: int
    claim_to: int
    use_from: int
    use_to: int
    threshold: int | None = None
    after_order_discounts: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen. ``refusal``: why nobody can collect then; ``verdict``: of the basket, None without one.

    ``can_be_owned``: whether a buyer may have an envelope by then; the verdict supposes it, unused.
    """

    state: states.State
    status: claims.Status
    refusal: claims.Refusal | None
    can_be_owned: bool
    envelope: envelopes.State
    verdict: eligibility.Verdict | None


def look(scene: Scene, lines: Sequence[Line], now: int, tools: ToolLists, discounts: Sequence[Tool] = ()) -> Sight:
    """What a buyer sees at ``now``: one who has no envelope yet collects it, one who has it asks about the basket."""
    claim = claims.Claim(scene.stored, scene.claim_from, scene.claim_to, left=0 if scene.is_gone else None)
    kept = envelopes.shown_state(envelopes.Standing("available", scene.use_to), now)
    envelope = eligibility.Envelope(
        amount=scene.amount, shop=_SHOP, owner=_BUYER, use_from=scene.use_from, use_to=scene.use_to,
        threshold=scene.threshold, after_order_discounts=scene.after_order_discounts, state=kept,
    )  # fmt: skip
    basket = eligibility.Basket(_SHOP, _BUYER, lines, discounts)
    return Sight(
        state=states.shown_state(states.Standing(scene.stored, scene.lock_at, scene.use_to), now),
        status=claims.status(scene.claim_from, scene.claim_to, now),
        refusal=claims.claim_refusal(claim, now),
        can_be_owned=scene.stored == "scheduled" and now >= scene.claim_from,
        envelope=kept,
        verdict=eligibility.eligibility(envelope, basket, now, tools) if lines else None,
    )
