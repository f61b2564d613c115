"""The address of a client behind proxies, from the trusted part of X-Forwarded-For.

Source: DEP-9 and AVA-1.
"""

import ipaddress
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def peer_address(remote: str, forwarded_for: str, trusted: tuple[str, ...]) -> str:
    """Return the nearest address that is not a trusted proxy; "" if there is none.

    ``remote`` opened the connection. The entries of ``forwarded_for`` are read from the right; each
    counts only if the one to its right is ``trusted`` (addresses or networks).
    """
    address = canonical(remote)
    if not trusted or not forwarded_for:
        return address
    for entry in reversed(forwarded_for.split(",")):
        if not is_trusted(address, trusted) or not (further := canonical(entry.strip())):
            break
        address = further
    return address


@lru_cache(maxsize=4096)
def is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    """Return whether ``address`` is a trusted proxy."""
    plain = canonical(address)
    known = ipaddress.ip_address(plain) if plain else None
    return known is not None and any(known in network for network in _networks(trusted))


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> list[Network]:
    return [_network(text) for text in trusted]


def _network(text: str) -> Network:
    network = ipaddress.ip_network(text, strict=False)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    return ipaddress.ip_network((mapped, network.prefixlen - 96)) if mapped else network


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Return ``text`` as an address in canonical form, without a port; "" if it is not one.

    An IPv4 address that an IPv6 socket got is IPv4 (RFC 4291 section 2.5.5.2).
    """
    host = text.partition("]")[0].removeprefix("[")
    if host.count(":") == 1:  # IPv4 with a port
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
