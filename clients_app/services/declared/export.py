"""A tenant's roles, APIs and clients as a file for `manage.py apply`, without secrets."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.models import Api, Client, Role, Tenant
from clients_app.permissions import Action, require
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.services.declared.found import READ, may_call_of

_PIECE: Final = 500  # clients in memory


@transaction.atomic
def record_export(*, actor: Actor, now: datetime) -> None:
    """Record that ``actor`` exports all clients. Errors: Forbidden."""
    require(actor, Action.READ_CLIENTS)
    tenant = Tenant.objects.get(pk=actor.tenant_id)
    after = {"format": "yaml", "clients": _clients(tenant).count()}
    audit.record("clients.exported", tenant, actor=actor, now=now, after=after)


def roles_of_file(tenant: Tenant) -> list[dict[str, Any]]:
    """Return the custom roles, by name."""
    roles = Role.objects.for_tenant(tenant.pk).order_by("name_key")
    return [
        {"name": role.name, "description": role.description}
        for role in roles
        if not role.is_built_in
    ]


def apis_of_file(tenant: Tenant) -> list[dict[str, Any]]:
    """Return the tenant's own APIs with their scopes, by name."""
    apis = Api.objects.for_tenant(tenant.pk).custom().order_by("name_key")
    return [
        {
            "name": api.name,
            "identifier": api.identifier,
            "description": api.description,
            "scopes": [
                {"name": scope.name, "description": scope.description} for scope in api.scopes.all()
            ],
        }
        for api in apis.prefetch_related("scopes")
    ]


def clients_of_file(tenant: Tenant, *, with_ids: bool) -> Iterator[dict[str, Any]]:
    """Yield the clients that are not removed, by name; without ids for another installation."""
    clients = _clients(tenant).order_by("name_key", "pk").prefetch_related(*READ)
    for client in clients.iterator(_PIECE):
        values = _values(client)
        yield {"id": str(client.pk), **values} if with_ids else values


def _clients(tenant: Tenant) -> Any:
    return Client.objects.for_tenant(tenant.pk).present()


def _values(client: Client) -> dict[str, Any]:
    kind = client.type
    values: dict[str, Any] = {
        "name": client.name,
        "type": client.client_type,
        "enabled": client.is_enabled,
        "token_lifetime": client.token_lifetime_s,
        **{line.name: getattr(client, line.name) for line in LINES},
        "tags": [tag.name for tag in client.tags.all()],
        "owners": sorted(person.username for person in client.owners.all()),
    }
    if kind.has_roles:
        values["roles"] = sorted(role.name for role in client.roles.all() if not role.is_member)
    if kind.may_introspect:
        values["may_introspect"] = client.may_introspect
    if kind.may_rotate_own_secrets:
        values["may_rotate_own_secrets"] = client.may_rotate_own_secrets
    if kind.signs_people_in:
        rows = list(client.urls.all())
        values |= {
            one.path: [row.url for row in rows if row.kind == one.id] for one in kind.url_kinds
        }
        values |= {line.name: getattr(client, line.name) for line in APPLICATION_URLS}
        values |= {
            "allow_refresh_token": client.allow_refresh_token,
            "first_party": client.skips_consent,
        }
    return values | {"may_call": _may_call(client)}


def _may_call(client: Client) -> dict[str, Any]:
    draft = may_call_of(client)
    identifiers = {row.api_id: row.api.identifier for row in client.may_call.all()}
    return {
        "built_in": draft.built_in,
        "default": identifiers[draft.default_api_id] if draft.default_api_id else "",
        "apis": {
            identifiers[api_id]: sorted(draft.apis[api_id])
            for api_id in sorted(draft.apis, key=identifiers.__getitem__)
        },
    }
