"""A tenant's roles, APIs and clients as a file for `manage.py apply`, without secrets."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.models import Api, Client, ClientKey, FederatedIdentity, Role, Tenant
from clients_app.permissions import Action, require
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.expiry import is_expired
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.services.clients.drafts import ASSERTION_RULES
from clients_app.services.declared.credentials import end_of_file
from clients_app.services.declared.found import READ, identities_of, keys_of, may_call_of

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


def clients_of_file(tenant: Tenant, *, with_ids: bool, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the clients that are not removed, by name; without ids for another installation."""
    clients = _clients(tenant).order_by("name_key", "pk").prefetch_related(*READ)
    for client in clients.iterator(_PIECE):
        values = _values(client, now)
        yield {"id": str(client.pk), **values} if with_ids else values


def _clients(tenant: Tenant) -> Any:
    return Client.objects.for_tenant(tenant.pk).present()


def _values(client: Client, now: datetime) -> dict[str, Any]:
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
    if kind.has_secrets:
        switches = ("may_add_secrets", *ASSERTION_RULES)
        values |= {switch: getattr(client, switch) for switch in switches}
        values |= {
            "public_keys": [_key(one) for one in keys_of(client) if _is_live(one, now)],
            "federated_identities": [
                _identity(one) for one in identities_of(client) if _is_live(one, now)
            ],
        }
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


def _is_live(row: ClientKey | FederatedIdentity, now: datetime) -> bool:
    return not is_expired(row.expires_at, now)


def _key(key: ClientKey) -> dict[str, Any]:
    own = {"jwks_url": key.jwks_url} if key.jwk is None else {"key": key.jwk}
    return {"description": key.description, **own, "expires": end_of_file(key.expires_at)}


def _identity(identity: FederatedIdentity) -> dict[str, Any]:
    """Return the rules; an audience that is the portal's own issuer is the default elsewhere."""
    trust = trust_of_row(identity)
    values = {
        "description": identity.description,
        "platform": identity.preset,
        "issuer": identity.issuer,
        "subject": identity.subject_rule,
        "claims": dict(sorted(identity.claim_rules.items())),
        "expires": end_of_file(identity.expires_at),
    }
    values |= {"audience": trust.audience} if trust.audience else {}
    return values | ({"jwks": identity.jwks} if identity.jwks else {})


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
