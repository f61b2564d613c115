"""APIs in the admin site: those that a tenant added can be added, edited and removed."""

import re

from django.test import Client as Browser
from django.urls import reverse

from clients_app import audit
from clients_app.models import Api, Tenant
from clients_app.selectors.apis.apis import callers_stamp
from clients_app.services.apis.drafts import ScopeDraft, draft_of
from tests.admin.conftest import Installation, expect_explained, last_event, list_of, page_of
from tests.factories import let_call, make_api, make_tenant
from tests.responses import text_of

ADD = "admin:clients_app_api_add"


def operation_address(name: str, api: Api) -> str:
    return reverse(f"admin:api-{name}", args=[api.pk])


def test_add_api_to_any_tenant_is_recorded(staff: Browser, tenant: Tenant) -> None:
    typed = {
        "tenant": str(tenant.pk),
        "name": " Stock ",
        "identifier": "urn:example:stock",
        "description": "Counts",
        "scopes": "read Read the stock\r\n\r\nwrite",
    }

    reply = staff.post(reverse(ADD), typed)

    api = Api.objects.get(custom_identifier="urn:example:stock")
    assert (reply.status_code, reply["Location"]) == (303, page_of(api))
    assert (api.tenant, api.name, api.created_by) == (tenant, "Stock", "ola")
    assert draft_of(api).scopes == (
        ScopeDraft(name="read", description="Read the stock"),
        ScopeDraft(name="write"),
    )
    assert last_event(tenant).action == "api.added"
    assert audit.first_fault(tenant.pk) is None


def test_api_invalid_field_is_explained_at_its_field(
    staff: Browser, installation: Installation
) -> None:
    make_api("Theirs", make_tenant("Elsewhere"), identifier="urn:example:theirs")
    good = {"tenant": str(installation.tenant.pk), "name": "New", "identifier": "urn:example:new"}
    expect_explained(
        staff,
        reverse(ADD),
        good,
        name={"": "Enter a name", "ORDERS": "There is an API named ORDERS already."},
        identifier={
            "orders": "Enter an absolute URI",
            "urn:example:theirs/": "reserved",
            installation.api.identifier: "There is an API with this Identifier",
        },
        scopes={'read\r\n"': "Enter scopes of 1 to 100 characters"},
    )
    assert not Api.objects.filter(name="New").exists()


def test_edit_api_changes_it_and_a_stale_form_does_not(
    staff: Browser, installation: Installation
) -> None:
    api = installation.api
    typed = {"name": "Orders 2", "identifier": api.identifier, "version": str(api.version)}

    assert staff.post(operation_address("edit", api), typed).status_code == 303
    stale = staff.post(operation_address("edit", api), {**typed, "name": "Orders 3"})

    assert stale.status_code == 422
    assert "Now: Orders 2" in text_of(stale)
    api.refresh_from_db()
    assert (api.name, api.scopes.count()) == ("Orders 2", 0)


def test_remove_api_lists_who_would_be_hit_and_only_removes_what_it_listed(
    staff: Browser, installation: Installation
) -> None:
    api, address = installation.api, operation_address("remove", installation.api)
    seen = callers_stamp(api)
    let_call(installation.client, api)

    page = text_of(staff.get(address))
    assert "1 client may call it." in page
    assert installation.client.name in page
    assert callers_stamp(api) in page

    reply = staff.post(address, {"seen": seen})
    assert reply.status_code == 422
    assert "has changed while this window was open" in text_of(reply)
    found = re.search('name="seen" value="([0-9a-f]+)"', text_of(reply))
    assert found is not None

    assert staff.post(address, {"seen": found[1]}).status_code == 303
    assert not Api.objects.filter(pk=api.pk).exists()


def test_built_in_api_is_shown_without_operations(
    staff: Browser, installation: Installation
) -> None:
    built_in = Api.objects.get(pk=installation.tenant.pk)

    page = text_of(staff.get(page_of(built_in)))

    assert "http://localhost:8000" in page
    assert "ocsapi" in page
    for name in ("edit", "remove"):
        assert operation_address(name, built_in) not in page
    assert staff.post(operation_address("remove", built_in)).status_code == 422
    assert Api.objects.filter(pk=built_in.pk).exists()


def test_list_of_apis_is_searched_by_identifier(staff: Browser, installation: Installation) -> None:
    page = text_of(staff.get(f"{list_of(Api)}?q={installation.api.identifier.upper()}"))

    assert page_of(installation.api) in page
    assert page_of(Api.objects.get(pk=installation.tenant.pk)) not in page
