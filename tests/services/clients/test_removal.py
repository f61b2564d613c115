"""Removing a client, and restoring it within thirty days."""

import json
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from clients_app.errors import Conflict, Forbidden, NotFound, RuleBroken
from clients_app.models import (
    AuditEvent,
    Client,
    ClientKey,
    ClientSecret,
    FederatedIdentity,
    IssuedClientId,
    Person,
)
from clients_app.rules.built_in_roles import TENANT_VIEWER
from clients_app.services.clients.removal import asks_for_name, remove_client, restore_client
from tests.actors import actor_for, command_line_in
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_clients, insert_secrets, make_client, make_person
from tests.moments import NOW, SECOND
from tests.refused_values import refused_at

DAY = timedelta(days=1)


def remove(client: Client, typed_name: str = "") -> Client:
    actor = command_line_in(client.tenant)
    return remove_client(client, typed_name=typed_name, actor=actor, now=NOW)


def restore(client: Client, **options: object) -> Client:
    actor = command_line_in(client.tenant)
    return restore_client(client.pk, **{"actor": actor, "now": NOW, **options})


def test_removal_also_removes_the_secrets(client: Client) -> None:
    insert_secrets(client, 2)

    remove(client)

    row = Client.objects.get()
    assert (row.removed_at, row.removed_by, row.next_expires_at) == (NOW, "command line", None)
    assert not ClientSecret.objects.live(NOW).exists()
    assert IssuedClientId.objects.filter(pk=client.pk).exists()
    with pytest.raises(NotFound):
        remove(client)


def test_removal_also_removes_keys_and_identities_which_no_restore_brings_back(
    client: Client,
) -> None:
    insert_keys(client, 2)
    insert_identities(client, 1)

    remove(client)
    back = restore(client)

    for table in (ClientKey, FederatedIdentity):
        assert not table.objects.present().exists()
        assert set(table.objects.values_list("removed_at", "removed_by")) == {(NOW, "command line")}
    assert (back.next_expires_at, back.last_expires_at) == (None, None)
    removed = AuditEvent.objects.get(action="client.removed")
    counted = {"federated_identities": 1, "public_keys": 2, "secrets": 1}
    assert json.loads(removed.canonical)["before"] == counted


def test_removal_of_a_client_in_use_needs_its_name(client: Client) -> None:
    Client.objects.update(last_token_at=NOW - DAY + SECOND)
    for typed in ("", "pump", "Pump 2"):
        with refused_at("typed_name"):
            remove(client, typed)

    assert remove(client, " Pump ").removed_at == NOW


def test_removal_asks_for_the_name_only_after_recent_use() -> None:
    assert not asks_for_name(Client(last_token_at=None), now=NOW)
    assert not asks_for_name(Client(last_token_at=NOW - DAY), now=NOW)
    assert asks_for_name(Client(last_token_at=NOW - DAY + SECOND), now=NOW)


def test_restored_client_is_disabled_and_has_no_secrets(client: Client) -> None:
    remove(client)

    back = restore(client)

    assert (back.pk, back.name, back.is_enabled, back.removed_at) == (
        client.pk,
        "Pump",
        False,
        None,
    )
    assert not ClientSecret.objects.live(NOW).exists()
    with pytest.raises(NotFound):
        restore(client)


def test_restore_after_thirty_days_is_not_found(client: Client) -> None:
    remove(client)

    with pytest.raises(NotFound):
        restore(client, now=NOW + 30 * DAY)
    assert restore(client, now=NOW + 30 * DAY - SECOND).removed_at is None


def test_restore_with_a_taken_name_gets_another_name(client: Client) -> None:
    remove(client)
    make_client("PUMP", client.tenant)

    with pytest.raises(Conflict) as refusal:
        restore(client)
    assert refusal.value.field == "name"
    assert restore(client, name="Pump 2").name == "Pump 2"
    assert Client.objects.get(pk=client.pk).name_key == "pump 2"


def test_restore_into_a_full_tenant_is_refused(client: Client, settings: Settings) -> None:
    remove(client)
    insert_clients(["Valve"], client.tenant)
    settings.CLIENTS_PER_TENANT = 1

    with pytest.raises(RuleBroken):
        restore(client)
    assert Client.objects.get(pk=client.pk).removed_at == NOW


def test_removal_and_restore_without_permission_are_refused(
    client: Client, stranger: Person
) -> None:
    vic, zofia = actor_for(make_person("vic", client.tenant, TENANT_VIEWER)), actor_for(stranger)

    with pytest.raises(Forbidden):
        remove_client(client, actor=vic, now=NOW)
    with pytest.raises(NotFound):
        remove_client(client, actor=zofia, now=NOW)
    remove(client)
    with pytest.raises(Forbidden):
        restore(client, actor=vic)
    with pytest.raises(NotFound):
        restore(client, actor=zofia)
