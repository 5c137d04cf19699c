"""The shop's secrets, and what is done with them: encryption at rest and keyed hashes for matching.

Keys are files beside the database, not in it, readable by the owner alone. Values are encrypted with AES-256-GCM
(authenticated: a changed byte is an error, not another value) under the active key and carry that key's number, so
that a rotation can go through the rows while both keys work.
"""

import hashlib
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
HASH_BYTES = 16
MIN_SIGNING_KEY = 32


class KeyringError(Exception):
    """The key files are missing, damaged, too short, or do not open a value."""


class Keyring:
    """Encrypts, decrypts and hashes. ``keys``: number to 32 bytes; new values use the highest number."""

    def __init__(self, keys: dict[int, bytes], hash_key: bytes) -> None:
        if not keys or any(len(key) != 32 for key in keys.values()) or len(hash_key) != 32:
            raise KeyringError("the data keys must be 32 bytes each")
        self.active = max(keys)
        self._ciphers = {number: AESGCM(key) for number, key in keys.items()}
        self._hash_key = hash_key
        self._prefix = bytes([self.active])
        self._hash_states: dict[bytes, tuple[hashlib._Hash, hashlib._Hash]] = {}

    def encrypt(self, text: str, purpose: bytes) -> bytes:
        """Key number, nonce and sealed text. ``purpose`` binds the value to its column."""
        return self.encrypt_bytes(text.encode(), purpose)

    def encrypt_bytes(self, data: bytes, purpose: bytes) -> bytes:
        """As ``encrypt``, for a file."""
        nonce = os.urandom(NONCE_BYTES)
        return self._prefix + nonce + self._ciphers[self.active].encrypt(nonce, data, purpose)

    def decrypt(self, sealed: bytes, purpose: bytes) -> str:
        """The text. Raises KeyringError when its key is gone or the value was changed."""
        return self.decrypt_bytes(sealed, purpose).decode()

    def decrypt_bytes(self, sealed: bytes, purpose: bytes) -> bytes:
        """As ``decrypt``, for a file."""
        try:
            cipher = self._ciphers[sealed[0]]
            return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], purpose)
        except (KeyError, IndexError, InvalidTag, ValueError) as error:
            raise KeyringError("a stored value does not open with the keys of this shop") from error

    @property
    def is_rotating(self) -> bool:
        """Whether an older key is still here: a rotation has begun and is not over."""
        return len(self._ciphers) > 1

    def is_current(self, sealed: bytes) -> bool:
        """Whether the value is under the active key."""
        return sealed[:1] == self._prefix

    def hash(self, text: str, purpose: bytes) -> bytes:
        """Keyed hash (HMAC-SHA-256, 16 bytes) of a normalised value: equal values match, nothing can be read back."""
        return self.hashes((text,), purpose)[0]

    def hashes(self, texts: Iterable[str], purpose: bytes) -> list[bytes]:
        """The same of many texts, in their order."""
        # HMAC by its definition from states that already hold the key: an import hashes some values per row, and
        # hmac.digest() spends most of its time on setting the key up.
        inner_state, outer_state = self._hash_states.get(purpose) or self._hash_state(purpose)
        hashed = []
        for text in texts:
            inner, outer = inner_state.copy(), outer_state.copy()
            inner.update(text.encode())
            outer.update(inner.digest())
            hashed.append(outer.digest()[:HASH_BYTES])
        return hashed

    def _hash_state(self, purpose: bytes) -> "tuple[hashlib._Hash, hashlib._Hash]":
        block = self._hash_key.ljust(64, b"\0")
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + purpose + b"\0")
        outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))
        self._hash_states[purpose] = inner, outer
        return inner, outer


def signing_key(folder: Path) -> str:
    """The key that signs cookies and cursors; made on first use."""
    path = folder / "signing.key"
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def load_keyring(folder: Path) -> Keyring:
    """The shop's data keys; made on first use. Raises KeyringError for a damaged file."""
    path = folder / "data-keys.json"
    if not path.exists():
        first = {"keys": {"1": _random_key()}, "hash_key": _random_key()}
        _write_private(path, json.dumps(first))
    try:
        stored = json.loads(path.read_text())
        keys = {int(number): b64decode(key) for number, key in stored["keys"].items()}
        return Keyring(keys, b64decode(stored["hash_key"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyringError(f"{path.name} is damaged; restore it from a backup") from error


def add_key(folder: Path) -> Keyring:
    """Add a new active key; the old ones stay until every value is under it (see ``drop_old_keys``)."""
    path = folder / "data-keys.json"
    stored = json.loads(path.read_text())
    stored["keys"][str(max(map(int, stored["keys"])) + 1)] = _random_key()
    _write_private(path, json.dumps(stored))
    return load_keyring(folder)


def drop_old_keys(folder: Path) -> None:
    """Forget every key but the active one; only after a rotation went through all rows."""
    path = folder / "data-keys.json"
    stored = json.loads(path.read_text())
    newest = str(max(map(int, stored["keys"])))
    stored["keys"] = {newest: stored["keys"][newest]}
    _write_private(path, json.dumps(stored))


def _random_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def _write_private(path: Path, text: str) -> None:
    """Write through a new file and a rename: a crash leaves the old keys or the new ones, never half of them."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
