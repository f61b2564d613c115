"""The latest audit events."""

from uuid import UUID

from clients_app.models import AuditEvent, AuditHead


def recent_events_of(tenant_id: UUID, client_id: UUID, *, limit: int = 20) -> list[AuditEvent]:
    """Return the last events of a client, newest first."""
    events = AuditEvent.objects.for_tenant(tenant_id).filter(client_id=client_id)
    return list(events.order_by("-sequence")[:limit])


def last_event_number(tenant_id: UUID) -> int:
    """Return the number of the last audit event; every change in the tenant increases it."""
    head = AuditHead.objects.filter(tenant_id=tenant_id)
    return head.values_list("sequence", flat=True).first() or 0
