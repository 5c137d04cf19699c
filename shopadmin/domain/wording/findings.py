"""What the wording check answers."""

from dataclasses import dataclass
from typing import Literal, get_args

Context = Literal["message", "reply", "campaign"]
CONTEXTS: tuple[Context, ...] = get_args(Context)

# Every rule with the guard it belongs to: G6 typed blocks, G7 wording, G8 threats and privacy.
RULES = {
    "incentive": "G7",
    "compensation_and_invitation": "G6",
    "condition": "G7",
    "threat": "G8",
    "campaign_praise": "G7",
    "campaign_change": "G7",
    "campaign_review": "G7",
    "privacy_phone": "G8",
    "privacy_email": "G8",
    "privacy_address": "G8",
    "privacy_name": "G8",
    "privacy_handle": "G8",
    "privacy_number": "G8",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that a text meets; ``words``: what met it, as the check read it."""

    rule: str
    is_blocking: bool
    words: str


def block(rule: str, words: str) -> Finding:
    """The text may not go out."""
    return Finding(rule, True, words)


def warn(rule: str, words: str) -> Finding:
    """A person should look; the text may go out."""
    return Finding(rule, False, words)


@dataclass(frozen=True, slots=True)
class Result:
    """The answer for one text. ``lang``: ``zh`` or ``en``, the one that most of it is written in."""

    findings: tuple[Finding, ...]
    lang: str

    @property
    def blocked(self) -> bool:
        """Whether the text may not go out."""
        return any(finding.is_blocking for finding in self.findings)

    @property
    def warned(self) -> bool:
        """Whether something else should be looked at by a person."""
        return any(not finding.is_blocking for finding in self.findings)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that were met, each once, the blocking ones first."""
        ordered = sorted(self.findings, key=lambda finding: not finding.is_blocking)
        return tuple(dict.fromkeys(finding.rule for finding in ordered))
