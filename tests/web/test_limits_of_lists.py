"""The limits of how many: the last one is taken, one more is refused (CLI-5)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Client, ClientSecret, Tenant
from clients_app.rules.built_in_roles import TENANT_MEMBER
from tests.conftest import Machine
from tests.factories import insert_clients, insert_secrets, make_person, make_role
from tests.responses import HTMX

pytestmark = pytest.mark.both_databases

LIST = "/security/clients"
REGISTER = "/security/clients/register"
Register = Callable[..., int]


@pytest.fixture
def register(administrator_browser: Browser, draft: dict[str, Any]) -> Register:
    """A function that adds a client with these fields, and returns the status."""

    def register(**fields: str | list[str]) -> int:
        return administrator_browser.post(REGISTER, draft | fields).status_code

    return register


@pytest.mark.parametrize(("count", "is_taken"), [(20, True), (21, False)])
def test_client_has_at_most_20_tags(register: Register, count: int, is_taken: bool) -> None:
    status = register(tags=", ".join(f"tag {number}" for number in range(count)))

    assert status == (200 if is_taken else 422)
    assert Client.objects.exists() is is_taken


@pytest.mark.parametrize(("count", "is_taken"), [(25, True), (26, False)])
def test_client_has_at_most_25_roles(
    register: Register, tenant: Tenant, count: int, is_taken: bool
) -> None:
    """Tenant Member, which each client has, is one of them."""
    roles = [str(make_role(f"R{number}", tenant).pk) for number in range(count - 1)]

    assert register(roles=roles) == (200 if is_taken else 422)
    if is_taken:
        held = Client.objects.get().roles.all()
        assert len(held) == count
        assert TENANT_MEMBER in {role.role_type_id for role in held}


@pytest.mark.parametrize(("last_name", "is_taken"), [(42, True), (43, False)])
def test_roles_of_a_client_take_at_most_2048_bytes_of_a_token(
    register: Register, tenant: Tenant, last_name: int, is_taken: bool
) -> None:
    """Each takes its name and 42 bytes more; Tenant Member takes 55."""
    names = [f"{number:02}".ljust(41, "r") for number in range(23)] + ["r" * last_name]
    roles = [str(make_role(name, tenant).pk) for name in names]

    assert register(roles=roles) == (200 if is_taken else 422)
    assert Client.objects.exists() is is_taken


@pytest.mark.parametrize(("count", "is_taken"), [(20, True), (21, False)])
@pytest.mark.parametrize("door", ["edit", "bulk"])
def test_client_has_at_most_20_owners(
    administrator_browser: Browser,
    machine: Machine,
    tenant: Tenant,
    edit_client_address: str,
    edit_client_form: dict[str, str],
    door: str,
    count: int,
    is_taken: bool,
) -> None:
    people = [make_person(f"p{number}", tenant) for number in range(count)]
    if door == "edit":
        path, form = edit_client_address, edit_client_form
    else:
        path, form = f"{LIST}/bulk/owners", {"clients": str(machine.client.pk)}
        machine.client.owners.add(*people[:19])
        people = people[19:]
    typed = form | {"owners": [str(person.pk) for person in people]}
    reply = administrator_browser.post(path, typed, headers=HTMX)

    assert reply.status_code == (204 if is_taken else 422)
    before = 0 if door == "edit" else 19
    assert machine.client.owners.count() == (20 if is_taken else before)


@pytest.mark.parametrize("field", ["redirect_uris", "post_logout_redirect_uris"])
def test_client_has_at_most_10_urls_of_a_kind(
    register_application: Callable[..., int], field: str
) -> None:
    urls = [f"https://map.example/{number}" for number in range(11)]
    assert register_application(**{field: urls}) == 422
    assert not Client.objects.exists()

    assert register_application(**{field: urls[1:]}) == 200
    assert Client.objects.get().urls.filter(url__in=urls).count() == 10


@pytest.mark.parametrize(("live", "is_taken"), [(9, True), (10, False)])
def test_client_has_at_most_10_live_secrets(
    administrator_browser: Browser,
    machine: Machine,
    address: Callable[..., str],
    draft: dict[str, Any],
    now: datetime,
    live: int,
    is_taken: bool,
) -> None:
    insert_secrets(machine.client, live - 1)
    insert_secrets(machine.client, 3, expires_at=now - timedelta(seconds=1))
    insert_secrets(machine.client, 3, removed_at=now, removed_by="x")
    reply = administrator_browser.post(address("/secrets/add"), draft)

    assert reply.status_code == (200 if is_taken else 422)
    assert ClientSecret.objects.live(now).count() == 10


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize(("count", "is_taken"), [(400, True), (401, False)])
def test_bulk_operation_is_of_at_most_400_clients(
    administrator_browser: Browser, tenant: Tenant, count: int, is_taken: bool
) -> None:
    clients = insert_clients([f"Pump {number}" for number in range(count)], tenant)
    sent = {"clients": [str(client.pk) for client in clients]}
    reply = administrator_browser.post(f"{LIST}/bulk/disable", sent, headers=HTMX)

    assert reply.status_code == (204 if is_taken else 422)
    assert Client.objects.filter(is_enabled=False).count() == (400 if is_taken else 0)
