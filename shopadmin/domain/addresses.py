"""Which addresses of the network the shop may connect to when somebody typed where: public ones alone.

Anything else would let a typed address reach what stands behind the shop's own wall: its database, a router, the
machine's own services, or the one that hands out a cloud server's keys.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# IPv6 that carries an IPv4 address inside: through a translator it leads to that one, which may be private.
_CARRIERS = tuple(
    map(ip_network, ("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
)


def is_public(address: str) -> bool:
    """Whether the IP address is one of the public network, for one receiver; False for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return _is_public(found)


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address) and (
        found.scope_id or found.is_site_local or any(found in network for network in _CARRIERS)
    ):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved)
