"""People at the REST API, by tokens that applications got for them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from clients_app import conf
from clients_app.models import AuditEvent, Authorization, Client, Person, Role, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.people.accounts import assign_person_roles, set_active
from tests.actors import command_line_in
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.audit.rows import all_rows
from tests.factories import make_client, make_person, make_tenant, role_ids
from tests.oauth import wsgi
from tests.oauth.conftest import key_fields, shared_key, signing_key  # noqa: F401 - fixtures
from tests.oauth.people import People

CLIENTS = "ClientCredentialClients"
NOT_VALID = "The access token is not valid here."
STALE = "The person must have signed in within the last 10 minutes."


@pytest.fixture
def people(tenant: Tenant, signing_key: Any) -> People:  # noqa: F811 - a fixture
    return People(
        tenant,
        lambda path=wsgi.TOKEN_PATH, **parts: wsgi.through_the_short_entrance(
            wsgi.environ(path, **parts)
        ),
    )


@pytest.fixture
def asks(people: People) -> Callable[..., tuple[Caller, Any]]:
    """A function that returns an administrator's caller and token response."""
    mara = make_person("mara", people.tenant, TENANT_ADMINISTRATOR)

    def ask(
        application: Any = None, *, person: Person = mara, first_party: bool = True, **asked: str
    ) -> tuple[Caller, Any]:
        application = application or people.public
        Client.objects.filter(pk=application.id).update(skips_consent=first_party)
        asked = {"scope": "api offline_access", "resource": conf.public_url(), **asked}
        reply = people.redeem(people.code(application, person=person, **asked), application)
        assert reply.status == 200, reply.body
        return Caller(reply.json()["access_token"], people.tenant), reply.json()

    return ask


def test_person_adds_a_client_by_an_application_of_their_organisation(
    asks: Callable[..., Any], people: People
) -> None:
    for application in (people.public, people.hybrid):
        caller, _ = asks(application)
        reply = caller.post(CLIENTS, {"Name": f"By {application.row.name}"})
        assert reply.status_code == 201, reply.content
        event = AuditEvent.objects.filter(action="client.added").latest("pk")
        assert (event.actor_kind, event.actor_name) == ("person", "mara")
        assert (event.operation_id, event.address) == (reply["Operation-Id"], "127.0.0.1")


def test_refreshed_token_is_as_good_and_one_for_another_audience_is_not(
    asks: Callable[..., Any], people: People, settings: Any
) -> None:
    _, got = asks()
    settings.TOKEN_AUDIENCE = "urn:portal"
    again = people.refresh(got["refresh_token"], resource=conf.public_url()).json()
    assert Caller(again["access_token"], people.tenant).get(CLIENTS).status_code == 200
    caller, _ = asks(resource="urn:portal")
    sentence = (
        f"The access token is for another API. Request one with resource={conf.public_url()}."
    )
    refused(caller.get(CLIENTS), 401, sentence)


def test_rights_are_the_roles_that_the_person_has_now(
    asks: Callable[..., Any], people: People
) -> None:
    caller, _ = asks(person=people.person)  # a Tenant Viewer
    refused(caller.post("Roles", {"Name": "x"}), 403, "Only Tenant Administrators can add a role.")
    actor = command_line_in(people.tenant)
    make_person("mo", people.tenant, TENANT_ADMINISTRATOR)
    everything = role_ids(people.tenant, TENANT_ADMINISTRATOR)
    assign_person_roles(people.person, everything, actor=actor, now=timezone.now())
    assert caller.post("Roles", {"Name": "x"}).status_code == 201


def test_deactivated_person_is_refused_at_once(asks: Callable[..., Any], people: People) -> None:
    caller, _ = asks(person=people.person)
    actor = command_line_in(people.tenant)
    set_active(people.person, active=False, actor=actor, now=timezone.now())
    refused(caller.get(), 401, NOT_VALID)


