"""The rules that the database enforces, also for writes that bypass the services."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model, ProtectedError

from clients_app.models import (
    Api,
    AuditEvent,
    AuditHead,
    Authorization,
    Client,
    ClientOwner,
    ClientRole,
    ClientSecret,
    ClientTag,
    ClientUrl,
    Consent,
    IssuedClientId,
    Person,
    PersonRole,
    RefusedHour,
    Role,
    Tenant,
    TenantHour,
    TokenUsage,
)
from clients_app.rules.built_in_roles import TENANT_CUSTOM, TENANT_MEMBER, TENANT_VIEWER
from tests.factories import insert_clients, insert_secrets, make_client, make_tenant
from tests.models.conftest import violates
from tests.moments import NOW, SECOND


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


@pytest.mark.parametrize(
    ("table", "column", "value", "constraint"),
    [
        (Client, "name", "", "client_name_not_empty"),
        (Role, "name", "", "role_name_not_empty"),
        (Tenant, "name", "", "tenant_name_not_empty"),
        (Person, "username", "", "person_username_not_empty"),
        (Client, "client_type", "implicit", "client_client_type_known"),
        (Client, "id", UUID(int=0), "client_id_not_nil"),
        (Client, "allow_refresh_token", True, "client_type_may_refresh"),
        (Role, "role_type_id", UUID(int=1), "role_type_known"),
        (Person, "theme", "pink", "person_theme_known"),
        (ClientSecret, "tag", b"7 bytes", "secret_tag_and_last_four"),
        (ClientSecret, "tag", b"9 bytes !", "secret_tag_and_last_four"),
        (ClientSecret, "last_four", "abc", "secret_tag_and_last_four"),
    ],
)
def test_invalid_value_of_a_column_is_violates(
    client: Client, administrator: Person, table: Any, column: str, value: Any, constraint: str
) -> None:
    insert_secrets(client, 1)
    row = table.objects.first()
    with violates(constraint):
        table.objects.filter(pk=row.pk).update(**{column: value})


def test_refresh_is_allowed_for_client_types_that_sign_people_in(client: Client) -> None:
    Client.objects.update(client_type="hybrid")
    assert Client.objects.update(allow_refresh_token=True) == 1


def test_second_built_in_role_of_a_type_is_violates(tenant: Tenant) -> None:
    with violates("built_in_role_unique"):
        Role.objects.create(tenant=tenant, role_type_id=TENANT_MEMBER, name="Another member")


def test_update_to_a_taken_built_in_role_type_is_violates(tenant: Tenant) -> None:
    with violates("built_in_role_unique"):
        Role.objects.filter(role_type_id=TENANT_VIEWER).update(role_type_id=TENANT_MEMBER)


def test_custom_role_with_a_taken_name_is_violates(tenant: Tenant) -> None:
    Role.objects.create(tenant=tenant, role_type_id=TENANT_CUSTOM, name="One")
    Role.objects.create(tenant=tenant, role_type_id=TENANT_CUSTOM, name="Two")
    with violates("role_name_unique"):
        Role.objects.create(tenant=tenant, role_type_id=TENANT_CUSTOM, name="ONE")


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


def test_taken_username_or_mail_address_is_violates(administrator: Person, tenant: Tenant) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(tenant=tenant, username="MARA")
    Person.objects.create(tenant=tenant, username="ann", email="Ann@example.com")
    Person.objects.create(tenant=tenant, username="bob")
    Person.objects.create(tenant=tenant, username="cyd")
    with pytest.raises(IntegrityError):
        Person.objects.create(tenant=tenant, username="dan", email="ann@EXAMPLE.com")


def test_duplicate_sequence_in_a_tenant_is_violates(tenant: Tenant) -> None:
    first = AuditEvent.objects.get()
    first.pk = None
    with violates("audit_sequence_unique"):
        first.save(force_insert=True)


def test_deleting_a_tenant_with_rows_is_violates(tenant: Tenant) -> None:
    tenants = Tenant.objects.filter(pk=tenant.pk)
    with pytest.raises(ProtectedError):
        tenants.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        _delete_past_the_orm(tenants)
    assert AuditHead.objects.filter(tenant=tenant).exists()


def _delete_past_the_orm(rows: Any) -> None:
    rows._raw_delete("default")
    connection.check_constraints()  # otherwise checked when the transaction ends


def test_saving_only_the_name_updates_its_key(client: Client) -> None:
    client.name = "VALVE"
    client.save(update_fields=["name"])

    assert Client.objects.get().name_key == "valve"


def test_secret_stops_being_live_and_listed_to_the_second(client: Client) -> None:
    never, ending, ended = (
        insert_secrets(client, 1, expires_at=end)[0] for end in (None, NOW + SECOND, NOW)
    )
    insert_secrets(client, 1, removed_at=NOW)

    assert set(ClientSecret.objects.live(NOW)) == {never, ending}
    assert set(ClientSecret.objects.live(NOW + SECOND)) == {never}
    assert set(ClientSecret.objects.live(NOW - SECOND)) == {never, ending, ended}
    assert set(ClientSecret.objects.live(NOW)) == {never, ending}


def test_consent_is_one_row_for_each_api_and_one_for_none(
    client: Client, administrator: Person
) -> None:
    api = Api.objects.get(pk=client.tenant_id)
    for of_api in (api, None):
        values = {"person": administrator, "client": client, "api": of_api, "granted_at": NOW}
        Consent.objects.create(**values)
        with pytest.raises(IntegrityError), transaction.atomic():
            Consent.objects.create(**values)


def test_authorization_that_ended_for_no_reason_is_violates(
    client: Client, administrator: Person
) -> None:
    at = {"auth_time": NOW, "created_at": NOW, "expires_at": NOW}
    Authorization.objects.create(client=client, person=administrator, access_version=1, **at)
    for values in ({"ended_at": NOW}, {"ended_why": "withdrawn"}):
        with violates("authorization_ended_for_a_reason"), transaction.atomic():
            Authorization.objects.update(**values)
    with violates("authorization_ended_why_known"):
        Authorization.objects.update(ended_at=NOW, ended_why="bored")


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
