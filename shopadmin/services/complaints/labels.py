"""What grounds, states, items and ways are called."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from shopadmin.contract import Text
from shopadmin.domain.complaints import State

GROUNDS: Mapping[str, Text] = {
    "malicious_review": _("Malicious review"),
    "extortion": _("A demand tied to a review"),
    "counterfeit_claim": _("Unfounded claim of counterfeit"),
    "malicious_refund": _("Malicious refund"),
    "not_received_claim": _("Unfounded claim of no delivery"),
    "chargeback_not_received": _("Chargeback: not received"),
    "chargeback_not_as_described": _("Chargeback: not as described"),
    "chargeback_fraud": _("Chargeback: fraud"),
    "review_guidelines": _("Review against the guidelines"),
    "guarantee_claim": _("Claim under the platform's guarantee"),
    "other": _("Something else"),
}
STATES: Mapping[str, Text] = {
    State.COLLECTING: _("Collecting evidence"),
    State.READY: _("Ready to hand in"),
    State.SUBMITTED: _("Handed in"),
    State.MORE_INFO: _("More is asked for"),
    State.UPHELD: _("Upheld"),
    State.PARTLY: _("Upheld in part"),
    State.REJECTED: _("Rejected"),
    State.APPEALED: _("Appealed"),
    State.SETTLED: _("Settled with the buyer"),
    State.WITHDRAWN: _("Withdrawn"),
    State.CLOSED: _("Closed"),
}
CHANNELS: Mapping[str, Text] = {
    "tool": _("The platform's own tool"),
    "hotline": _("Hotline"),
    "email": _("E-mail"),
    "form": _("Form on the web"),
    "other": _("Another way"),
}
ITEMS: Mapping[str, Text] = {
    "own_fault": _("We looked for a fault of our own and found none"),
    "contacted": _("We spoke with the buyer first"),
    "order": _("The order: number, items, amounts, times"),
    "logistics": _("The parcel's way and the delivery"),
    "review": _("The review as it stands on the platform"),
    "demand": _("The demand in the buyer's own words"),
    "goods": _("The goods as they were packed"),
    "returned": _("What came back, as it was unpacked"),
    "genuine": _("Invoice or authorisation of the brand"),
    "product_page": _("The product page as it was at the order"),
    "terms": _("Terms that the buyer accepted"),
    "payment": _("Details of the payment: address and security checks"),
    "pattern": _("The same from this buyer before"),
}
EVENTS: Mapping[str, Text] = {
    "opened": _("opened the complaint"),
    "note": _("wrote a note"),
    "call": _("spoke with the platform on the phone"),
    "checked": _("ticked an item"),
    "unchecked": _("took a tick back"),
    "evidence": _("added evidence"),
    "deadline": _("set the deadline"),
    **{state: _("took the complaint on: %(state)s", state=label) for state, label in STATES.items()},
}
