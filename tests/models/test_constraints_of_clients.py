"""Constraints on clients and what belongs to them."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from clients_app.models import (
    Client,
    ClientOwner,
    ClientRole,
    ClientTag,
    ClientUrl,
    IssuedClientId,
    Person,
    PersonRole,
    RefusedHour,
    Role,
    Tenant,
    TenantHour,
    TokenUsage,
)
from tests.factories import insert_clients, insert_secrets, make_client, make_tenant
from tests.models.conftest import violates
from tests.moments import NOW


@pytest.mark.parametrize("seconds", [0, 59, 3601, 10**9])
def test_token_lifetime_out_of_range_is_violates(client: Client, seconds: int) -> None:
    """CLI-13: also without the services."""
    with violates("client_token_lifetime_range"):
        Client.objects.update(token_lifetime_s=seconds)


@pytest.mark.parametrize("seconds", [60, 3600])
def test_token_lifetime_in_range_is_saved(client: Client, seconds: int) -> None:
    assert Client.objects.update(token_lifetime_s=seconds) == 1


def test_negative_token_lifetime_is_violates(client: Client) -> None:
    with pytest.raises(IntegrityError):
        Client.objects.update(token_lifetime_s=-1)


def test_introspection_by_a_client_type_without_secrets_is_violates(client: Client) -> None:
    assert Client.objects.update(may_introspect=True) == 1
    assert Client.objects.update(client_type="hybrid") == 1
    with violates("client_type_may_introspect"):
        Client.objects.update(client_type="authorization-code")


def test_rotating_itself_by_a_client_type_for_people_is_violates(client: Client) -> None:
    assert Client.objects.update(may_rotate_own_secrets=True) == 1
    with violates("client_type_may_rotate_own_secrets"):
        Client.objects.update(client_type="hybrid")


@pytest.mark.parametrize(
    ("first", "second"),
    [("Pump 2", "PUMP 2"), ("Caf\u00e9", "cafe\u0301"), ("Straße", "STRASSE"), ("ΣΑΣ", "σας")],
)
def test_client_with_a_taken_name_is_violates(tenant: Tenant, first: str, second: str) -> None:
    insert_clients([first], tenant)

    with violates("client_name_unique"):
        insert_clients([second], tenant)


def test_client_with_the_name_of_a_removed_client_is_saved(client: Client) -> None:
    Client.objects.update(removed_at=NOW)
    again = insert_clients(["pump"], client.tenant)[0]

    with violates("client_name_unique"), transaction.atomic():
        Client.objects.filter(pk=client.pk).update(removed_at=None)
    Client.objects.filter(pk=again.pk).update(removed_at=NOW)
    insert_clients(["PUMP"], client.tenant)


def test_client_with_a_name_of_another_tenant_is_saved(client: Client) -> None:
    insert_clients(["Pump"], make_tenant("Contoso"))


def test_refresh_is_allowed_for_client_types_that_sign_people_in(client: Client) -> None:
    Client.objects.update(client_type="hybrid")
    assert Client.objects.update(allow_refresh_token=True) == 1


def test_reissued_client_id_is_violates(tenant: Tenant) -> None:
    """CLI-1."""
    client = make_client("Pump", tenant).client
    Client.objects.filter(pk=client.pk).update(removed_at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedClientId.objects.create(id=client.pk)
    Client.objects.filter(pk=client.pk).delete()  # as if it had been purged
    with pytest.raises(IntegrityError):
        IssuedClientId.objects.create(id=client.pk)


def test_duplicate_row_of_a_client_is_violates(client: Client, administrator: Person) -> None:
    role = Role.objects.first()
    secret = insert_secrets(client, 1)[0]
    rows: list[tuple[type[Model], dict[str, Any]]] = [
        (ClientRole, {"client": client, "role": role}),
        (ClientOwner, {"client": client, "person": administrator}),
        (ClientTag, {"client": client, "name": "north", "name_key": "north"}),
        (ClientUrl, {"client": client, "kind": "redirect", "url": "https://a.example/"}),
        (RefusedHour, {"client": client, "hour": NOW, "requests": 1}),
        (TenantHour, {"tenant": client.tenant, "hour": NOW}),
        (TokenUsage, {"client": client, "secret": secret, "hour": NOW, "last_at": NOW}),
    ]
    for table, values in rows:
        table._default_manager.create(**values)
        with pytest.raises(IntegrityError), transaction.atomic():
            table._default_manager.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonRole.objects.create(person=administrator, role=administrator.roles.first())


def test_url_of_an_unknown_kind_is_violates(client: Client) -> None:
    with violates("clienturl_kind_known"):
        ClientUrl.objects.create(client=client, kind="webhook", url="https://a.example/")


def test_hour_of_a_client_without_secrets_is_one_row(client: Client) -> None:
    TokenUsage.objects.create(client=client, hour=NOW, last_at=NOW)
    with pytest.raises(IntegrityError):
        TokenUsage.objects.create(client=client, hour=NOW, last_at=NOW)


@pytest.mark.parametrize(
    "values",
    [{"skips_consent": True}, {"client_uri": "https://a.example"}, {"logo_uri": "https://a.b/"}],
)
def test_what_people_see_of_a_client_that_they_never_see_is_violates(
    client: Client, values: dict[str, Any]
) -> None:
    with violates("client_type_signs_people_in"), transaction.atomic():
        Client.objects.update(**values)
    assert Client.objects.update(client_type="authorization-code", **values) == 1
