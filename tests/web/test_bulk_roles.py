"""Bulk: Edit roles, with the limits and confirmations of a single client."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser

from clients_app.limits import ROLES_MAX
from clients_app.models import AuditEvent, Client, Role, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_AUDITOR, TENANT_MEMBER
from tests.factories import make_client, make_role, role_id
from tests.responses import HTMX, text_of

LIST = "/security/clients"
ROLES = f"{LIST}/bulk/roles"


@pytest.fixture
def clients(tenant: Tenant) -> list[Client]:
    return [make_client(name, tenant).client for name in ("One", "Two", "Three")]


@pytest.fixture
def reader(tenant: Tenant) -> Role:
    return make_role("Pump reader", tenant)


def send(browser: Browser, clients: list[Client], **fields: Any) -> Any:
    sent = {"clients": [str(one.pk) for one in clients], "to": f"{LIST}?select=1", **fields}
    return browser.post(ROLES, sent, headers=HTMX)


def names_of(client: Client) -> list[str]:
    return sorted(client.roles.exclude(role_type_id=TENANT_MEMBER).values_list("name", flat=True))


@pytest.mark.both_databases
def test_bulk_roles_are_added_and_removed(
    administrator_browser: Browser, tenant: Tenant, clients: list[Client], reader: Role
) -> None:
    old = make_role("Old", tenant)
    clients[0].roles.add(old)
    clients[1].roles.add(reader)

    reply = send(administrator_browser, clients, add=[reader.pk], remove=[old.pk])

    assert reply.status_code == 204
    assert "2 clients changed. 1 needed no change." in reply["HX-Trigger"]
    assert [names_of(client) for client in clients] == [["Pump reader"]] * 3
    events = AuditEvent.objects.filter(action="client.roles.changed")
    assert {event.object_name for event in events} == {"One", "Three"}
    assert all(client.roles.filter(role_type_id=TENANT_MEMBER).exists() for client in clients)
    assert Client.objects.get(pk=clients[2].pk).first_role_key == "pump reader"


def test_bulk_roles_beyond_the_limit_name_the_client_and_change_none(
    administrator_browser: Browser, tenant: Tenant, clients: list[Client], reader: Role
) -> None:
    many = [make_role(f"R{number}", tenant) for number in range(ROLES_MAX - 1)]
    clients[2].roles.add(*many)

    reply = send(administrator_browser, clients, add=[reader.pk])

    assert reply.status_code == 422
    assert "Three: Select at most 25 roles, Tenant Member included." in text_of(reply)
    assert f'value="{reader.pk}" checked' in text_of(reply)
    assert names_of(clients[0]) == []


def test_bulk_administrator_needs_a_second_tick_that_names_the_clients(
    administrator_browser: Browser, tenant: Tenant, clients: list[Client]
) -> None:
    administrator = role_id(tenant, TENANT_ADMINISTRATOR)

    refused = send(administrator_browser, clients[:2], add=[administrator], removes_secrets="on")
    assert refused.status_code == 422
    assert "becomes a Tenant Administrator" in text_of(refused)
    assert "Make these 2 clients Tenant Administrators: One, Two" in " ".join(
        text_of(refused).split()
    )
    assert names_of(clients[0]) == []

    confirmed = {"confirm_admin": "on", "removes_secrets": "on"}
    done = send(administrator_browser, clients[:2], add=[administrator], **confirmed)
    assert done.status_code == 204
    assert names_of(clients[1]) == ["Tenant Administrator"]


@pytest.mark.both_databases
def test_bulk_privilege_lists_the_secrets_and_removes_those_that_do_not_stay(
    administrator_browser: Browser, tenant: Tenant, clients: list[Client]
) -> None:
    auditor = role_id(tenant, TENANT_AUDITOR)
    clients[2].roles.add(auditor)  # is privileged already
    first, second, third = [client.secrets.get() for client in clients]

    asked = send(administrator_browser, clients, add=[auditor])
    assert asked.status_code == 422
    text = text_of(asked)
    assert f"One, …{first.last_four}" in text
    assert f"Two, …{second.last_four}" in text
    assert f"…{third.last_four}" not in text
    assert "Select the secrets to keep" in text
    assert names_of(clients[0]) == []

    keeps = {"kept_secrets": [first.pk], "removes_secrets": "on"}
    assert send(administrator_browser, clients, add=[auditor], **keeps).status_code == 204
    assert [client.secrets.filter(removed_at=None).count() for client in clients] == [1, 0, 1]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Select a role to add or to remove."),
        ({"both": True}, "Select each role only once"),
        ({"add": [str(UUID(int=7))]}, "One of them is not there any more."),
        ({"remove": ["x"]}, "One of them is not there any more."),
    ],
)
def test_bulk_roles_that_make_no_sense_are_refused(
    administrator_browser: Browser,
    clients: list[Client],
    reader: Role,
    fields: dict[str, Any],
    sentence: str,
) -> None:
    if "both" in fields:
        fields = {"add": [reader.pk], "remove": [reader.pk]}

    reply = send(administrator_browser, clients, **fields)

    assert reply.status_code == 422
    assert sentence in text_of(reply)


def test_bulk_roles_of_another_tenant_are_unknown(
    administrator_browser: Browser, stranger: Any, clients: list[Client]
) -> None:
    foreign = make_role("Foreign", stranger.tenant)

    reply = send(administrator_browser, clients, add=[foreign.pk])

    assert reply.status_code == 422
    assert "Foreign" not in text_of(reply)


def test_bulk_roles_of_a_type_without_roles_are_refused(
    administrator_browser: Browser, clients: list[Client], reader: Role
) -> None:
    Client.objects.filter(pk=clients[0].pk).update(client_type="authorization-code")

    reply = send(administrator_browser, clients[:1], add=[reader.pk])

    assert "One: Clients of this type do not have roles." in text_of(reply)
