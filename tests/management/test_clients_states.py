"""`manage.py clients show, disable, enable, remove`."""

import json

from clients_app.models import Client, Tenant
from tests.factories import make_client
from tests.management.conftest import Run


def test_show_prints_state_roles_and_secrets_without_their_texts(run: Run, tenant: Tenant) -> None:
    added = make_client("Pump", tenant)
    assert added.secret

    shown = run("clients", "show", str(added.client.pk))
    printed = json.loads(run("clients", "show", str(added.client.pk), "--json").out)

    assert (shown.status, shown.error) == (0, "")
    assert "Name:           Pump" in shown.out
    assert "State:          unused" in shown.out
    assert "Tenant Member" in shown.out
    assert f"…{added.secret.last_four}" in shown.out
    assert printed["Secrets"][0]["EndsIn"] == added.secret.last_four
    assert printed["Roles"] == ["Tenant Member"]
    assert added.plain not in shown.out + json.dumps(printed)


def test_disable_and_enable_change_the_state(run: Run, tenant: Tenant) -> None:
    client = make_client("Pump", tenant).client

    disabled = run("clients", "disable", str(client.pk))
    assert "Pump is disabled." in disabled.out
    assert not Client.objects.get().is_enabled
    assert "Pump is enabled." in run("clients", "enable", str(client.pk)).out
    assert Client.objects.get().is_enabled


def test_remove_asks_for_the_name(run: Run, tenant: Tenant) -> None:
    client = make_client("Pump", tenant).client

    refused = run("clients", "remove", str(client.pk), "--confirm", "Pumps")
    assert refused.status == 1
    assert "--confirm: Pump" in refused.error
    assert Client.objects.get().removed_at is None

    assert "Pump is removed." in run("clients", "remove", str(client.pk), "--confirm", "Pump").out
    assert Client.objects.get().removed_at is not None


def test_client_of_no_tenant_is_not_found(run: Run, tenant: Tenant) -> None:
    for name in ("show", "disable", "enable"):
        ended = run("clients", name, "9e6ff5f4-6a3c-4d6a-9a0b-1f3b2f0c8a51")
        assert (ended.status, ended.out) == (1, "")
