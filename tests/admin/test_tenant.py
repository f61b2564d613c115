"""Rename Tenant on the admin site (TEN-5)."""

from django.test import Client as Browser
from django.urls import reverse

from clients_app.models import AuditEvent, Tenant
from tests.factories import make_tenant
from tests.responses import text_of


def test_staff_rename_any_tenant(staff: Browser, tenant: Tenant) -> None:
    other = make_tenant("Contoso")
    page = reverse("admin:clients_app_tenant_change", args=[other.pk])
    address = reverse("admin:tenant-rename", args=[other.pk])
    assert address in text_of(staff.get(page))
    assert 'value="Contoso"' in text_of(staff.get(address))

    reply = staff.post(address, {"name": "Cranes & Sons", "version": "1"}, follow=True)

    assert "Cranes &amp; Sons is saved." in text_of(reply)
    event = AuditEvent.objects.get(action="tenant.renamed")
    assert event.tenant_id == other.pk
    assert '"before":{"name":"Contoso"}' in event.canonical
    stale = staff.post(address, {"name": "Second", "version": "1"})
    assert stale.status_code == 422
    assert "Now: Cranes &amp; Sons" in text_of(stale)
