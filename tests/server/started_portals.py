"""What tests of a start need."""

from datetime import UTC, datetime

from tests.portal_process import PortalProcess


def counts(portal: PortalProcess) -> list[int]:
    """Return how many tenants, people and signing keys there are."""
    tables = ("tenant", "person", "signingkey")
    return [
        portal.query(f"SELECT count(*) FROM clients_app_{name}")[0][0]  # noqa: S608  words of ours
        for name in tables
    ]


def zone_where_it_is_noon() -> str:
    """Return a time zone in which it is between 12 and 13 o'clock: no day ends during a test."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"  # POSIX counts the hours behind UTC
