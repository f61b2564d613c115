"""What programs read about clients, secrets, roles and APIs: the REST API's models, by all doors.

Source: API-1.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from clients_app.models import Api, Client, ClientSecret, Role, Tenant
from clients_app.rules.client_types import CORS_ORIGIN, LOGOUT_REDIRECT, REDIRECT

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


def client_json(client: Client, *, role_ids: Iterable[UUID]) -> dict[str, Any]:
    """Return a client with the properties of its Client Type; reads its tags and URLs.

    ``role_ids`` are those of the roles that it has.
    """
    members: dict[str, Any] = {
        "Id": str(client.pk),
        "Name": client.name,
        "Enabled": client.is_enabled,
        "AccessTokenLifetime": client.token_lifetime_s,
        "Tags": [tag.name for tag in client.tags.all()],
    }
    if client.type.has_roles:
        members["RoleIds"] = [str(role_id) for role_id in role_ids]
    if client.type.url_kinds:
        members |= _application_json(client)
    members |= {"Description": client.description, "Contact": client.contact}
    if client.type.may_introspect:
        members["MayIntrospectTokens"] = client.may_introspect
    if client.type.may_rotate_own_secrets:
        members["MayRotateOwnSecrets"] = client.may_rotate_own_secrets
    return {**members, "LastUsed": moment(client.last_token_at)}


def _application_json(client: Client) -> dict[str, Any]:
    rows = list(client.urls.all())
    urls = {
        name: [row.url for row in rows if row.kind == kind.id]
        for name, kind in _URLS.items()
        if kind in client.type.url_kinds
    }
    return {
        **urls,
        "ClientUri": client.client_uri,
        "LogoUri": client.logo_uri,
        "AllowOfflineAccess": client.allow_refresh_token,
        **({"AllowAccessTokensViaBrowser": False} if client.type.has_secrets else {}),
        "FirstParty": client.skips_consent,
    }


def secret_json(secret: ClientSecret) -> dict[str, Any]:
    """Return a secret without its value, which nobody can read again."""
    return {
        "Id": secret.pk,
        "Description": secret.description,
        "Expiration": moment(secret.expires_at),
        "Expires": secret.expires_at is not None,
        "Created": moment(secret.created_at),
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
