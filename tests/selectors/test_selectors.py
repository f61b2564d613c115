"""Selectors: limited to one tenant, in a constant number of queries."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.errors import NotFound
from clients_app.models import Client, ClientTag, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_MEMBER, TENANT_VIEWER
from clients_app.selectors.activity.events import recent_events_of
from clients_app.selectors.clients.attention import attention
from clients_app.selectors.clients.lookup import get_client, get_removed_client, name_is_taken
from clients_app.selectors.clients.usage import client_summary
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.selectors.roles.roles import roles_of_client, roles_with_counts, tenant_roles
from clients_app.selectors.secrets.lookup import get_secret, listed_secrets
from clients_app.selectors.tenants import installation
from clients_app.selectors.tenants.sidebar import sidebar_counts
from tests.factories import (
    insert_clients,
    insert_secrets,
    insert_usage,
    make_client,
    make_person,
    make_role,
    make_tenant,
    role_id,
)
from tests.moments import NOW, SECOND
from tests.selectors.clients.client_lists import DAY, names_of, page_of


def add_related_rows(client: Client) -> None:
    """Add roles, tags, secrets and usage to a client."""
    client.roles.add(*client.tenant.roles.all())
    ClientTag.objects.create(client=client, name="North", name_key="north")
    for secret in insert_secrets(client, 3):
        insert_usage(secret, NOW, last_at=NOW, tokens=5)


def queries_of(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        read()
    return len(queries)


def test_number_of_queries_is_the_same_for_one_client_and_sixty(tenant: Tenant) -> None:
    reads: dict[str, Callable[[], object]] = {
        "page": lambda: page_of(tenant),
        "filtered": lambda: page_of(tenant, q="n"),
        "attention": lambda: attention(tenant.pk, now=NOW),
        "roles": lambda: roles_with_counts(tenant.pk),
        "sidebar": lambda: sidebar_counts(tenant.pk),
        "secrets": lambda: listed_secrets(client, now=NOW),
        "summary": lambda: client_summary(client, now=NOW),
        "activity": lambda: recent_events_of(tenant.pk, client.pk),
    }
    client = insert_clients(["North 0"], tenant)[0]
    add_related_rows(client)
    few = {name: queries_of(read) for name, read in reads.items()}

    for other in insert_clients((f"North {n}" for n in range(1, 60)), tenant):
        add_related_rows(other)
    insert_secrets(client, 30)
    make_role("Another", tenant)

    assert {name: queries_of(read) for name, read in reads.items()} == few
    assert max(few.values()) <= 8


def test_removed_client_is_not_found(tenant: Tenant) -> None:
    gone, kept = insert_clients(["gone", "kept"], tenant)
    Client.objects.filter(pk=gone.pk).update(removed_at=NOW)

    assert names_of(tenant) == ["kept"]
    assert sidebar_counts(tenant.pk).clients == 1
    assert not name_is_taken(tenant.pk, "gone")
    with pytest.raises(NotFound):
        get_client(tenant.pk, gone.pk)
    assert get_client(tenant.pk, kept.pk) == kept


def test_removed_client_can_be_looked_up_for_thirty_days(tenant: Tenant) -> None:
    gone = insert_clients(["gone"], tenant)[0]
    for removed_at, found in ((NOW - 30 * DAY + SECOND, True), (NOW - 30 * DAY - SECOND, False)):
        Client.objects.update(removed_at=removed_at)
        if found:
            assert get_removed_client(tenant.pk, gone.pk, now=NOW) == gone
        else:
            with pytest.raises(NotFound):
                get_removed_client(tenant.pk, gone.pk, now=NOW)


def test_rows_of_another_tenant_are_not_found(tenant: Tenant) -> None:
    other = make_tenant("Contoso")
    theirs = make_client("Pump", other, tags=("north",)).client
    make_role("Theirs", other)

    assert page_of(tenant).total == 0
    assert names_of(tenant, q="pump") == names_of(tenant, q="north") == []
    assert names_of(tenant, q=str(theirs.pk)) == []
    assert sidebar_counts(tenant.pk) == (0, 7, 1, 0)
    assert "Theirs" not in [role.name for role in tenant_roles(tenant.pk)]
    assert recent_events_of(tenant.pk, theirs.pk) == []
    for nowhere in (theirs.pk, uuid4(), UUID(int=0)):
        with pytest.raises(NotFound, match="There is no such client"):
            get_client(tenant.pk, nowhere)


def test_roles_are_in_the_order_of_the_screen(tenant: Tenant) -> None:
    zebra, apple = make_role("zebra", tenant), make_role("Apple", tenant)
    client = insert_clients(["a"], tenant)[0]
    client.roles.add(zebra, apple, role_id(tenant, TENANT_MEMBER))

    assert page_of(tenant).clients[0].role_names == ["Apple", "zebra", "Tenant Member"]
    assert [role.name for role in roles_of_client(client)] == [
        "Tenant Member",
        "Apple",
        "zebra",
    ]
    assert [role.name for role in tenant_roles(tenant.pk)][:3] == [
        "Apple",
        "zebra",
        "Secret Rotator",
    ]


def test_role_counts_exclude_removed_clients(tenant: Tenant) -> None:
    role = make_role("MyData", tenant)
    clients = insert_clients(["a", "b", "gone"], tenant)
    for client in clients:
        client.roles.add(role)
    Client.objects.filter(name="gone").update(removed_at=NOW)
    make_person("ann", tenant).roles.add(role)

    held = roles_with_counts(tenant.pk)[0]
    assert (held.client_count, held.person_count) == (2, 1)


def test_secrets_are_listed_newest_first_with_their_usage(tenant: Tenant) -> None:
    client = insert_clients(["a"], tenant)[0]
    old, new, _ = insert_secrets(client, 3)
    insert_secrets(client, 1, removed_at=NOW)
    insert_secrets(client, 1, expires_at=NOW - 90 * DAY)
    for hours, tokens, address in ((1, 3, "192.0.2.1"), (2, 4, "192.0.2.2"), (24 * 8, 100, None)):
        hour = NOW - timedelta(hours=hours)
        insert_usage(old, hour, last_at=hour, tokens=tokens, last_address=address)

    secrets = listed_secrets(client, now=NOW)

    assert [secret.pk for secret in secrets] == [old.pk + 2, new.pk, old.pk]
    assert (secrets[2].tokens_7_days, secrets[2].last_used_address) == (7, "192.0.2.1")
    assert secrets[2].last_used_at == NOW - timedelta(hours=1)
    assert (secrets[1].tokens_7_days, secrets[1].last_used_at) == (0, None)
    summary = client_summary(client, now=NOW)
    assert (summary.tokens_7_days, summary.last_address) == (7, "192.0.2.1")
    assert get_secret(client, old.pk, now=NOW).tokens_7_days == 7


def test_secret_is_found_only_for_its_own_client(tenant: Tenant) -> None:
    mine, other = insert_clients(["mine", "other"], tenant)
    secret = insert_secrets(other, 1)[0]

    for secret_id in (secret.pk, 0, 2**63, 10**30):
        with pytest.raises(NotFound):
            get_secret(mine, secret_id, now=NOW)


def test_client_without_usage_has_empty_summary(tenant: Tenant) -> None:
    client = insert_clients(["a"], tenant)[0]

    summary = client_summary(client, now=NOW)
    assert (summary.tokens_7_days, summary.last_address) == (0, None)
    assert listed_secrets(client, now=NOW) == []


def test_recent_events_of_a_client_are_newest_first(tenant: Tenant) -> None:
    client = make_client("Pump", tenant).client
    make_client("Valve", tenant)

    actions = [event.action for event in recent_events_of(tenant.pk, client.pk)]
    assert actions == ["client.secret.added", "client.added"]
    last = recent_events_of(tenant.pk, client.pk, limit=1)
    assert [event.action for event in last] == ["client.secret.added"]


def test_tenant_is_found_by_its_name(tenant: Tenant) -> None:
    assert installation.find_tenant(tenant.name) == tenant
    assert installation.first_tenant() == tenant
    with pytest.raises(NotFound, match="name or id Nowhere"):
        installation.find_tenant("Nowhere")


def test_people_who_administer_are_active_administrators(
    tenant: Tenant, administrator: Person
) -> None:
    make_person("vic", tenant, TENANT_VIEWER)
    idle = make_person("idle", tenant, TENANT_ADMINISTRATOR)
    Person.objects.filter(pk=idle.pk).update(is_active=False)

    assert list(people_who_administer(tenant.pk)) == [administrator]
    assert installation.administrators_exist()
    Person.objects.filter(pk=administrator.pk).update(is_active=False)
    assert not installation.administrators_exist()
