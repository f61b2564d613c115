"""What this server offers, for programs. Source: RFC 8414; OpenID Connect Discovery 1.0."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from clients_app import conf
from clients_app.oauth.client_authentication.methods import METHODS
from clients_app.oauth.grants.grant_types import GRANT_TYPES
from clients_app.oauth.public_documents import json_document, refuse_writes


@csrf_exempt
def metadata(request: HttpRequest) -> HttpResponse:
    """The metadata: only what works, its addresses from the settings and never from the request."""
    return refuse_writes(request) or json_document(
        request,
        {
            "issuer": conf.issuer(),
            "token_endpoint": conf.public_url() + reverse("token"),
            "introspection_endpoint": conf.public_url() + reverse("introspect"),
            "revocation_endpoint": conf.public_url() + reverse("revoke"),
            "jwks_uri": conf.public_url() + reverse("jwks"),
            "scopes_supported": list(conf.api_scopes()),
            "response_types_supported": [],
            "grant_types_supported": list(GRANT_TYPES),
            "token_endpoint_auth_methods_supported": list(METHODS),
            "introspection_endpoint_auth_methods_supported": list(METHODS),
            "revocation_endpoint_auth_methods_supported": list(METHODS),
        },
    )
