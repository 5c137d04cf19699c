"""What the endpoints refuse, by stable codes, and how the services' objections become that."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import ApiProblem, ApiRefusalError, ObjectionsError
from shopadmin_red_envelope import messages
from shopadmin_red_envelope.domain.baskets import BasketError
from shopadmin_red_envelope.services.holding import NotUsableError

CLAIM_CLOSED = ApiProblem(
    "claim_closed",
    409,
    _("This envelope cannot be collected now"),
    _("It is collected from the campaign's claim_from until its claim_to."),
)
ALREADY_CLAIMED = ApiProblem("already_claimed", 409, _("The buyer has this envelope already: one each"))
SOLD_OUT = ApiProblem("sold_out", 409, _("All envelopes of this campaign are gone"))
BUYER_EXCLUDED = ApiProblem("buyer_excluded", 409, _("This buyer does not take part in campaigns"))
CLAIMS: Mapping[str, ApiProblem] = {
    problem.code: problem for problem in (CLAIM_CLOSED, ALREADY_CLAIMED, SOLD_OUT, BUYER_EXCLUDED)
}
BUSY = ApiProblem(
    "busy", 503, _("Too many collect at once"), _("Repeat the request with the same Idempotency-Key in a moment.")
)

NOT_USABLE = ApiProblem(
    "not_usable",
    409,
    _("The envelope cannot be used for this order now"),
    _("reasons says why; missing how much more goods it takes, in minor units."),
)
OTHER_CURRENCY = ApiProblem("other_currency", 409, _("The order is in another currency than the envelope."))
HOLD_DIFFERS = ApiProblem(
    "hold_differs", 409, _("The order was held with other lines. Cancel that hold, then hold it again.")
)
HOLD_RELEASED = ApiProblem(
    "hold_released", 409, _("The hold was cancelled or has lapsed, and the envelope went back to its buyer.")
)
HOLD_LAPSED = ApiProblem("hold_lapsed", 409, _("The hold has lapsed."))
ALREADY_REDEEMED = ApiProblem(
    "already_redeemed", 409, _("The order is paid with this envelope: a refund is what gives it back.")
)
NOT_REDEEMED = ApiProblem("not_redeemed", 409, _("The order is not paid yet."))
MORE_THAN_LEFT = ApiProblem("more_than_left", 409, _("So many units of this line are not left to refund."))
NOTHING_TO_REFUND = ApiProblem("nothing_to_refund", 409, _("There is nothing left to refund."))
NO_UNITS = ApiProblem("no_units", 409, _("Nothing is named: say how many units of which lines go back."))
WHICH_PLATFORM = ApiProblem(
    "which_platform",
    409,
    _("Several platforms have an order of this number. Say which one is meant."),
    _("Repeat the request with platform in the address."),
)
REFUND_COMPLETED = ApiProblem(
    "refund_completed", 409, _("The money has gone back already: this refund cannot be cancelled any more.")
)
REFUND_CANCELLED = ApiProblem("refund_cancelled", 409, _("This refund was cancelled. Start another one."))
LATER_REFUND = ApiProblem(
    "later_refund",
    409,
    _("A later refund was reckoned on top of this one, to the cent. Cancel the later one first, or complete both."),
)
BAD_LINES = ApiProblem("bad_lines", 422, _("No order has such lines"), _("Each line needs a key of its own."))

_CONFLICTS: Mapping[str, ApiProblem] = {
    f"red_envelope.{problem.code}": problem
    for problem in (
        OTHER_CURRENCY, HOLD_DIFFERS, HOLD_RELEASED, HOLD_LAPSED, ALREADY_REDEEMED, NOT_REDEEMED, MORE_THAN_LEFT,
        NOTHING_TO_REFUND, NO_UNITS, WHICH_PLATFORM, REFUND_COMPLETED, REFUND_CANCELLED, LATER_REFUND,
    )
}  # fmt: skip


@contextmanager
def named() -> Iterator[None]:
    """Let what a service objects to be a refusal with a code of this API."""
    try:
        yield
    except NotUsableError as error:
        verdict = error.verdict
        raise ApiRefusalError(
            NOT_USABLE, error.message, reasons=verdict.reasons, more={"missing": verdict.missing}
        ) from None
    except ObjectionsError as error:
        problem = _CONFLICTS.get(error.problems[0].code)
        if problem is None:
            raise
        fields = [found.field for found in error.problems if found.field]
        raise ApiRefusalError(problem, reasons=[problem.code], more={"lines": fields} if fields else None) from None
    except BasketError as error:
        said = messages.basket(error).message
        raise ApiRefusalError(BAD_LINES, said, reasons=[error.code], more={"lines": [error.key]}) from None
