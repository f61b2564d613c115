"""A client that becomes privileged keeps only the secrets that were chosen (CLI-15)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clients_app.models import AuditEvent, Client, ClientSecret, Person, Tenant
from clients_app.rules.built_in_roles import (
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_AUDITOR,
    TENANT_VIEWER,
)
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft
from tests.actors import actor_for
from tests.conftest import Machine, browser_of
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_person, role_id
from tests.moments import SECOND
from tests.responses import HTMX, text_of

Address = Callable[..., str]
INTROSPECTION = "may_introspect"
GAINS = [TENANT_ADMINISTRATOR, TENANT_AUDITOR, SECRET_ROTATOR, INTROSPECTION]
#: the windows that can give each of them
WAYS = [(way, gain) for way in ("/edit", "/roles/edit") for gain in GAINS][:-1]


@pytest.fixture
def rolfs_secret(machine: Machine, tenant: Tenant) -> ClientSecret:
    """A live secret that a Secret Rotator added."""
    rolf = actor_for(make_person("rolf", tenant, SECRET_ROTATOR))
    draft = SecretDraft(description="for the night shift", expires_at=None)
    return add_secret(machine.client, draft, actor=rolf, now=timezone.now()).secret


@pytest.fixture
def gaining(tenant: Tenant, machine: Machine) -> Callable[[Any], dict[str, Any]]:
    """A function that returns the form data with which the client gains something."""

    def gaining(gain: Any) -> dict[str, Any]:
        typed = {"version": "1", "name": machine.client.name, "token_lifetime": "3600"}
        if gain == INTROSPECTION:
            return typed | {"may_introspect": "on"}
        return typed | {"roles": [str(role_id(tenant, gain))], "confirm_admin": "on"}

    return gaining


@pytest.fixture
def assign(
    administrator_browser: Browser, gaining: Callable[[Any], dict[str, Any]], address: Address
) -> Callable[..., int]:
    """A function that sends Edit Roles with a role and more, and returns the status."""

    def assign(gain: Any, **more: Any) -> int:
        return administrator_browser.post(address("/roles/edit"), gaining(gain) | more).status_code

    return assign


def live(client: Client) -> set[int]:
    return set(client.secrets.live(timezone.now()).values_list("pk", flat=True))


@pytest.mark.both_databases
@pytest.mark.parametrize(("way", "gain"), WAYS)
def test_client_gains_a_privilege_only_after_a_choice_about_its_secrets(
    administrator_browser: Browser,
    machine: Machine,
    rolfs_secret: ClientSecret,
    gaining: Callable[[Any], dict[str, Any]],
    address: Address,
    way: str,
    gain: Any,
) -> None:
    typed = gaining(gain) | {"kept_secrets": [str(machine.secret.pk)]}

    refused = administrator_browser.post(address(way), typed, headers=HTMX)
    assert refused.status_code == 422
    assert "confirm that the others are removed" in text_of(refused)
    assert "for the night shift" in text_of(refused)
    assert "Added by rolf" in text_of(refused)
    assert live(machine.client) == {machine.secret.pk, rolfs_secret.pk}
    machine.client.refresh_from_db()
    assert machine.client.version == 1

    agreed = administrator_browser.post(
        address(way), typed | {"removes_secrets": "on"}, headers=HTMX
    )
    assert agreed.status_code == 204
    assert live(machine.client) == {machine.secret.pk}
    *_, removed, changed = AuditEvent.objects.order_by("sequence")
    assert (removed.action, removed.object_name) == ("client.secret.removed", str(rolfs_secret))
    assert f'"kept_secrets":["{machine.secret}"]' in changed.canonical


@pytest.mark.both_databases
@pytest.mark.parametrize(("way", "gain"), WAYS)
def test_client_gains_a_privilege_only_without_its_keys_and_identities(
    administrator_browser: Browser,
    machine: Machine,
    gaining: Callable[[Any], dict[str, Any]],
    address: Address,
    way: str,
    gain: Any,
) -> None:
    """A Secret Rotator may add them, and would have the new rights with them."""
    insert_keys(machine.client, 1, description="Night key", expires_at=None)
    insert_identities(machine.client, 1, description="Night job", expires_at=None)
    typed = gaining(gain) | {"kept_secrets": [str(machine.secret.pk)]}

    refused = administrator_browser.post(address(way), typed, headers=HTMX)
    assert refused.status_code == 422
    assert "with all keys and identities" in text_of(refused)
    assert text_of(refused).count("Night key") == 1
    assert text_of(refused).count("Night job") == 1
    assert machine.client.keys.present().count() == 1

    agreed = administrator_browser.post(
        address(way), typed | {"removes_secrets": "on"}, headers=HTMX
    )
    assert agreed.status_code == 204
    assert not machine.client.keys.present().exists()
    assert not machine.client.identities.present().exists()
    assert live(machine.client) == {machine.secret.pk}
    removed = {"client.key.removed", "client.identity.removed"}
    assert AuditEvent.objects.filter(action__in=removed).count() == 2


@pytest.mark.both_databases
def test_client_that_becomes_privileged_may_keep_all_its_secrets(
    machine: Machine, rolfs_secret: ClientSecret, assign: Callable[..., int]
) -> None:
    kept = {machine.secret.pk, rolfs_secret.pk}

    assert assign(TENANT_AUDITOR, kept_secrets=[str(pk) for pk in kept]) == 303
    assert live(machine.client) == kept


def test_secret_added_while_the_window_was_open_does_not_stay(
    administrator_browser: Browser,
    machine: Machine,
    assign: Callable[..., int],
    address: Address,
    request: pytest.FixtureRequest,
) -> None:
    administrator_browser.get(address("/roles/edit"))
    added = request.getfixturevalue("rolfs_secret")

    chosen = {"kept_secrets": [str(machine.secret.pk)]}
    assert assign(TENANT_AUDITOR, **chosen) == 422
    assert assign(TENANT_AUDITOR, **chosen, removes_secrets="on") == 303
    assert added.pk not in live(machine.client)


@pytest.mark.both_databases
def test_secret_that_expired_just_now_is_removed_so_that_its_tokens_end(
    machine: Machine, rolfs_secret: ClientSecret, assign: Callable[..., int]
) -> None:
    now = timezone.now()
    both = ClientSecret.objects.filter(client=machine.client)
    both.update(created_at=now - 9000 * SECOND, expires_at=now - 5 * SECOND)
    both.filter(pk=machine.secret.pk).update(expires_at=now - 3601 * SECOND)

    assert assign(TENANT_AUDITOR) == 303
    assert list(both.filter(removed_at=None)) == [machine.secret]


def test_client_that_gains_nothing_keeps_its_secrets(
    tenant: Tenant, machine: Machine, rolfs_secret: ClientSecret, assign: Callable[..., int]
) -> None:
    assert assign(TENANT_VIEWER) == 303
    machine.client.roles.add(role_id(tenant, TENANT_AUDITOR))
    assert assign(TENANT_VIEWER, version="2") == 303
    assert live(machine.client) == {machine.secret.pk, rolfs_secret.pk}


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize("gain", GAINS)
@pytest.mark.parametrize("who", ["rotator", "owner"])
def test_secrets_of_a_privileged_client_are_changed_by_tenant_administrators_only(
    machine: Machine,
    tenant: Tenant,
    administrator: Person,
    administrator_browser: Browser,
    address: Address,
    gain: Any,
    who: str,
) -> None:
    person = make_person("rolf", tenant, *([SECRET_ROTATOR] if who == "rotator" else []))
    if who == "owner":
        machine.client.owners.add(person)
    if gain == INTROSPECTION:
        Client.objects.filter(pk=machine.client.pk).update(may_introspect=True)
    else:
        machine.client.roles.add(role_id(tenant, gain))
    one = f"/secrets/{machine.secret.pk}"
    ways = ["/secrets/add", f"{one}/rotate", f"{one}/remove"]
    ways += ["/edit", f"{one}/edit"] if who == "owner" else []

    browser = browser_of(person)
    for way in ways:
        assert browser.get(address(way)).status_code == 403
        assert browser.post(address(way), {"confirm": "on"}).status_code == 403
        assert administrator_browser.get(address(way)).status_code == 200
    listed = text_of(browser.get(address("/secrets")))
    assert not [way for way in ways if address(way) in listed]
