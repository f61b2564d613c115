"""The address that a request comes from, behind trusted proxies."""

from django.http import HttpRequest

from clients_app import conf
from clients_app.rules.peer_addresses import peer_address


def address_of(request: HttpRequest) -> str:
    """Return the nearest address that is not one of our proxies."""
    remote, forwarded_for = request.META["REMOTE_ADDR"], request.headers.get("X-Forwarded-For", "")
    return peer_address(remote, forwarded_for, conf.trusted_proxies())
