"""Keyed hashes of the plugin's own: what the index holds instead of identifiers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from shopadmin.plugin_api import keyed_hash, keyed_hashes
from shopadmin_buyer_labels.domain.people import Key


def key_hash(key: Key) -> bytes:
    """16 bytes; two kinds never share one."""
    return keyed_hash(f"buyer_labels.{key.kind}", key.value)


def hashes_of(kind: str, values: Iterable[str]) -> list[bytes]:
    """The same of many values of one kind, in their order."""
    return keyed_hashes(f"buyer_labels.{kind}", values)


def key_hashes(keys: Iterable[Key]) -> Mapping[Key, bytes]:
    """The same of many keys."""
    values: dict[str, list[str]] = defaultdict(list)
    for kind, value in keys:
        values[kind].append(value)
    return {
        Key(kind, value): hashed
        for kind, several in values.items()
        for value, hashed in zip(several, hashes_of(kind, several), strict=True)
    }


def block_hash(block: str) -> bytes:
    """The same of a blocking key."""
    return keyed_hash("buyer_labels.block", block)


# Counts up when blocks are made in another way, so that the worker makes everybody's anew.
_FORM = 3


def mark_hash(mark: str) -> bytes:
    """The same of what the core says when something of a buyer changed: it names the buyer."""
    return keyed_hash(f"buyer_labels.mark.{_FORM}", mark)
