"""A tenant with a row of everything, and what a read of it mentions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet

from clients_app.models import (
    Api,
    ApiHour,
    ApiUsage,
    Authorization,
    CalendarFeed,
    Client,
    ClientSecret,
    Consent,
    Delivery,
    FederatedIdentity,
    NearMiss,
    NoticeChannel,
    Person,
    Role,
    Tenant,
    TokenRefusal,
)
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.credentials import insert_identities, insert_keys
from tests.factories import (
    insert_secrets,
    insert_usage,
    let_call,
    make_api,
    make_application,
    make_client,
    make_person,
    make_role,
)
from tests.moments import NOW, SECOND


class World(NamedTuple):
    """The rows of one tenant."""

    tenant: Tenant
    person: Person
    role: Role
    client: Client
    removed: Client
    secret: ClientSecret
    identity: FederatedIdentity
    feed: CalendarFeed
    api: Api
    application: Client


def fill(tenant: Tenant) -> World:
    """Give ``tenant`` one of everything. What may have one name in two tenants has."""
    key = tenant.pk.hex
    person = make_person(f"ines-{key}", tenant, TENANT_ADMINISTRATOR, email=f"{key}@herons.example")
    role = make_role("Reader", tenant)
    drafts = {"role_ids": frozenset({role.pk}), "tags": ("north",), "expires_at": None}
    client, removed = (make_client(name, tenant, **drafts).client for name in ("Pump", "Valve"))
    client.owners.add(person)
    removed.removed_at = NOW - SECOND
    removed.save()
    Client.objects.filter(pk=client.pk).update(last_token_at=NOW, may_introspect=True)
    old = client.secrets.get()
    ends_at = NOW + timedelta(days=5)
    [secret] = insert_secrets(client, 1, expires_at=ends_at, replaces=old, last_four="t4Vb")
    insert_secrets(removed, 1, expires_at=ends_at)
    insert_usage(secret, NOW, tokens=7, last_at=NOW, last_address="10.0.0.7")
    TokenRefusal.objects.create(
        client=client,
        secret=secret,
        cause=TokenRefusal.Cause.INVALID_SCOPE,
        day=date(2026, 11, 23),
        requests=3,
        first_at=NOW,
        last_at=NOW,
        last_address="10.0.0.7",
    )
    channel = {"channel": "webhook", "settings": {"url": f"https://{key}.example/"}}
    NoticeChannel.objects.create(tenant=tenant, shown=key, set_at=NOW, set_by="ines", **channel)
    message = {"channel": "webhook", "recipient": key, "created_at": NOW, "try_at": NOW}
    Delivery.objects.create(tenant=tenant, **message)
    feed = CalendarFeed.objects.create(person=person, digest=key * 2, created_at=NOW)
    api = _api_of(client)
    application = _application_of(person)
    identity = _identity_of(client)
    return World(tenant, person, role, client, removed, secret, identity, feed, api, application)


def _identity_of(client: Client) -> FederatedIdentity:
    """Return a federated identity that a token just missed, beside a public key."""
    insert_keys(client, 1)
    [identity] = insert_identities(client, 1)
    NearMiss.objects.create(client=client, identity=identity, at=NOW, verdicts=[])
    return identity


def _application_of(person: Person) -> Client:
    """Return an application that ``person`` lets act for them."""
    client = make_application("Rooms", person.tenant)
    who = {"client": client, "person": person}
    Consent.objects.create(scope="openid", granted_at=NOW, **who)
    Authorization.objects.create(
        auth_time=NOW,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=8),
        access_version=person.access_version,
        last_token_at=NOW,
        **who,
    )
    return client


def _api_of(client: Client) -> Api:
    """Return an API that ``client`` may call and has called, as it has the built-in one."""
    tenant = client.tenant
    api = make_api("Orders", tenant, "read")
    let_call(client, api)
    api.introspectors.add(client)
    for one in (api, Api.objects.get(pk=tenant.pk)):
        asked = {"client": client, "api": one, "scope": "", "is_named": False}
        ApiUsage.objects.create(hour=NOW, tokens=7, last_at=NOW, **asked)
        ApiHour.objects.create(api=one, hour=NOW, tokens=7)
    return api


def plain(result: Any) -> Any:
    """Return a result as values that can be compared, with all that its rows carry."""
    if isinstance(result, Model):
        carried = {name: value for name, value in vars(result).items() if name != "_state"}
        caches = carried.pop("_prefetched_objects_cache", {})
        return result._meta.label, result.pk, plain(carried), plain(caches)
    if is_dataclass(result) and not isinstance(result, type):
        return plain({field.name: getattr(result, field.name) for field in fields(result)})
    if isinstance(result, Mapping):
        return {key: plain(value) for key, value in result.items()}
    if isinstance(result, (frozenset, set)):
        return frozenset(result)
    if isinstance(result, (str, bytes)) or not isinstance(result, (Iterable, QuerySet)):
        return result
    return [plain(one) for one in result]


def mentioned(result: Any) -> Iterator[Any]:
    """Yield each value within a ``plain`` result."""
    if isinstance(result, Mapping):
        for value in result.values():
            yield from mentioned(value)
    elif isinstance(result, (list, tuple, frozenset)):
        for value in result:
            yield from mentioned(value)
    else:
        yield result


def ids_of(world: World) -> set[str]:
    """Return the ids that nothing outside the tenant may mention."""
    ids = {world.tenant.pk, world.person.pk}
    models: tuple[Any, ...] = (Client, Role, Delivery, Api)
    for model in models:
        ids |= set(model._default_manager.filter(tenant=world.tenant).values_list("pk", flat=True))
    return {str(one) for one in ids}
