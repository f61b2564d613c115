"""Clients in the admin site: Disable, Enable, Remove, Restore, as the services do them."""

from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients_app import audit
from clients_app.models import Client, Person, Role, Tenant
from clients_app.rules.built_in_roles import TENANT_VIEWER
from clients_app.rules.client_types import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, HYBRID
from tests.actors import command_line_in
from tests.admin.add_client_form import ADD_CLIENT_FORM, add_client_address
from tests.admin.conftest import Installation, last_event, page_of
from tests.factories import make_application, make_client
from tests.responses import text_of


def operation_address(name: str, client: Client) -> str:
    return reverse(f"admin:client-{name}", args=[client.pk])


def test_disable_and_enable_client_are_recorded(
    staff: Browser, operator: Person, installation: Installation
) -> None:
    client = installation.client
    for name, is_enabled in (("disable", False), ("enable", True)):
        assert f"{name.title()} Wind park reader?" in text_of(
            staff.get(operation_address(name, client))
        )

        reply = staff.post(operation_address(name, client))

        assert (reply.status_code, reply["Location"]) == (303, page_of(client))
        client.refresh_from_db()
        assert client.is_enabled is is_enabled
        event = last_event(installation.tenant)
        assert (event.action, event.actor_name) == (f"client.{name}d", "ola")
        assert event.operation_id == reply["Operation-Id"]
        assert f"Wind park reader is {name}d." in text_of(staff.get(page_of(client)))
    assert audit.first_fault(installation.tenant.pk) is None


def test_revoke_tokens_of_a_client_is_recorded(staff: Browser, installation: Installation) -> None:
    client = installation.client
    asked = text_of(staff.get(operation_address("tokens-end", client)))
    assert "Revoke all tokens of Wind park reader?" in asked
    assert "APIs that only check the signature accept them for an hour at most." in asked

    reply = staff.post(operation_address("tokens-end", client))

    assert (reply.status_code, reply["Location"]) == (303, page_of(client))
    client.refresh_from_db()
    assert client.tokens_not_before is not None
    event = last_event(installation.tenant)
    assert (event.action, event.actor_name) == ("client.tokens.ended", "ola")
    assert "All tokens of Wind park reader are revoked." in text_of(staff.get(page_of(client)))


@pytest.mark.parametrize("client_type", [CLIENT_CREDENTIALS.id, HYBRID.id])
def test_introspect_switch_can_be_set(staff: Browser, tenant: Tenant, client_type: str) -> None:
    assert 'name="may_introspect"' in text_of(staff.get(add_client_address(tenant, client_type)))
    typed = {**ADD_CLIENT_FORM, "redirect_uris": "https://a.example.com/in", "may_introspect": "on"}

    assert staff.post(add_client_address(tenant, client_type), typed).status_code == 200

    assert Client.objects.get(name=ADD_CLIENT_FORM["name"]).may_introspect


def test_introspect_switch_is_not_offered_without_secrets(staff: Browser, tenant: Tenant) -> None:
    form = text_of(staff.get(add_client_address(tenant, AUTHORIZATION_CODE.id)))

    assert 'name="may_introspect"' not in form


def test_remove_and_restore_client_are_recorded(staff: Browser, installation: Installation) -> None:
    client, tenant = installation.client, installation.tenant

    asked = staff.get(operation_address("remove", client))
    removed = staff.post(operation_address("remove", client))

    assert 'name="confirm"' not in text_of(asked)
    assert removed.status_code == 303
    client.refresh_from_db()
    assert (client.removed_by, client.secrets.filter(removed_at=None).count()) == ("ola", 0)
    assert last_event(tenant).action == "client.removed"
    page = text_of(staff.get(page_of(client)))
    assert "Restore Client" in page
    assert "Disable Client" not in page
    for name in ("disable", "enable", "remove"):
        assert staff.get(operation_address(name, client)).status_code == 404
        assert staff.post(operation_address(name, client)).status_code == 404

    restored = staff.post(operation_address("restore", client), {"name": "Wind park writer"})

    assert restored.status_code == 303
    client.refresh_from_db()
    assert (client.name, client.is_enabled, client.removed_at) == ("Wind park writer", False, None)
    assert last_event(tenant).action == "client.restored"
    assert audit.first_fault(tenant.pk) is None


