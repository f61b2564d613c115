"""The addresses of the REST API, spelled as ``paths`` does."""

from django.urls import URLPattern, path, re_path

from clients_app.api.views.clients import ClientsView, ClientView
from clients_app.api.views.resource import NoSuchAddress
from clients_app.api.views.roles import ClientRolesView, RoleClientsView, RolesView, RoleView
from clients_app.api.views.secrets import SecretsView, SecretView
from clients_app.api.views.tenant import TenantView
from clients_app.rules.client_types import CLIENT_CREDENTIALS, ClientType

_TENANT = "api/v1/Tenants/<str:tenant_id>"
_ROLE = f"{_TENANT}/Roles/<str:role_id>"


def _clients(word: str, kind: ClientType) -> list[URLPattern]:
    of, clients = {"client_type": kind.id}, f"{_TENANT}/{word}"
    client = f"{clients}/<str:client_id>"
    addresses = [
        path(clients, ClientsView.as_view(), of, f"api-{kind}-list"),
        path(client, ClientView.as_view(), of, f"api-{kind}"),
    ]
    if kind.has_secrets:
        addresses += [
            path(f"{client}/Secrets", SecretsView.as_view(), of, f"api-{kind}-secrets"),
            path(
                f"{client}/Secrets/<str:secret_id>", SecretView.as_view(), of, f"api-{kind}-secret"
            ),
        ]
    if kind.has_roles:
        roles = ClientRolesView.as_view()
        addresses.append(path(f"{client}/Roles", roles, of, f"api-{kind}-roles"))
    return addresses


urlpatterns = [
    path(_TENANT, TenantView.as_view(), name="api-tenant"),
    *_clients("ClientCredentialClients", CLIENT_CREDENTIALS),
    path(f"{_TENANT}/Roles", RolesView.as_view(), name="api-roles"),
    path(_ROLE, RoleView.as_view(), name="api-role"),
    path(f"{_ROLE}/ClientCredentialClients", RoleClientsView.as_view(), name="api-role-clients"),
    re_path(r"^api/.*$", NoSuchAddress.as_view()),
]
