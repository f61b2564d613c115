"""The metadata of this server, for programs. Source: RFC 8414; OpenID Connect Discovery 1.0."""

from typing import Any, Final

from django.urls import reverse

from clients_app import conf
from clients_app.oauth.client_authentication.methods import METHODS, proving_methods
from clients_app.oauth.grants.grant_types import GRANT_TYPES
from clients_app.oauth.public_documents import document_view
from clients_app.rules import pkce
from clients_app.rules.authorization_requests import PROMPTS, RESPONSE_MODES, RESPONSE_TYPES
from clients_app.rules.targets import IDENTITY_SCOPES
from clients_app.services.credentials.public_keys import ALGORITHMS as ASSERTION_ALGORITHMS
from clients_app.services.signing_keys.private_keys import ALGORITHMS
from clients_app.services.tokens.id_tokens import CLAIM_NAMES

MAX_AGE_S: Final = 900


def _metadata() -> dict[str, Any]:
    """Return only what works; the addresses come from the settings, never from the request.

    Verifiers such as go-oidc accept a signature only if its algorithm is listed, and read the list
    once, when they start. So it has all that keys may have, not just that of the current key.
    Whatever is true by default and not offered here is listed as false.
    """
    return {
        "issuer": conf.issuer(),
        "authorization_endpoint": conf.public_url() + reverse("authorize"),
        "token_endpoint": conf.public_url() + reverse("token"),
        "userinfo_endpoint": conf.public_url() + reverse("userinfo"),
        "end_session_endpoint": conf.public_url() + reverse("end-session"),
        "introspection_endpoint": conf.public_url() + reverse("introspect"),
        "revocation_endpoint": conf.public_url() + reverse("revoke"),
        "jwks_uri": conf.public_url() + reverse("jwks"),
        "scopes_supported": list(dict.fromkeys((*IDENTITY_SCOPES, *conf.api_scopes()))),
        "claims_supported": list(CLAIM_NAMES),
        "response_types_supported": list(RESPONSE_TYPES),
        "response_modes_supported": list(RESPONSE_MODES),
        "prompt_values_supported": list(PROMPTS),
        "code_challenge_methods_supported": [pkce.METHOD],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "grant_types_supported": list(GRANT_TYPES),
        "token_endpoint_auth_methods_supported": list(METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": proving_methods(),
        "introspection_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
    }


metadata = document_view(_metadata, max_age_s=lambda: MAX_AGE_S)