def test_remove_client_in_use_asks_for_its_name(
    staff: Browser, installation: Installation, now: datetime
) -> None:
    client = installation.client
    Client.objects.filter(pk=client.pk).update(last_token_at=now)

    assert 'name="confirm"' in text_of(staff.get(operation_address("remove", client)))
    wrong = staff.post(operation_address("remove", client), {"confirm": "wind park"})
    assert wrong.status_code == 422
    assert "Enter Wind park reader, the name of the client, to remove it." in text_of(wrong)
    assert (
        staff.post(operation_address("remove", client), {"confirm": client.name}).status_code == 303
    )


def test_restore_client_with_a_taken_name_asks_for_another(
    staff: Browser, installation: Installation, now: datetime
) -> None:
    make_client("Old gateway", installation.tenant, now=now)

    reply = staff.post(operation_address("restore", installation.removed), {"name": "Old gateway"})

    assert reply.status_code == 422
    assert "There is a client named Old gateway already." in text_of(reply)


def test_restore_client_after_thirty_days_is_refused(
    staff: Browser, installation: Installation, now: datetime
) -> None:
    removed = installation.removed
    Client.objects.filter(pk=removed.pk).update(removed_at=now - timedelta(days=31))

    assert (
        staff.post(operation_address("restore", removed), {"name": "Old gateway"}).status_code
        == 404
    )
    assert "Restore Client" not in text_of(staff.get(page_of(removed)))


def test_operations_on_an_unknown_client_are_not_found(
    staff: Browser, installation: Installation
) -> None:
    nobody = Client(pk="6d1b9aa5-2f4d-4bb0-8b8c-4b7c6f3c7a11")
    for name in ("disable", "enable", "remove", "restore"):
        assert staff.get(operation_address(name, nobody)).status_code == 404


def test_client_page_shows_the_facts(staff: Browser, tenant: Tenant, now: datetime) -> None:
    client = make_client(
        "Shown <b>",
        tenant,
        TENANT_VIEWER,
        actor=command_line_in(tenant),
        now=now,
        tags=("pumps",),
        contact="ops",
        secret_description="first <i>",
    ).client

    page = text_of(staff.get(page_of(client)))

    for text in (
        "Shown &lt;b&gt;",
        "pumps",
        "ops",
        "Tenant Member, Tenant Viewer",
        "first &lt;i&gt;",
    ):
        assert text in page
    assert "<b>" not in page


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("active", {"Wind park reader", "Refused"}),
        ("failing", {"Refused"}),
        ("no-tokens", set()),
        ("disabled", {"Disabled one"}),
        ("removed", {"Old gateway"}),
    ],
)
def test_client_list_can_be_filtered_by_state(
    staff: Browser, installation: Installation, state: str, found: set[str], now: datetime
) -> None:
    disabled = make_client("Disabled one", installation.tenant, now=now).client
    staff.post(operation_address("disable", disabled))
    refused = make_client("Refused", installation.tenant, now=now).client
    Client.objects.filter(pk=refused.pk).update(last_refused_at=now)
    staff.get("/admin/")  # shows the message that names the client

    page = text_of(staff.get(f"/admin/clients_app/client/?state={state}"))

    names = {"Wind park reader", "Disabled one", "Old gateway", "Refused"}
    assert {name for name in names if f">{name}<" in page} == found
    assert ('class="field-state">Failing<' in page) == ("Refused" in found)


@pytest.mark.both_databases
def test_client_list_can_be_filtered_by_tenant(
    staff: Browser, installation: Installation, other_tenant: Tenant
) -> None:
    page = text_of(staff.get(f"/admin/clients_app/client/?tenant={other_tenant.pk}"))

    assert "Far away" in page
    assert "Wind park reader" not in page
    assert Role.objects.for_tenant(other_tenant.pk).exists()


def test_client_page_shows_muted_alerts(staff: Browser, tenant: Tenant) -> None:
    muting = {"mutes_silent": True, "mutes_new_address": True}
    client = make_client("Pump 14", tenant, **muting).client

    page = text_of(staff.get(page_of(client)))

    assert "Muted alerts" in page
    assert "Silence, New addresses" in page


def test_page_of_an_application_has_the_labels_of_the_portal(
    staff: Browser, installation: Installation
) -> None:
    logo = "https://rooms.example/logo.png"
    client = make_application("Rooms", installation.tenant, logo_uri=logo, skips_consent=True)
    text = text_of(staff.get(page_of(client)))

    for label in ("Application URL", "Logo URL", "First-party application", logo):
        assert label in text
