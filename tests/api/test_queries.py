"""A call takes the same number of queries, however much a tenant has (API-13)."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients_app.api.urls import urlpatterns
from clients_app.models import ApiUsage, Client, ClientRole, NearMiss, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.api.addresses import NEW_KEY, OTHER_KEY, RULES
from tests.api.conftest import Caller
from tests.credentials import insert_identities, insert_keys
from tests.factories import (
    insert_clients,
    insert_secrets,
    let_call,
    make_api,
    make_application,
    make_client,
    make_role,
    make_tenant,
)
from tests.moments import NOW

MANY: Final = 7  # of each, and 49 clients; a client has at most ten secrets
OF_CLIENTS: Final = {
    "client-credentials": "ClientCredentialClients",
    "authorization-code": "AuthorizationCodeClients",
    "hybrid": "HybridClients",
}
GET_ONE, GET_LIST = 6, 8
Call = tuple[str, str, Any]  # method, address, body


class World:
    """A tenant with ``count`` of what a client or the tenant may have, and of clients more."""

    def __init__(self, tenant: Tenant, count: int) -> None:
        self.tenant, self.count = tenant, count
        self.roles = [make_role(f"Role {n}", tenant) for n in range(count)]
        scopes = [f"scope{n}" for n in range(count)]
        self.apis = [make_api(f"Api {n}", tenant, *scopes) for n in range(count)]
        self.tags = tuple(f"tag {n}" for n in range(count))
        uris = tuple(f"https://rooms.example/{n}" for n in range(count))
        held = frozenset(role.pk for role in self.roles)
        application = {"redirect_uris": uris, "logout_uris": uris, "tags": self.tags}
        self.clients: dict[str, Client] = {
            "client-credentials": make_client("Pump", tenant, role_ids=held, tags=self.tags).client,
            "authorization-code": make_application("Rooms", tenant, **application),
            "hybrid": make_application("Site", tenant, client_type="hybrid", **application),
        }
        for client in self.clients.values():
            let_call(client, *self.apis)
            ApiUsage.objects.bulk_create(
                ApiUsage(client=client, api=api, hour=NOW, last_at=NOW, is_named=True, tokens=7)
                for api in self.apis
            )
        self.secrets = {
            name: insert_secrets(self.clients[name], count)
            for name in ("client-credentials", "hybrid")
        }
        self.keys = {name: insert_keys(self.clients[name], count) for name in self.secrets}
        self.identities = {
            name: insert_identities(self.clients[name], count) for name in self.secrets
        }
        for name in self.secrets:
            NearMiss.objects.bulk_create(
                NearMiss(client=self.clients[name], identity=one, at=timezone.now(), verdicts=[])
                for one in self.identities[name]
            )
        others = insert_clients([f"Other {n}" for n in range(count**2)], tenant)
        ClientRole.objects.bulk_create(
            ClientRole(client=client, role=role) for client in others for role in self.roles
        )

    def reads(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each address that is read, and the address."""
        yield "api-tenant", ""
        for name, word in OF_CLIENTS.items():
            client = f"{word}/{self.clients[name].pk}"
            yield f"api-{name}-list", word
            yield f"api-{name}", client
            yield f"api-{name}-apis", f"{client}/Apis"
            if name in self.secrets:
                yield f"api-{name}-secrets", f"{client}/Secrets"
                yield f"api-{name}-secret", f"{client}/Secrets/{self.secrets[name][0].pk}"
                yield f"api-{name}-keys", f"{client}/PublicKeys"
                yield f"api-{name}-key", f"{client}/PublicKeys/{self.keys[name][0].pk}"
                yield f"api-{name}-identities", f"{client}/FederatedIdentities"
                identity = f"{client}/FederatedIdentities/{self.identities[name][0].pk}"
                yield f"api-{name}-identity", identity
                yield f"api-{name}-misses", f"{client}/NearMisses"
        yield (
            "api-client-credentials-roles",
            f"ClientCredentialClients/{self.clients['client-credentials'].pk}/Roles",
        )
        yield "api-apis", "Apis"
        yield "api-api", f"Apis/{self.apis[0].pk}"
        yield "api-activity", "Activity"
        yield "api-usage", "Usage"
        yield "api-roles", "Roles"
        yield "api-role", f"Roles/{self.roles[0].pk}"
        yield "api-role-clients", f"Roles/{self.roles[0].pk}/ClientCredentialClients"

    def writes(self) -> Iterator[Call]:
        """Yield calls that change things, in an order in which each succeeds."""
        yield from self._writes_of_clients()
        pump = f"ClientCredentialClients/{self.clients['client-credentials'].pk}"
        role, api = f"Roles/{self.roles[0].pk}", f"Apis/{self.apis[0].pk}"
        scopes = [{"Name": f"new{n}"} for n in range(self.count)]
        yield from (
            ("POST", f"{pump}/Secrets", {}),
            ("PUT", f"{pump}/Roles", []),
            ("PUT", f"{pump}/Roles", [{"Id": str(role.pk)} for role in self.roles]),
            ("POST", "Roles", {"Name": "New role"}),
            ("PUT", role, {"Name": "Another"}),
            ("DELETE", role, None),
            (
                "POST",
                "Apis",
                {"Name": "New", "Identifier": f"https://{self.count}.example", "Scopes": scopes},
            ),
            ("PUT", api, {"Scopes": scopes}),
            ("DELETE", f"{api}?removeFromClients=true", None),
        )
        for name, word in OF_CLIENTS.items():
            yield "DELETE", f"{word}/{self.clients[name].pk}", None

    def _writes_of_clients(self) -> Iterator[Call]:
        tags = [f"new {tag}" for tag in self.tags]
        uris = [f"https://other.example/{n}" for n in range(self.count)]
        may_call = [{"ApiId": str(api.pk), "Scopes": ["scope0"]} for api in self.apis]
        for name, word in OF_CLIENTS.items():
            client = f"{word}/{self.clients[name].pk}"
            urls = {} if name == "client-credentials" else {"RedirectUris": uris}
            yield "POST", word, {"Name": f"New {name}", "Tags": tags, **urls}
            yield "PUT", client, {"Name": f"Old {name}", "Tags": tags, **urls}
            yield "PUT", f"{client}/Apis", may_call
            if name in self.secrets:
                secret = f"{client}/Secrets/{self.secrets[name][0].pk}"
                yield "PUT", secret, {"Description": "Changed"}
                yield "POST", f"{secret}/Rotate", {}
                yield "DELETE", secret, None
                key = f"{client}/PublicKeys/{self.keys[name][0].pk}"
                identity = f"{client}/FederatedIdentities/{self.identities[name][0].pk}"
                issuer = f"https://issuer.example.com/{self.count}/{name}"
                yield "POST", f"{client}/PublicKeys", {"Key": NEW_KEY}
                yield "PUT", key, {"Description": "Changed"}
                yield "POST", f"{key}/Rotate", {"Key": OTHER_KEY}
                yield "DELETE", key, None
                yield "POST", f"{client}/FederatedIdentities", {**RULES, "Issuer": issuer}
                yield "PUT", identity, {"Description": "Changed"}
                yield "DELETE", identity, None


