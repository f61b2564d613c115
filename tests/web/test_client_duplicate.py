"""Duplicate Client: Add Client filled in from another client, without its secrets."""

import re
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app import audit
from clients_app.models import AuditEvent, Client, Role, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.rules.names import copied_name
from clients_app.services.apis.may_call import MayCallDraft
from clients_app.services.apis.may_call import draft_of as may_call_of
from tests.credentials import insert_identities, insert_keys
from tests.factories import (
    let_call,
    make_api,
    make_application,
    make_client,
    make_tenant,
    role_id,
)
from tests.responses import HTMX, is_page, text_of, value_of

LIST = "/security/clients"


def window_of(browser: Browser, client: Client) -> Any:
    reply = browser.get(f"{LIST}/{client.pk}/duplicate", headers=HTMX)
    assert reply.status_code == 200
    assert not is_page(reply)
    return reply


def test_duplicate_fills_add_client_with_the_fields_of_the_client(
    administrator_browser: Browser, tenant: Tenant, administrator: Any, my_data_role: Role
) -> None:
    client = make_client(
        "Bridge",
        tenant,
        role_ids=frozenset({my_data_role.pk}),
        token_lifetime_s=600,
        description="North side",
        contact="ops@example.com",
        tags=("north", "pumps"),
        may_introspect=True,
    ).client
    client.owners.add(administrator)

    reply = window_of(administrator_browser, client)
    text = text_of(reply)

    said = (
        "The copy may call the same APIs and has the same switches for assertions. Secrets, public "
        "keys, federated identities and owners are not copied."
    )
    assert f"Filled in from Bridge. {said}" in text
    assert f'action="{LIST}/add"' in text
    assert value_of("name", reply) == "Bridge copy"
    assert value_of("token_lifetime", reply) == "600"
    assert value_of("contact", reply) == "ops@example.com"
    assert value_of("tags", reply) == "north, pumps"
    assert "North side" in text
    assert re.search(rf'value="{my_data_role.pk}" checked', text)
    assert re.search(r'name="may_introspect"[^>]* checked', text)
    assert Client.objects.count() == 1


def test_copy_may_call_what_the_client_may_call(
    administrator_browser: Browser, tenant: Tenant, draft: dict[str, Any]
) -> None:
    client, api = make_client("Bridge", tenant).client, make_api("Orders", tenant, "read", "write")
    let_call(client, api, built_in=False, default=api, Orders="read")
    copy_of = value_of("copy_of", window_of(administrator_browser, client))
    typed = {**draft, "copy_of": copy_of}

    second = administrator_browser.post(f"{LIST}/add", typed)
    assert value_of("copy_of", second) == str(client.pk)
    administrator_browser.post(f"{LIST}/register", typed)

    copy = Client.objects.get(name=draft["name"])
    assert may_call_of(copy) == MayCallDraft(
        built_in=False, apis={api.pk: frozenset({"read"})}, default_api_id=api.pk
    )
    assert copy.may_call_others
    event = AuditEvent.objects.get(action="client.added", client_id=copy.pk)
    assert [one.after for one in audit.changes(event) if one.label == "May call"] == [
        [f"{api.identifier} (read)"]
    ]


@pytest.mark.parametrize("client_type", ["client-credentials", "hybrid"])
def test_copy_has_the_switches_for_assertions_and_no_credential(
    administrator_browser: Browser, tenant: Tenant, draft: dict[str, Any], client_type: str
) -> None:
    urls = {"redirect_uris": ("https://a.example/",)} if client_type == "hybrid" else {}
    client = make_client("Bridge", tenant, client_type=client_type, **urls).client
    insert_keys(client, 2)
    insert_identities(client, 2)
    rules = {"demands_assertion_type": True, "accepts_token_endpoint_audience": True}
    Client.objects.filter(pk=client.pk).update(mutes_refused=True, **rules)
    of_type = "" if client_type == "client-credentials" else f"/{client_type}"
    typed = {**draft, "copy_of": str(client.pk)}
    if urls:
        typed["redirect_uris"] = "https://a.example/"

    administrator_browser.post(f"{LIST}/register{of_type}", typed)

    copy = Client.objects.get(name=draft["name"])
    assert {name: getattr(copy, name) for name in rules} == rules
    assert (copy.keys.count(), copy.identities.count(), copy.secrets.count()) == (0, 0, 1)
    assert not copy.mutes_refused
    event = AuditEvent.objects.get(action="client.added", client_id=copy.pk)
    assert "Accept the token endpoint as audience" in [one.label for one in audit.changes(event)]


def test_duplicate_of_a_client_without_secrets_names_none(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    client = make_application("Rooms", tenant)
    text = text_of(window_of(administrator_browser, client))
    assert "The copy may call the same APIs. Owners are not copied." in text


def test_copy_of_a_client_of_another_tenant_is_not_found(
    administrator_browser: Browser, draft: dict[str, Any]
) -> None:
    theirs = make_client("Theirs", make_tenant("Contoso")).client

    reply = administrator_browser.post(f"{LIST}/register", {**draft, "copy_of": str(theirs.pk)})

    assert reply.status_code == 404
    assert not Client.objects.filter(name=draft["name"]).exists()


def test_duplicate_has_a_name_that_is_free(administrator_browser: Browser, tenant: Tenant) -> None:
    client = make_client("Bridge", tenant).client
    make_client("BRIDGE copy", tenant)
    make_client("Bridge copy 2", tenant)

    assert value_of("name", window_of(administrator_browser, client)) == "Bridge copy 3"


def test_duplicate_of_an_administrator_is_confirmed_again(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    client = make_client("Root", tenant, TENANT_ADMINISTRATOR).client

    reply = window_of(administrator_browser, client)
    text = text_of(reply)

    administrator = role_id(tenant, TENANT_ADMINISTRATOR)
    assert re.search(rf'value="{administrator}" checked', text)
    assert not re.search(r'id="id_confirm_admin"[^>]* checked', text)


def test_duplicate_of_a_client_with_urls_has_its_urls(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    client = make_client(
        "Web",
        tenant,
        client_type="hybrid",
        redirect_uris=("https://a.example/", "https://b.example/"),
    ).client

    reply = window_of(administrator_browser, client)
    text = text_of(reply)

    assert f'action="{LIST}/add/hybrid"' in text
    assert "https://a.example/" in text
    assert "https://b.example/" in text


def test_duplicate_is_offered_to_those_who_may_add_clients(
    administrator_browser: Browser, colleague_browser: Browser, tenant: Tenant
) -> None:
    client = make_client("Bridge", tenant).client
    address = f"{LIST}/{client.pk}/duplicate"

    assert f'href="{address}"' in text_of(administrator_browser.get(f"{LIST}/{client.pk}"))
    assert address not in text_of(colleague_browser.get(f"{LIST}/{client.pk}"))
    assert colleague_browser.get(address).status_code == 403


@pytest.mark.parametrize(
    ("name", "number", "copy"),
    [
        ("Pump", 1, "Pump copy"),
        ("Pump", 12, "Pump copy 12"),
        ("x" * 195, 1, "x" * 195 + " copy"),
        ("x" * 196, 1, "x" * 195 + " copy"),
        ("x" * 194 + " y", 1, "x" * 194 + " copy"),
    ],
)
def test_copied_name_is_never_too_long(name: str, number: int, copy: str) -> None:
    assert copied_name(name, number) == copy
