"""Pieces of evidence: what is kept, and where it is from."""

from dataclasses import dataclass
from datetime import datetime

from shopadmin.contract.ids import AccountId
from shopadmin.domain.evidence import Kind as EvidenceKind


@dataclass(frozen=True, slots=True)
class EvidenceOrigin:
    """Where a piece of evidence is from. ``captured_at``: aware UTC; ``source``: in words; ``tier``: 0 to 4 (E0 to E4).

    E0 what somebody says, E1 the shop's own record, E2 a platform's, courier's or bank's, E3 a platform's decision, E4
    a court's or an authority's.
    """

    captured_at: datetime
    source: str = ""
    tier: int = 1


@dataclass(frozen=True, slots=True)
class EvidenceSnapshot:
    """A piece of evidence as a plugin sees it. ``sha256``: of the original bytes, in hex; ``size``: their number.

    ``kept_by``: the account that kept it, none for the program.
    """

    uuid: str
    subject: str
    subject_id: int
    kind: EvidenceKind
    file_name: str
    size: int
    sha256: str
    captured_at: datetime
    source: str
    tier: int
    kept_by: AccountId | None