def queries_of(caller: Caller, method: str, address: str, body: Any = None) -> int:
    """Return how many queries a call takes; it must succeed."""
    with CaptureQueriesContext(connection) as captured:
        reply = caller.send(method, address, body)
    assert reply.status_code in {200, 201, 204}, (method, address, reply.content)
    return len(captured)


def two_worlds(calling: Callable[..., Caller]) -> tuple[tuple[World, Caller], tuple[World, Caller]]:
    """Return a tenant with one of everything and one with many, each with its administrator."""
    small, large = World(make_tenant("Small"), 1), World(make_tenant("Large"), MANY)
    callers = [calling("Robot", TENANT_ADMINISTRATOR, of=world.tenant) for world in (small, large)]
    for caller in callers:
        caller.get()  # so that the process knows the keys
    return (small, callers[0]), (large, callers[1])


def test_reads_take_the_same_queries_for_one_and_for_many(calling: Callable[..., Caller]) -> None:
    (small, few), (large, lot) = two_worlds(calling)

    taken = {name: queries_of(few, "GET", address) for name, address in small.reads()}
    assert {name: queries_of(lot, "GET", address) for name, address in large.reads()} == taken

    named = {pattern.name for pattern in urlpatterns} - {None, "api-description"}
    only_written = {name for name in named if name.endswith(("-rotate", "-test-token"))}
    assert set(taken) == named - only_written
    assert taken["api-client-credentials"] == GET_ONE
    assert taken["api-client-credentials-list"] == GET_LIST


def test_writes_take_the_same_queries_for_one_and_for_many(calling: Callable[..., Caller]) -> None:
    (small, few), (large, lot) = two_worlds(calling)

    differing = []
    for call, same in zip(small.writes(), large.writes(), strict=True):
        one, many = queries_of(few, *call), queries_of(lot, *same)
        if one != many:
            differing.append(f"{call[0]} {call[1]}: {one} for one, {many} for {MANY}")
    assert not differing, "\n".join(differing)
