"""The addresses of the REST API, spelled as ``paths`` does."""

from django.urls import URLPattern, path, re_path

from clients_app.api.views.clients import ClientsView, ClientView
from clients_app.api.views.resource import NoSuchAddress
from clients_app.api.views.tenant import TenantView
from clients_app.rules.client_types import CLIENT_CREDENTIALS

_TENANT = "api/v1/Tenants/<str:tenant_id>"


def _clients(word: str, client_type: str) -> list[URLPattern]:
    of = {"client_type": client_type}
    return [
        path(f"{_TENANT}/{word}", ClientsView.as_view(), of, f"api-{client_type}-list"),
        path(f"{_TENANT}/{word}/<str:client_id>", ClientView.as_view(), of, f"api-{client_type}"),
    ]


urlpatterns = [
    path(_TENANT, TenantView.as_view(), name="api-tenant"),
    *_clients("ClientCredentialClients", CLIENT_CREDENTIALS.id),
    re_path(r"^api/.*$", NoSuchAddress.as_view()),
]
