"""Hooks for schemathesis: every request is a new one, and every line of an order has a key of its own.

A key that comes again with another body is refused, as it must be, and so is an order with a key that stands twice,
which no schema can say; schemathesis would take either for a fault.
"""

import re
import uuid

import schemathesis

VALID = re.compile("[!-~]{1,255}")
LINE = re.compile("[ -~]{1,64}")


@schemathesis.hook
def before_call(context, case, kwargs):
    """A fresh idempotency key in the place of one that could be used; one that could not stays."""
    if case.headers and VALID.fullmatch(str(case.headers.get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = uuid.uuid4().hex
    _tell_apart(case.body)


def _tell_apart(body):
    """Name lines that could be an order's anew when two have one key."""
    lines = body.get("lines") if isinstance(body, dict) else None
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        return
    keys = [line.get("key") for line in lines]
    if not all(isinstance(key, str) and LINE.fullmatch(key) for key in keys):
        return
    if len(set(keys)) < len(keys):
        for number, line in enumerate(lines):
            line["key"] = f"L{number}"
