"""Evidence of a case, and complaints that are decided as a person decides them."""

import io
import struct
import zlib
from datetime import UTC, datetime

from PIL import Image
from shopadmin_review_recovery.services import complaints, evidence

from shopadmin.plugin_api import AccountId, Actor, EvidenceOrigin
from shopadmin.services.complaints import deciding, working

OWNER = Actor(AccountId(1), "Owner", True, frozenset())
# Works on cases, complaints and incidents; the account must be there.
AGENT = Actor(
    AccountId(2),
    "Robin",
    False,
    frozenset(
        {
            "review_recovery.case:read", "review_recovery.case:reply", "core.complaints:work", "core.complaints:read",
            "core.incidents:create", "core.incidents:read", "core.orders:read",
        }
    ),
)  # fmt: skip


def origin(tier: int = 1, source: str = "") -> EvidenceOrigin:
    return EvidenceOrigin(datetime.now(UTC), source, tier)


def keep(case_id: int, text: str = "50, or one star. Ring 13800138000", tier: int = 1, what: str = "chat") -> str:
    return evidence.keep_text(AGENT, case_id, what, text, origin(tier))


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "PNG")
    return buffer.getvalue()


def pixel_bomb() -> bytes:
    """A PNG of some bytes that promises 400 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    pieces = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + pieces


def complaint(case_id: int) -> int:
    """Opened from the case and handed in, with all that its checklist wants."""
    found = complaints.open_for(AGENT, case_id, "extortion", "Sample")
    working.add_order_facts(OWNER, found)
    for kind, item in (("chat", "demand"), ("chat", "contacted"), ("chat", "review")):
        working.add_evidence(OWNER, found, kind, f"{item} sample", origin(), item)  # type: ignore[arg-type]
    deciding.submit(OWNER, found, "tool", "A-1")
    return found


def decide(complaint_id: int, outcome: str) -> None:
    deciding.decide(OWNER, complaint_id, outcome)
