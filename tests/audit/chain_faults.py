"""Reads events, and the first fault of a chain."""

from typing import Any

from clients_app import audit
from clients_app.models import AuditEvent, Tenant


def event(sequence: int) -> Any:
    return AuditEvent.objects.filter(sequence=sequence)


def first_fault(tenant: Tenant) -> tuple[int, str]:
    fault = audit.first_fault(tenant.pk)
    assert fault is not None
    return fault
