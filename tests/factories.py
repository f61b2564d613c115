"""Factories of tenants, people, roles and clients; most go through the services."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.hashers import make_password

from clients_app.actors import Actor
from clients_app.models import Api, ApiScope, Client, ClientSecret, Person, Role, Tenant, TokenUsage
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.rules.names import key_of
from clients_app.selectors.credentials.uses import used_of
from clients_app.services.apis.apis import add_api
from clients_app.services.apis.drafts import ApiDraft, ScopeDraft
from clients_app.services.apis.may_call import MayCallDraft, set_may_call
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.registration import RegisteredClient, register_client
from clients_app.services.clients.sort_columns import EXPIRY_COLUMNS, update_expiry
from clients_app.services.people.accounts import add_person
from clients_app.services.roles.roles import add_role
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.digests import stored_form
from clients_app.services.tenants.tenants import add_tenant
from tests.actors import command_line_in
from tests.moments import IN_A_YEAR, NOW
from tests.portal_process import PASSWORD


def make_tenant(name: str = "Northwind Energy") -> Tenant:
    return add_tenant(name, actor=Actor.installation(), now=NOW)


def role_id(tenant: Tenant, role_type_id: UUID) -> UUID:
    return Role.objects.for_tenant(tenant.pk).get(role_type_id=role_type_id).pk


def role_ids(tenant: Tenant, *role_type_ids: UUID) -> frozenset[UUID]:
    return frozenset(role_id(tenant, type_id) for type_id in role_type_ids)


def make_person(
    username: str,
    tenant: Tenant,
    *role_type_ids: UUID,
    password: str | None = None,
    **more: Any,
) -> Person:
    person = add_person(
        username,
        role_ids=role_ids(tenant, *role_type_ids),
        actor=command_line_in(tenant),
        now=NOW,
        password=None if password == PASSWORD else password,
        **more,
    )
    if password == PASSWORD:  # bypasses the service: a digest takes 20 ms
        person.password = _digest_of(PASSWORD)
        person.save(update_fields=["password"])
    return person


_digest_of = cache(make_password)


def code_of(secret: str, *, step: int = 0) -> str:
    """Return the code that an app shows now, or ``step`` times 30 seconds later."""
    now = int(time.time()) // 30
    return format_hotp_value(hotp_value(secret, now + step))


def give_app(person: Person) -> str:
    """Give ``person`` an authenticator app with unused codes; return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    return secret


def make_role(name: str, tenant: Tenant) -> Role:
    return add_role(name, description="", actor=command_line_in(tenant), now=NOW)


def make_api(name: str, tenant: Tenant, *scopes: str, identifier: str = "") -> Api:
    """Add an API with these scopes; without an Identifier, it gets one of its own."""
    identifier = identifier or f"urn:{name.lower().replace(' ', '-')}:{tenant.pk}"
    drafts = tuple(ScopeDraft(name=scope) for scope in scopes)
    draft = ApiDraft(name=name, identifier=identifier, scopes=drafts)
    return add_api(draft, actor=command_line_in(tenant), now=NOW)


def insert_apis(tenant: Tenant, count: int, *, scopes: int) -> list[Api]:
    """Insert rows of APIs with so many scopes each directly, for tests that need many."""
    times = {"created_at": NOW, "updated_at": NOW, "created_by": "x", "updated_by": "x"}
    apis = Api.objects.bulk_create(
        Api(tenant=tenant, name=f"{n}", name_key=f"{n}", custom_identifier=f"urn:ex:{n}", **times)
        for n in range(count)
    )
    ApiScope.objects.bulk_create(
        ApiScope(api=api, name=f"s{n}") for api in apis for n in range(scopes)
    )
    return apis


def let_call(
    client: Client, *apis: Api, built_in: bool = True, default: Api | None = None, **scopes: str
) -> Client:
    """Let ``client`` call exactly these APIs, with all scopes, or those that their names give."""
    draft = MayCallDraft(
        built_in=built_in,
        apis={
            api.pk: frozenset(scopes[api.name].split() if api.name in scopes else api.scope_names())
            for api in apis
        },
        default_api_id=default.pk if default else None,
    )
    actor = Actor.command_line(client.tenant_id)
    return set_may_call(client, draft, expected_version=None, actor=actor, now=NOW)


def make_client(
    name: str,
    tenant: Tenant,
    *role_type_ids: UUID,
    actor: Actor | None = None,
    expires_at: datetime | None = IN_A_YEAR,
    secret_description: str = "",
    form_key: str = "",
    now: datetime = NOW,
    **draft: Any,
) -> RegisteredClient:
    """Register a client with one secret, by the command line unless ``actor`` is given."""
    return register_client(
        ClientDraft(
            name=name,
            role_ids=draft.pop("role_ids", role_ids(tenant, *role_type_ids)),
            confirms_administrator=TENANT_ADMINISTRATOR in role_type_ids,
            **draft,
        ),
        SecretDraft(description=secret_description, expires_at=expires_at),
        actor=actor or command_line_in(tenant),
        now=now,
        form_key=form_key,
    )


def insert_clients(names: Iterable[str], tenant: Tenant) -> list[Client]:
    """Insert rows of clients directly, for tests that need many."""
    times = {"created_at": NOW, "updated_at": NOW}
    more = {"tenant": tenant, "client_type": "client-credentials", "created_by": "x", **times}
    return Client.objects.bulk_create(
        Client(name=name, name_key=key_of(name), **more) for name in names
    )


def insert_usage(credential: Any, hour: datetime, **columns: Any) -> None:
    """Insert the row that counts the tokens of a secret, key or identity in this hour."""
    column, pk = used_of(credential)
    row = {"client_id": credential.client_id, "hour": hour, column: pk}
    TokenUsage.objects.create(**row, **columns)


def insert_secrets(
    client: Client, count: int, *, expires_at: datetime | None = IN_A_YEAR, **more: Any
) -> list[ClientSecret]:
    """Insert rows of secrets directly, without the 20 ms of each digest."""
    stored = stored_form("pcs_of_no_use", client_id=client.pk)._asdict()
    rows = [
        ClientSecret(
            client=client,
            expires_at=expires_at,
            **{
                "created_at": NOW - timedelta(days=400),
                "created_by": "x",
                **stored,
                **more,
            },
        )
        for _ in range(count)
    ]
    made = ClientSecret.objects.bulk_create(rows)
    update_expiry(client, now=NOW)
    client.save(update_fields=EXPIRY_COLUMNS)
    return made


def make_application(
    name: str,
    tenant: Tenant,
    *,
    client_type: str = "authorization-code",
    redirect_uris: tuple[str, ...] = ("https://rooms.example/callback?tab=1",),
    now: datetime = NOW,
    **draft: Any,
) -> Client:
    """Register a client that people sign in to, by the command line."""
    whole = ClientDraft(name=name, client_type=client_type, redirect_uris=redirect_uris, **draft)
    secret = SecretDraft(description="", expires_at=None) if whole.type.has_secrets else None
    return register_client(whole, secret, actor=command_line_in(tenant), now=now).client
