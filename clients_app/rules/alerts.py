"""When something about a client is worth an alert, and when it is well again.

Source: NTC-4 to NTC-6.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from clients_app.errors import gettext_noop


class AlertKind(StrEnum):
    REFUSED = "refused"
    SILENT = "silent"
    NEW_ADDRESS = "new-address"

    @property
    def mute(self) -> str:
        """The column of a tenant and of a client that mutes alerts of this kind."""
        return f"mutes_{self.replace('-', '_')}"


LABELS: Final = {
    AlertKind.REFUSED: gettext_noop("A client is refused"),
    AlertKind.SILENT: gettext_noop("A client stops requesting tokens"),
    AlertKind.NEW_ADDRESS: gettext_noop("A secret or key is used from a new address"),
}
ABOUT: Final = {
    AlertKind.REFUSED: gettext_noop(
        "The client used to get tokens. Now its requests are refused, and it has had none for "
        "5 minutes."
    ),
    AlertKind.SILENT: gettext_noop(
        "No token for three times the usual gap, and for longer than its usual breaks, such as "
        "weekends."
    ),
    AlertKind.NEW_ADDRESS: gettext_noop(
        "The addresses of the first day are expected. What is used from 10 addresses or more is "
        "not watched, and federated identities are not: their jobs run anywhere."
    ),
}
SHORT: Final = {  # where a heading says that they are muted
    AlertKind.REFUSED: gettext_noop("Refused requests"),
    AlertKind.SILENT: gettext_noop("Silence"),
    AlertKind.NEW_ADDRESS: gettext_noop("New addresses"),
}
MUTED: Final = {  # in audit events
    AlertKind.REFUSED: gettext_noop("Mute alerts: refused requests"),
    AlertKind.SILENT: gettext_noop("Mute alerts: silence"),
    AlertKind.NEW_ADDRESS: gettext_noop("Mute alerts: new addresses"),
}

REFUSED_FOR: Final = timedelta(minutes=5)  # without a token in between
WELL_AFTER: Final = timedelta(hours=1)  # without a refused request, and with a token

GAPS: Final = 3  # usual gaps without a token are silence
GAP_MIN: Final = timedelta(hours=1)  # tokens are counted by the hour
QUIET_MIN: Final = GAPS * GAP_MIN  # nobody is silent sooner
USES_MIN: Final = 5  # hours with tokens; a client with fewer has no usual gap
LOOKED_BACK: Final = timedelta(days=28)  # four weekends
_MARGIN: Final = 1.25  # beyond a pause that the client has made before

LEARNING: Final = timedelta(days=1)  # from the first use of a secret: all addresses are expected
ADDRESSES_MAX: Final = 10  # a secret used from so many moves about: none of them is news
ADDRESSES_KEPT: Final = 20  # of one secret
ADDRESS_AGAIN: Final = timedelta(days=1)  # between two alerts about addresses of a client
_PLACE_BITS: Final = 64  # of an IPv6 address; the rest is random and changes daily (RFC 8981)


class Silence(NamedTuple):
    """The usual gap between the tokens of a client, and how long without one is silence."""

    usual_gap: timedelta
    after: timedelta


def silence_of(uses: Iterable[datetime]) -> Silence | None:
    """Return when a client with these uses, at most one an hour, is silent; None: too few uses.

    The usual gap is the median. A pause that the client has made before, such as a weekend, is no
    silence, nor is one a little longer. A single long pause, such as an outage, sets no example.
    """
    gaps = sorted(max(later - use, GAP_MIN) for use, later in pairwise(sorted(uses)))
    if len(gaps) + 1 < USES_MIN:
        return None
    usual = timedelta(seconds=median(gap.total_seconds() for gap in gaps))
    return Silence(usual, max(GAPS * usual, _MARGIN * gaps[-2]))


def place_of(address: str) -> str:
    """Return the address that counts as one place: of IPv6 the network, RFC 4291 section 2.5.4."""
    ip = ip_address(address)
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(IPv6Network((ip, _PLACE_BITS), strict=False).network_address)


def is_news(
    *, used_at: datetime, first_used_at: datetime, known: int, is_known_of_client: bool
) -> bool:
    """Return whether a secret with ``known`` addresses, first used then, has a surprising one."""
    is_learning = used_at < first_used_at + LEARNING
    return not (is_learning or is_known_of_client or known >= ADDRESSES_MAX)
