"""What a person let a client have, so that they are not asked again: AUT-7."""

from typing import Any

import pytest

from clients_app.models import Api, AuditEvent, Authorization, Client, Consent, Person, Tenant
from clients_app.rules.targets import Chosen, custom_target, identity_target
from clients_app.services.authorizations.consents import allowed, grant, withdraw
from tests.actors import actor_for
from tests.factories import make_api, make_client, make_person
from tests.moments import NOW

IDENTITY = identity_target("https://portal.example")


@pytest.fixture
def person(tenant: Tenant) -> Person:
    return make_person("ann", tenant)


@pytest.fixture
def client(tenant: Tenant) -> Client:
    urls = ("https://app.example/",)
    return make_client("App", tenant, client_type="hybrid", redirect_uris=urls).client


@pytest.fixture
def api(tenant: Tenant) -> Api:
    return make_api("Orders", tenant, "read", "write")


def chosen(api: Api | None, scope: str = "", identity: str = "") -> Chosen:
    target = IDENTITY
    if api is not None:
        target = custom_target(str(api.pk), api.identifier, ("read", "write"))
    return Chosen(target, scope, scope, is_named=False, identity_scope=identity)


def by(person: Person) -> dict[str, Any]:
    return {"actor": actor_for(person), "now": NOW}


def test_consents_add_up(person: Person, client: Client, api: Api) -> None:
    assert not allowed(person, client, chosen(api, "read"))

    grant(person, client, chosen(api, "read", "openid"), **by(person))
    assert allowed(person, client, chosen(api, "read"))
    assert allowed(person, client, chosen(api, "read", "openid"))
    assert allowed(person, client, chosen(None, identity="openid"))
    assert not allowed(person, client, chosen(api, "read write"))
    assert not allowed(person, client, chosen(api, "read", "email openid"))

    grant(person, client, chosen(api, "write", "email"), **by(person))
    assert allowed(person, client, chosen(api, "read write", "email openid"))
    assert sorted(Consent.objects.values_list("scope", flat=True)) == ["email openid", "read write"]


def test_consent_is_for_one_person_client_and_api(
    tenant: Tenant, person: Person, client: Client, api: Api
) -> None:
    grant(person, client, chosen(api, "read"), **by(person))

    other_api = make_api("Stock", tenant, "read")
    other_client = make_client("Other", tenant).client
    assert not allowed(make_person("bob", tenant), client, chosen(api, "read"))
    assert not allowed(person, other_client, chosen(api, "read"))
    assert not allowed(person, client, chosen(other_api, "read"))


def test_api_without_scopes_needs_a_consent_too(person: Person, client: Client, api: Api) -> None:
    assert not allowed(person, client, chosen(api))

    grant(person, client, chosen(api), **by(person))
    assert allowed(person, client, chosen(api))


def test_first_party_application_needs_none(person: Person, client: Client, api: Api) -> None:
    client.skips_consent = True

    assert allowed(person, client, chosen(api, "read", "openid"))


def test_withdrawal_ends_what_came_of_it_for_that_person_alone(
    tenant: Tenant, person: Person, client: Client, api: Api
) -> None:
    other = make_person("bob", tenant)
    for one in (person, other):
        grant(one, client, chosen(api, "read"), **by(one))
        at = {"auth_time": NOW, "created_at": NOW, "expires_at": NOW}
        Authorization.objects.create(client=client, person=one, access_version=1, **at)

    for _ in range(2):  # the second time, there is nothing to withdraw
        withdraw(person, client, **by(person))

    assert not allowed(person, client, chosen(api, "read"))
    assert allowed(other, client, chosen(api, "read"))
    assert Authorization.objects.get(ended_at=None).person == other
    event = AuditEvent.objects.get(action="client.consent.withdrawn")
    assert (event.actor_name, event.client_id) == ("ann", client.pk)
    assert '"before":{"scopes":["read"]}' in event.canonical
