"""Audit events in the admin site: readable sentences that cannot be changed."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients_app import audit
from clients_app.models import AuditEvent, Tenant
from tests.admin.conftest import Installation, list_of, page_of
from tests.responses import text_of


def test_event_list_shows_what_happened(staff: Browser, installation: Installation) -> None:
    page = text_of(staff.get(list_of(AuditEvent)))

    assert "Added client Wind park reader" in page
    assert "Added role Pump reader" in page


def test_event_page_shows_what_changed(staff: Browser, installation: Installation) -> None:
    edit = reverse("admin:role-edit", args=[installation.role.pk])
    version = installation.role.version
    staff.post(edit, {"name": "Pump writer", "description": "", "version": version})
    event = AuditEvent.objects.get(action="role.edited")

    page = text_of(staff.get(page_of(event)))

    assert "Name: Pump reader → Pump writer" in page
    assert event.operation_id in page
    assert event.digest not in page


def test_event_cannot_be_deleted_or_changed(staff: Browser, installation: Installation) -> None:
    page = text_of(staff.get(page_of(installation.event)))
    assert "/delete/" not in page
    assert 'name="_save"' not in page
    for event in AuditEvent.objects.all():
        for part in ("delete", "change"):
            assert staff.post(page_of(event, part), {"post": "yes"}).status_code == 403
            assert staff.delete(page_of(event, part)).status_code == 405
    assert audit.first_fault(installation.tenant.pk) is None


@pytest.mark.both_databases
def test_event_list_can_be_filtered(
    staff: Browser, installation: Installation, other_tenant: Tenant
) -> None:
    by_tenant = text_of(staff.get(f"{list_of(AuditEvent)}?tenant={other_tenant.pk}"))
    by_action = text_of(staff.get(f"{list_of(AuditEvent)}?action=role.added"))

    assert "Added client Far away" in by_tenant
    assert "Wind park reader" not in by_tenant
    assert "Added role Pump reader" in by_action
    assert "Added client Far away" not in by_action


def test_event_list_of_a_client_includes_its_secrets(
    staff: Browser, installation: Installation
) -> None:
    address = f"{list_of(AuditEvent)}?q={installation.client.pk}"
    assert address in text_of(staff.get(page_of(installation.client)))

    page = text_of(staff.get(address))

    assert "Added client Wind park reader" in page
    assert f"Added secret …{installation.secret.last_four}" in page
    assert "Old gateway" not in page
