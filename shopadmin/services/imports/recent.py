"""What was staged a moment ago: a million orders name the same buyers again and again."""

from hashlib import blake2b


class Recent:
    """Remembers texts by a short hash, so many at the most; forgets them all when they are too many.

    Forgetting costs a row that stands twice in the staging area, never one that is missing.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._known: set[bytes] = set()

    def is_fresh(self, text: str) -> bool:
        """Whether it was not seen lately; it is remembered from now on."""
        # Twelve bytes of a cryptographic hash take less room than the text.
        key = blake2b(text.encode(), digest_size=12).digest()
        if key in self._known:
            return False
        if len(self._known) >= self.most:
            self._known.clear()
        self._known.add(key)
        return True

    def forget(self) -> None:
        """Everything is fresh again."""
        self._known.clear()