def test_action_that_asks_for_proof_needs_a_sign_in_of_the_last_minutes(
    asks: Callable[..., Any], people: People
) -> None:
    pump = make_client("Pump", people.tenant).client
    caller, _ = asks()
    Authorization.objects.update(auth_time=F("auth_time") - timedelta(minutes=10, seconds=1))
    events, roles = AuditEvent.objects.count(), Role.objects.count()

    reply = caller.post("Roles", {"Name": "Valve"})

    refused(reply, 401, STALE)
    assert reply["WWW-Authenticate"] == (
        'Bearer realm="api", error="insufficient_user_authentication", '
        f'error_description="{STALE}", max_age="600"'
    )
    for other in (
        caller.post(CLIENTS, {"Name": "x"}),
        caller.put(f"{CLIENTS}/{pump.pk}/Roles", []),
        caller.put(f"{CLIENTS}/{pump.pk}", {"Name": "Valve", "Enabled": False}),
        caller.post(f"{CLIENTS}/{pump.pk}/Secrets", {}),
        caller.delete(f"{CLIENTS}/{pump.pk}"),
        caller.get("Activity?format=csv"),
    ):
        refused(other, 401, STALE)
    assert (AuditEvent.objects.count(), Role.objects.count()) == (events, roles)
    assert caller.put(f"{CLIENTS}/{pump.pk}", {"Description": "d"}).status_code == 200
    assert caller.get("Activity").status_code == 200


def test_application_of_others_never_proves_its_person(
    asks: Callable[..., Any], people: People
) -> None:
    caller, _ = asks(first_party=False)
    sentence = "Only a First-party application can do this for a person."
    refused(caller.post("Roles", {"Name": "x"}), 403, sentence)
    assert caller.get(CLIENTS).status_code == 200
    assert not Role.objects.filter(name="x").exists()


def test_token_about_the_person_alone_has_no_scope_of_the_api(asks: Callable[..., Any]) -> None:
    caller, _ = asks(scope="openid profile", resource="")
    reply = caller.get()
    refused(reply, 403, "The access token has no scope of this API.")
    assert 'error="insufficient_scope"' in reply["WWW-Authenticate"]


def test_token_for_another_api_or_tenant_is_refused(
    asks: Callable[..., Any], people: People
) -> None:
    caller, _ = asks(scope="read", resource=people.api.identifier)
    refused(caller.get(), 401, NOT_VALID)
    caller, _ = asks()
    other = make_tenant("Cranes")
    refused(caller.get(f"/api/v1/Tenants/{other.pk}"), 404, "There is no such tenant.")


def test_owner_gives_their_client_no_rights(asks: Callable[..., Any], people: People) -> None:
    """Nobody grants what only Tenant Administrators grant."""
    pump, web = make_client("Pump", people.tenant).client, people.hybrid.row
    for client in (pump, web):
        client.owners.add(people.person)
    caller, _ = asks(person=people.person)
    rows = all_rows()
    administrator = [str(one) for one in role_ids(people.tenant, TENANT_ADMINISTRATOR)]
    for client, body in (
        (pump, {"RoleIds": administrator}),
        (pump, {"MayIntrospectTokens": True}),
        (pump, {"MayRotateOwnSecrets": True}),
        (pump, {"Enabled": False}),
        (web, {"FirstParty": True}),
        (web, {"MayIntrospectTokens": True}),
    ):
        word = CLIENTS if client is pump else "HybridClients"
        address = f"{word}/{client.pk}?confirmTenantAdministrator={client.name}&keptSecretIds="
        reply = caller.put(address, body)
        assert reply.status_code == 403, (body, reply.content)
    assert caller.put(f"{CLIENTS}/{pump.pk}/Roles", [{"Id": administrator[0]}]).status_code == 403
    done = AuditEvent.objects.exclude(outcome="refused").count()
    assert all_rows()[:-2] == rows[:-2]  # but the refused attempts
    assert caller.put(f"{CLIENTS}/{pump.pk}", {"Contact": "ann"}).status_code == 200
    assert AuditEvent.objects.exclude(outcome="refused").count() == done + 1
