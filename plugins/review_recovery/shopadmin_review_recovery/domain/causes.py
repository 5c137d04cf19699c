"""The ten causes of section 3: what group each is of, whose fault it is, what is offered and what prevents it.

The texts that are shown and said lie in the catalogs of translations; here are the codes.
"""

from dataclasses import dataclass
from typing import Literal

Group = Literal["express", "packaging", "service", "product", "malicious", "professional"]
Fault = Literal["S", "C", "B"]


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause. ``faults``: seller, carrier, buyer, the likelier first; ``remedies``: none means nothing for the
    review; ``prevention``: the task that opens when the cause repeats, empty for none.
    """

    code: str
    group: Group
    faults: tuple[Fault, ...]
    remedies: tuple[str, ...]
    prevention: str


CAUSES = {
    cause.code: cause
    for cause in (
        Cause("logistics", "express", ("C", "S"), ("trace", "reship", "refund"), "courier_scorecard"),
        Cause("packaging", "express", ("S", "C"), ("reship", "part_refund"), "packing_rule"),
        Cause("wrong_missing", "service", ("S",), ("reship", "refund", "return_freight"), "second_check"),
        Cause("out_of_stock", "service", ("S",), ("refund", "wait", "swap"), "stock_check"),
        Cause("not_as_described", "product", ("S",), ("return", "part_refund"), "honest_photos"),
        Cause("quality", "product", ("S",), ("refund", "exchange"), "change_supplier"),
        Cause("after_sales", "service", ("S",), ("finish_request",), "reply_target"),
        Cause("staff_service", "service", ("S",), ("apology",), "quick_replies"),
        Cause("malicious", "professional", ("B",), (), "packing_video"),
        Cause("professional", "professional", ("B",), (), "complaint_pattern"),
    )
}
CODES = tuple(CAUSES)
