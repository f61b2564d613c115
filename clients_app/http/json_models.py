"""What programs read about clients, secrets, roles and APIs: the REST API's models, by all doors.

Source: API-1.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

from clients_app import audit
from clients_app.models import Api, ApiUsage, AuditEvent, Role, Tenant, TokenRefusal
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.client_types import CORS_ORIGIN, LOGOUT_REDIRECT, REDIRECT
from clients_app.rules.targets import Target
from clients_app.selectors.clients.models import ClientModel

TENANT_SCOPE: Final = 1  # the Role Scope of all roles
ACTIVE: Final = 1  # the State of all tenants
_URLS: Final = {
    "RedirectUris": REDIRECT,
    "PostLogoutRedirectUris": LOGOUT_REDIRECT,
    "AllowedCorsOrigins": CORS_ORIGIN,
}


def moment(at: datetime | None) -> str | None:
    """Return a moment in UTC as ISO 8601, such as 2027-11-23T10:15:00Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def tenant_json(tenant: Tenant) -> dict[str, Any]:
    """Return a Tenant."""
    return {
        "Id": str(tenant.pk),
        "CompanyName": tenant.name,
        "State": ACTIVE,
        "Created": moment(tenant.created_at),
        "LastUpdated": moment(tenant.updated_at),
        "Alias": tenant.alias,
    }


def client_json(client: ClientModel) -> dict[str, Any]:
    """Return a client with the properties of its Client Type."""
    kind = client.type
    members: dict[str, Any] = {
        "Id": str(client.pk),
        "Name": client.name,
        "Enabled": client.is_enabled,
        "AccessTokenLifetime": client.token_lifetime_s,
        "Tags": client.tags,
    }
    if kind.has_roles:
        members["RoleIds"] = [str(role_id) for role_id in client.role_ids]
    if kind.url_kinds:
        members |= _application_json(client)
    members |= {line.prop: client.lines[line.name] for line in LINES}
    if kind.may_introspect:
        members["MayIntrospectTokens"] = client.may_introspect
    if kind.may_rotate_own_secrets:
        members["MayRotateOwnSecrets"] = client.may_rotate_own_secrets
    if kind.has_secrets:
        members["MayAddSecrets"] = client.may_add_secrets
        members["DemandsAssertionType"] = client.demands_assertion_type
        members["AcceptsTokenEndpointAudience"] = client.accepts_token_endpoint_audience
    return {**members, "LastUsed": moment(client.last_token_at)}


def _application_json(client: ClientModel) -> dict[str, Any]:
    urls = {
        name: [url for kind_id, url in client.urls if kind_id == kind.id]
        for name, kind in _URLS.items()
        if kind in client.type.url_kinds
    }
    return {
        **urls,
        **{line.prop: client.lines[line.name] for line in APPLICATION_URLS},
        "AllowOfflineAccess": client.allow_refresh_token,
        **({"AllowAccessTokensViaBrowser": False} if client.type.has_secrets else {}),
        "FirstParty": client.skips_consent,
    }


def role_json(role: Role) -> dict[str, Any]:
    """Return a role."""
    return {
        "Id": str(role.pk),
        "Name": role.name,
        "Description": role.description,
        "RoleScope": TENANT_SCOPE,
        "TenantId": str(role.tenant_id),
        "CommunityId": None,
        "RoleTypeId": str(role.role_type_id),
    }


def api_json(api: Api) -> dict[str, Any]:
    """Return an API with its scopes; those of the built-in API have no descriptions."""
    rows = {scope.name: scope.description for scope in api.scopes.all()}
    return {
        "Id": str(api.pk),
        "Name": api.name,
        "Identifier": api.identifier,
        "Description": api.description,
        "Scopes": [{"Name": name, "Description": rows.get(name, "")} for name in api.scope_names()],
    }


def may_call_json(target: Target) -> dict[str, Any]:
    """Return an API that a client may call, with its scopes there."""
    return {
        "ApiId": target.api_id,
        "Identifier": target.identifier,
        "Scopes": list(target.scopes),
    }


def activity_json(row: AuditEvent | TokenRefusal) -> dict[str, Any]:
    """Return an event, or a group of refused token requests of one day and cause."""
    if isinstance(row, TokenRefusal):
        return {
            "Number": None,
            "Time": moment(row.last_at),
            "Action": "token.refused",
            "Outcome": "refused",
            "Event": row.sentence,
            "ClientId": str(row.client_id),
            "ActorKind": None,
            "ActorId": None,
            "ActorName": None,
            "Address": row.last_address,
            "OperationId": None,
            "Before": None,
            "After": {
                "requests": row.requests,
                "first_at": moment(row.first_at),
                "cause": row.cause,
                "secret_id": row.secret_id,
                "key_id": row.key_id,
                "identity_id": row.identity_id,
            },
        }
    sealed = json.loads(row.canonical)
    return {
        "Number": row.sequence,
        "Time": moment(row.at),
        "Action": row.action,
        "Outcome": row.outcome,
        "Event": audit.sentence(row),
        "ClientId": str(row.client_id) if row.client_id else None,
        "ActorKind": row.actor_kind,
        "ActorId": row.actor_id or None,
        "ActorName": row.actor_name,
        "Address": row.address or None,
        "OperationId": row.operation_id or None,
        "Before": sealed["before"] or None,
        "After": sealed["after"] or None,
    }


def usage_json(row: ApiUsage) -> dict[str, Any]:
    """Return the tokens that a client got for an API in one hour, by the scopes it asked for."""
    return {
        "ClientId": str(row.client_id),
        "ApiId": str(row.api_id),
        "Hour": moment(row.hour),
        "Scope": row.scope,
        "Tokens": row.tokens,
        "LastUsed": moment(row.last_at),
    }
