"""States and events of signing keys."""

from datetime import timedelta

from clients_app import audit
from clients_app.models import AuditEvent, SigningKey, Tenant

LEAD = timedelta(seconds=960)  # 900 s for which verifiers cache the keys, and a minute


DAY = timedelta(days=1)


def states() -> list[str]:
    """Return the states of all keys, oldest first; of the same age, the more advanced first."""
    life = ("removed", "retired", "active", "next")
    rows = SigningKey.objects.values_list("created_at", "state")
    return [state for _, state in sorted(rows, key=lambda row: (row[0], life.index(row[1])))]


def events(tenant: Tenant) -> list[str]:
    """Return the actions on keys in this tenant's audit chain."""
    assert audit.first_fault(tenant.pk) is None
    rows = AuditEvent.objects.for_tenant(tenant.pk).filter(action__startswith="key.")
    return list(rows.order_by("sequence").values_list("action", flat=True))
