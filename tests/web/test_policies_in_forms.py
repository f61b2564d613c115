"""The forms of clients and secrets follow the policies of their tenant."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Client, Person, Tenant
from tests.conftest import Machine
from tests.responses import text_of, value_of


def set_policies(tenant: Tenant, **columns: Any) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(**columns)


def test_secret_forms_follow_the_policies(
    administrator_browser: Browser, machine: Machine, tenant: Tenant, now: datetime, address: Any
) -> None:
    set_policies(tenant, secret_days_max=45)
    latest = now + timedelta(days=45)

    for path in ("/secrets/add", f"/secrets/{machine.secret.pk}/rotate"):
        page = administrator_browser.get(address(path))
        default = datetime.fromisoformat(f"{value_of('expiration', page)}Z")
        assert (
            timedelta() <= default - latest.replace(second=0, microsecond=0) < timedelta(minutes=2)
        )
        assert re.findall(r'data-for="#id_expiration"[^>]*>([^<]+)<', text_of(page)) == [
            "30 days",
            "The longest",
        ]
        assert 'id="id_never_expires"' not in text_of(page)
        assert "does not allow Never Expires" in text_of(page)


@pytest.mark.both_databases
def test_add_secret_against_a_policy_is_explained_at_the_field(
    administrator_browser: Browser, machine: Machine, tenant: Tenant, now: datetime, address: Any
) -> None:
    set_policies(tenant, secret_days_max=45)
    late = f"{now + timedelta(days=46):%Y-%m-%d %H:%M}"

    reply = administrator_browser.post(address("/secrets/add"), {"expiration": late})

    assert reply.status_code == 422
    assert "The policies of this tenant allow" in text_of(reply)
    assert 'id="id_expiration_error"' in text_of(reply)
    assert value_of("expiration", reply) == late


def test_add_client_follows_the_policies(
    administrator_browser: Browser,
    administrator: Person,
    tenant: Tenant,
    draft: dict[str, Any],
    now: datetime,
) -> None:
    set_policies(tenant, secret_days_max=45, owner_required=True)
    assert "you become the owner of this client" in text_of(
        administrator_browser.get("/security/clients/add")
    )

    refused = administrator_browser.post("/security/clients/register", draft)
    assert refused.status_code == 422
    assert "at the latest" in text_of(refused)
    assert not Client.objects.exists()

    soon = f"{now + timedelta(days=20):%Y-%m-%d %H:%M}"
    administrator_browser.post("/security/clients/register", draft | {"expiration": soon})
    assert list(Client.objects.get().owners.all()) == [administrator]


@pytest.mark.both_databases
def test_edit_secret_existing_never_expires_may_stay(
    administrator_browser: Browser, machine: Machine, tenant: Tenant, address: Any
) -> None:
    machine.client.secrets.update(expires_at=None)
    set_policies(tenant, never_expires_allowed=False)
    edit = address(f"/secrets/{machine.secret.pk}/edit")

    page = administrator_browser.get(edit)
    assert 'id="id_never_expires"' in text_of(page)
    sent = {
        "secret_description": "New",
        "never_expires": "on",
        "version": value_of("version", page),
    }
    assert administrator_browser.post(edit, sent).status_code == 303
