"""Password hashes: argon2id, checked in the same time whether an account exists or not."""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from shopadmin.domain.accounts import normalise_password

# An argon2 check takes 64 MiB: a flood of log-ins must not take all the memory.
_PARALLEL_CHECKS = threading.BoundedSemaphore(4)


@cache
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=memory_kib, parallelism=4)


def _current() -> PasswordHasher:
    return _hasher(current_app.config["PASSWORD_MEMORY_KIB"])


@cache
def _nobodys_hash(memory_kib: int) -> str:
    """What the password of an unknown account is compared with, so that the answer takes as long."""
    return _hasher(memory_kib).hash("the password of nobody")


def hash_password(password: str) -> str:
    """What is stored of a password."""
    with _PARALLEL_CHECKS:
        return _current().hash(normalise_password(password))


def is_right(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the stored hash; as slow without one."""
    compared = stored or _nobodys_hash(current_app.config["PASSWORD_MEMORY_KIB"])
    with _PARALLEL_CHECKS:
        try:
            return _current().verify(compared, normalise_password(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _current().check_needs_rehash(stored)
