"""What tests of a start look at."""

from tests.portal_process import (
    PortalProcess,
)


def counts(portal: PortalProcess) -> list[int]:
    """Return how many tenants, people and signing keys there are."""
    tables = ("tenant", "person", "signingkey")
    return [
        portal.query(f"SELECT count(*) FROM clients_app_{name}")[0][0]  # noqa: S608  words of ours
        for name in tables
    ]
