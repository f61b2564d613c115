"""The rules that the database enforces, also for writes that bypass the services."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from clients_app.models import (
    Api,
    AuditEvent,
    AuditHead,
    Authorization,
    Client,
    ClientSecret,
    Consent,
    Person,
    Role,
    Tenant,
)
from clients_app.rules.built_in_roles import TENANT_CUSTOM, TENANT_MEMBER, TENANT_VIEWER
from tests.factories import insert_secrets
from tests.models.conftest import violates
from tests.moments import NOW, SECOND


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


def test_taken_username_or_mail_address_is_violates(administrator: Person, tenant: Tenant) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(tenant=tenant, username="MARA")
    Person.objects.create(tenant=tenant, username="ann", email="Ann@example.com")
    Person.objects.create(tenant=tenant, username="bob")
    Person.objects.create(tenant=tenant, username="cyd")
    with pytest.raises(IntegrityError):
        Person.objects.create(tenant=tenant, username="dan", email="ann@EXAMPLE.com")


def test_duplicate_sequence_in_a_tenant_is_violates(tenant: Tenant) -> None:
    first = AuditEvent.objects.for_tenant(tenant.pk).first()
    assert first is not None
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
