"""How a request came: from this machine or over the network, where others read along, from a page of ours."""

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from werkzeug import Request

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def is_loopback(asked: Request) -> bool:
    """Whether it is from this machine: a socket of its own, or a loopback address."""
    address = asked.remote_addr
    return not address or _is_loopback(address)


@lru_cache(maxsize=256)
def _is_loopback(text: str) -> bool:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_forwarded(asked: Request) -> bool:
    """Whether somebody passed the request on: behind a proxy every peer looks local."""
    return any(name.lower().startswith(("x-forwarded", "forwarded", "x-real-ip", "via")) for name, _ in asked.headers)


def is_exposed(asked: Request) -> bool:
    """Whether others on the way can read along."""
    return not asked.is_secure and not is_loopback(asked)


def is_from_here(asked: Request) -> bool:
    """Whether a request was sent by a page of ours or changes nothing, as far as the browser says.

    The token is the lock; this holds as well when a token has leaked. Raises SecurityError for a host that is not ours.
    """
    if asked.method in SAFE_METHODS:
        return True
    if asked.environ.get("HTTP_SEC_FETCH_SITE") in ("cross-site", "same-site"):
        return False
    origin = asked.environ.get("HTTP_ORIGIN")
    if origin is None:
        return True
    try:
        sent = urlsplit(origin)
    except ValueError:
        return False
    return (sent.scheme, sent.netloc) == (asked.scheme, asked.host)


def is_local_path(target: str) -> bool:
    """Whether a redirect target stays here: one leading slash, no backslash, no control characters.

    Percent-encoded ones count as well: somebody on the way may decode them.
    """
    if not target.startswith("/") or not all(" " <= character != "\x7f" for character in target):
        return False
    path = unquote(target.partition("?")[0].partition("#")[0])
    if path.startswith("//") or "\\" in path or not all(" " <= character != "\x7f" for character in path):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc
