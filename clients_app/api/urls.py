"""The addresses of the REST API, spelled as ``paths`` does."""

from django.urls import URLPattern, path, re_path

from clients_app.api.views.activity import ActivityView, UsageView
from clients_app.api.views.apis import ApisView, ApiView, ClientApisView
from clients_app.api.views.clients import ClientsView, ClientView
from clients_app.api.views.description import DescriptionView
from clients_app.api.views.identities import IdentitiesView, IdentityView
from clients_app.api.views.keys import KeysView, KeyView, RotateKeyView
from clients_app.api.views.resource import NoSuchAddress
from clients_app.api.views.roles import ClientRolesView, RoleClientsView, RolesView, RoleView
from clients_app.api.views.secrets import RotateView, SecretsView, SecretView
from clients_app.api.views.tenant import TenantView
from clients_app.api.views.trials import NearMissesView, TokenTrialView
from clients_app.rules.client_types import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    HYBRID,
    ClientType,
)

_TENANT = "api/v1/Tenants/<str:tenant_id>"
_ROLE = f"{_TENANT}/Roles/<str:role_id>"


def _clients(word: str, kind: ClientType) -> list[URLPattern]:
    of, clients = {"client_type": kind.id}, f"{_TENANT}/{word}"
    client = f"{clients}/<str:client_id>"
    addresses = [
        path(clients, ClientsView.as_view(), of, f"api-{kind}-list"),
        path(client, ClientView.as_view(), of, f"api-{kind}"),
        path(f"{client}/Apis", ClientApisView.as_view(), of, f"api-{kind}-apis"),
    ]
    if kind.has_secrets:
        secret = f"{client}/Secrets/<str:secret_id>"
        addresses += [
            path(f"{client}/Secrets", SecretsView.as_view(), of, f"api-{kind}-secrets"),
            path(secret, SecretView.as_view(), of, f"api-{kind}-secret"),
            path(f"{secret}/Rotate", RotateView.as_view(), of, f"api-{kind}-secret-rotate"),
        ]
        key = f"{client}/PublicKeys/<str:key_id>"
        identity = f"{client}/FederatedIdentities/<str:identity_id>"
        identities = f"{client}/FederatedIdentities"
        addresses += [
            path(f"{client}/PublicKeys", KeysView.as_view(), of, f"api-{kind}-keys"),
            path(key, KeyView.as_view(), of, f"api-{kind}-key"),
            path(f"{key}/Rotate", RotateKeyView.as_view(), of, f"api-{kind}-key-rotate"),
            path(identities, IdentitiesView.as_view(), of, f"api-{kind}-identities"),
            path(identity, IdentityView.as_view(), of, f"api-{kind}-identity"),
            path(f"{client}/NearMisses", NearMissesView.as_view(), of, f"api-{kind}-misses"),
            path(f"{client}/TestToken", TokenTrialView.as_view(), of, f"api-{kind}-test-token"),
        ]
    if kind.has_roles:
        roles = ClientRolesView.as_view()
        addresses.append(path(f"{client}/Roles", roles, of, f"api-{kind}-roles"))
    return addresses


urlpatterns = [
    path("api/v1/openapi.json", DescriptionView.as_view(), name="api-description"),
    path(_TENANT, TenantView.as_view(), name="api-tenant"),
    *_clients("ClientCredentialClients", CLIENT_CREDENTIALS),
    *_clients("AuthorizationCodeClients", AUTHORIZATION_CODE),
    *_clients("HybridClients", HYBRID),
    path(f"{_TENANT}/Apis", ApisView.as_view(), name="api-apis"),
    path(f"{_TENANT}/Apis/<str:api_id>", ApiView.as_view(), name="api-api"),
    path(f"{_TENANT}/Activity", ActivityView.as_view(), name="api-activity"),
    path(f"{_TENANT}/Usage", UsageView.as_view(), name="api-usage"),
    path(f"{_TENANT}/Roles", RolesView.as_view(), name="api-roles"),
    path(_ROLE, RoleView.as_view(), name="api-role"),
    path(f"{_ROLE}/ClientCredentialClients", RoleClientsView.as_view(), name="api-role-clients"),
    re_path(r"^api/", NoSuchAddress.as_view()),
]
