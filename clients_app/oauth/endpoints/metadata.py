"""What this server offers, for programs. Source: RFC 8414; OpenID Connect Discovery 1.0."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from clients_app import conf
from clients_app.oauth.client_auth import METHODS
from clients_app.oauth.documents import document, read_only
from clients_app.oauth.endpoints.token import GRANTS


@csrf_exempt
def metadata(request: HttpRequest) -> HttpResponse:
    """The metadata: only what works, its addresses from the settings and never from the request."""
    return read_only(request) or document(
        request,
        {
            "issuer": conf.issuer(),
            "token_endpoint": conf.public_url() + reverse("token"),
            "introspection_endpoint": conf.public_url() + reverse("introspect"),
            "revocation_endpoint": conf.public_url() + reverse("revoke"),
            "jwks_uri": conf.public_url() + reverse("jwks"),
            "scopes_supported": list(conf.api_scopes()),
            "response_types_supported": [],
            "grant_types_supported": list(GRANTS),
            "token_endpoint_auth_methods_supported": list(METHODS),
            "introspection_endpoint_auth_methods_supported": list(METHODS),
            "revocation_endpoint_auth_methods_supported": list(METHODS),
        },
    )
