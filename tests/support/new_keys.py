"""A hook for schemathesis: every request is a new one.

A key that comes again with another body is refused, as it must be; schemathesis would take that for a fault.
"""

import re
import uuid

import schemathesis

VALID = re.compile("[!-~]{1,255}")


@schemathesis.hook
def before_call(context, case, kwargs):
    """A fresh idempotency key in the place of one that could be used; one that could not stays."""
    if case.headers and VALID.fullmatch(str(case.headers.get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = uuid.uuid4().hex
