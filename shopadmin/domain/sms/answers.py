"""What a gateway's answer and its receipts say of a message; whatever cannot be read says that nobody knows."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shopadmin.domain.sms.gateway import Gateway, values

# ``lost``: the gateway may have it; ``retry``: it certainly does not.
AnswerState = Literal["sent", "duplicate", "bad_number", "failed", "retry", "lost"]
ReceiptState = Literal["delivered", "failed", "bad_number", "duplicate"]
LONGEST_REFERENCE = 120
MOST_RECEIPTS = 1_000
# Refused before anything was done with it, for a reason that the owner or time puts right.
_REFUSED_FOR_NOW = frozenset((401, 402, 403, 404, 405, 407, 429))
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,40}")


@dataclass(frozen=True, slots=True)
class Answer:
    """``reference``: the gateway's own name of the message; ``note``: for the shop's people, no personal data in it."""

    state: AnswerState
    note: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message. ``reference``: the shop's name of it or the gateway's."""

    reference: str
    state: ReceiptState


def read_answer(gateway: Gateway, status: int, content: bytes) -> Answer:
    """The answer to a request that was sent whole."""
    document = _parsed(content)
    reference = _text(at(document, gateway.id_path))[:LONGEST_REFERENCE] if gateway.id_path else ""
    state, note = _state(gateway, status, document)
    return Answer(state, note, reference if state == "sent" else "")


def _state(gateway: Gateway, status: int, document: Any) -> tuple[AnswerState, str]:
    said = _text(at(document, gateway.success_path)) if gateway.success_path else ""
    shown = f"{status}, {said}" if _CODE.fullmatch(said) else str(status)
    if said and (named := _named(gateway, said)):
        return named, f"the gateway said {shown}"
    if str(status) in values(gateway.success_status):
        return _of_success(gateway, said, shown)
    if 300 <= status < 400:
        return "failed", f"the gateway leads to another address ({status}), where no message is sent"
    if status in _REFUSED_FOR_NOW:
        return "retry", f"the gateway refuses for now: {shown}"
    if status >= 500:
        return "lost", f"the gateway failed: {shown}"
    return "failed", f"the gateway refuses the message: {shown}"


def _named(gateway: Gateway, said: str) -> AnswerState | None:
    if said in values(gateway.bad_number_values):
        return "bad_number"
    if said in values(gateway.duplicate_values):
        return "duplicate"
    return "retry" if said in values(gateway.retry_values) else None


def _of_success(gateway: Gateway, said: str, shown: str) -> tuple[AnswerState, str]:
    if not gateway.success_path or said in values(gateway.success_values):
        return "sent", "the gateway took it"
    if not said:
        return "lost", f"the gateway's answer cannot be read: {shown}"
    return "failed", f"the gateway refuses the message: {shown}"


def read_receipts(gateway: Gateway, document: Any) -> Iterator[Receipt]:
    """The receipts in what the gateway posted, one or a list; a message that is still on its way gives none."""
    found = document if isinstance(document, list) else [document]
    for each in found[:MOST_RECEIPTS]:
        reference = _text(at(each, gateway.receipt_id_path))
        state = _receipt_state(gateway, _text(at(each, gateway.receipt_path)))
        if reference and state and len(reference) <= LONGEST_REFERENCE:
            yield Receipt(reference, state)


def _receipt_state(gateway: Gateway, said: str) -> ReceiptState | None:
    words: Mapping[ReceiptState, str] = {
        "delivered": gateway.receipt_delivered,
        "bad_number": gateway.receipt_bad_number,
        "duplicate": gateway.receipt_duplicate,
        "failed": gateway.receipt_failed,
    }
    return next((state for state, known in words.items() if said and said in values(known)), None)


def may_follow(state: str, receipt: ReceiptState) -> bool:
    """Whether a receipt changes a message in this state: one that arrived stays so, whatever comes late."""
    if state in ("queued", "sending", "sent", "unknown"):
        return True
    return receipt == "delivered" and state in ("failed", "bad_number", "duplicate")


def at(document: Any, path: str) -> Any:
    """What stands at the path; None for nothing."""
    for name in path.removeprefix("$").removeprefix(".").split("."):
        if isinstance(document, dict):
            document = document.get(name)
        elif isinstance(document, list) and name.isascii() and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _text(value: Any) -> str:
    """A word of the gateway; empty for what is none, and for what no database keeps: NUL, half a character."""
    if isinstance(value, bool):
        return "true" if value else "false"
    said = str(value).strip() if isinstance(value, str | int | float) else ""
    return said if said.isprintable() else ""
