"""Whether a script may be published: every finding of its shape, its guards and its texts."""

from shopadmin_review_recovery.domain.scripts import guarding, shape, wording
from shopadmin_review_recovery.domain.scripts.findings import Finding
from shopadmin_review_recovery.domain.scripts.graph import Script


def validate(script: Script, check: wording.Check, sms_parts: wording.CountParts) -> tuple[Finding, ...]:
    """What must be put right, each once, in the order of the nodes; empty when the script may be published."""
    found = [*shape.findings(script), *guarding.findings(script), *wording.findings(script, check, sms_parts)]
    order = {name: position for position, name in enumerate(script.by_name, 1)}
    unique = {(finding.node, finding.code, repr(finding.params)): finding for finding in found}
    return tuple(sorted(unique.values(), key=lambda finding: order.get(finding.node, 0)))
