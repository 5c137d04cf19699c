"""A script text looked over as the page and the command do: read, then validated with the core's wording check."""

from dataclasses import dataclass

from shopadmin.plugin_api import check_wording, count_sms
from shopadmin_review_recovery.domain.scripts import notation
from shopadmin_review_recovery.domain.scripts.findings import Finding
from shopadmin_review_recovery.domain.scripts.graph import Script
from shopadmin_review_recovery.domain.scripts.validate import validate


@dataclass(frozen=True, slots=True)
class Look:
    """``script``: None when the text cannot be read at all; it may be published when there are no findings."""

    script: Script | None
    findings: tuple[Finding, ...]


def wording(text: str) -> tuple[str, ...]:
    """The rules of the core's wording check that a text to a buyer must not meet."""
    result = check_wording(text, "message")
    return tuple(dict.fromkeys(finding.rule for finding in result.findings if finding.is_blocking))


def sms_parts(text: str) -> int:
    """How many parts the text takes as an SMS."""
    return count_sms(text).parts


def look(text: str) -> Look:
    """Everything that keeps the text from being published as a script."""
    reading = notation.read(text)
    if reading.findings or reading.script is None:
        return Look(reading.script, reading.findings)
    return Look(reading.script, reading.placed(validate(reading.script, wording, sms_parts)))
