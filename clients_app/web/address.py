"""From where a person asks, past the proxies that are trusted."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.http import HttpRequest

from clients_app import conf


def address_of(request: HttpRequest) -> str:
    """Return the nearest address that is not one of our proxies.

    X-Forwarded-For is read from the right, and believed only as far as a trusted proxy wrote it.
    """
    address = request.META["REMOTE_ADDR"]
    networks = [ip_network(network, strict=False) for network in conf.trusted_proxies()]
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    while hops and any(_parsed(address) in network for network in networks):
        forwarded = hops.pop().strip()
        if _parsed(forwarded) is None:
            break
        address = forwarded
    return address


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
