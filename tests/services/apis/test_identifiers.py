"""Identifiers of APIs: unique in the installation, and never given to another tenant."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clients_app.errors import Conflict
from clients_app.models import Api, IssuedIdentifier, Tenant
from tests.factories import make_tenant
from tests.moments import NOW
from tests.services.apis.changes import add, edit, remove


def test_case_and_a_slash_at_the_end_make_another_identifier_of_the_same_tenant(tenant: Tenant):
    add(tenant)
    for number, identifier in enumerate(
        (
            "https://orders.example.com/",
            "https://orders.example.com/A",
            "https://orders.example.com/a",
        )
    ):
        add(tenant, name=f"Orders {number}", identifier=identifier)
    with pytest.raises(Conflict) as caught:
        add(tenant, name="Again")
    assert caught.value.field == "identifier"


@pytest.mark.parametrize(
    "identifier",
    [
        *(
            "https://orders.example.com",
            "https://orders.example.com/",
            "https://orders.example.com:443",
        ),
        *("https://portal.example.com", "https://portal.example.com/", "https://cds.example/Api"),
        "https://portal.example.com/identity/",
    ],
)
def test_what_looks_like_the_identifier_of_another_tenant_or_the_portal_is_refused(
    tenant: Tenant, settings: Any, identifier: str
):
    settings.PUBLIC_URL, settings.TOKEN_AUDIENCE = (
        "https://portal.example.com",
        "https://cds.example/api",
    )
    add(make_tenant("Contoso"))

    with pytest.raises(Conflict) as caught:
        add(tenant, identifier=identifier)

    assert caught.value.field == "identifier"
    assert "reserved" in str(caught.value)


def test_identifier_is_never_given_to_another_tenant_even_after_edit_and_removal(tenant: Tenant):
    contoso = make_tenant("Contoso")
    api = edit(add(contoso), identifier="urn:example:orders")
    remove(api)

    given = ("https://orders.example.com", "urn:example:orders", "urn:example:ORDERS")
    for number, identifier in enumerate(given):
        with pytest.raises(Conflict):
            add(tenant, identifier=identifier)
        add(contoso, name=f"Again {number}", identifier=identifier)
    assert set(IssuedIdentifier.objects.values_list("tenant", flat=True)) == {contoso.pk}


def test_database_keeps_identifiers_apart_and_the_built_in_api_in_its_place(tenant: Tenant):
    add(tenant)
    contoso = make_tenant("Contoso")
    times = {"created_at": NOW, "updated_at": NOW, "created_by": "x", "updated_by": "x"}
    for row in (
        Api(tenant=contoso, name="a", custom_identifier="https://orders.example.com", **times),
        Api(tenant=contoso, name="a", **times),
        Api(tenant=contoso, id=tenant.pk, name="a", custom_identifier="urn:ex:a", **times),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
