"""What a message says and where it goes, as it is kept: sealed like all personal data."""

import json
from dataclasses import asdict, dataclass

from shopadmin.contract import MessageRequest
from shopadmin.services import contacts

PURPOSE = b"outbox_message.content"
# What stands in place of a content whose time is over.
FORGOTTEN = b""


@dataclass(frozen=True, slots=True)
class Content:
    """A message as it goes out. ``destination`` is empty where a person knows where to write."""

    destination: str
    subject: str
    text: str


def words(subject: str, text: str) -> str:
    """All that the buyer reads, as one text: what a subject promises and what the text asks for go together."""
    return f"{subject}\n{text}"


def seal(content: Content) -> bytes:
    """The content as it is kept."""
    return contacts.keyring().encrypt(json.dumps(asdict(content), ensure_ascii=False), PURPOSE)


def unseal(sealed: bytes) -> Content:
    """The content, an empty one where it was forgotten. Raises KeyringError."""
    if sealed == FORGOTTEN:
        return Content("", "", "")
    return Content(**json.loads(contacts.keyring().decrypt(sealed, PURPOSE)))


def request_hash(request: MessageRequest) -> bytes:
    """Keyed hash of all that was asked for: the same key with another message is noticed by it."""
    fields = asdict(request) | {"not_before": request.not_before.isoformat() if request.not_before else None}
    return contacts.keyring().hash(json.dumps(fields, sort_keys=True, default=str), b"outbox_message.request")


def reference(key: str) -> bytes:
    """Keyed hash of a message's key: its name for who carries it, and no other shop's."""
    return contacts.keyring().hash(key, b"outbox_message.reference")


def key_hash(key: str) -> bytes:
    """Keyed hash of a message's key: what two who ask for the same message at once wait for."""
    return contacts.keyring().hash(key, b"outbox_message.key")
