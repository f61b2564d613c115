"""Metadata and public keys: KEY-3, META-1 and META-2."""

import json
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import joserfc.jwk
import jwt
import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from clients_app.models import SigningKey, Tenant
from clients_app.oauth.client_authentication.methods import METHODS
from clients_app.oauth.grants.grant_types import GRANT_TYPES
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.services.tokens.id_tokens import CLAIM_NAMES
from tests.oauth import wsgi
from tests.oauth.wsgi import Reply

pytestmark = pytest.mark.one_database

OPENID = "/identity/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server/identity"
JWKS = "/identity/.well-known/openid-configuration/jwks"
DOCUMENTS = (OPENID, OAUTH, JWKS)
ASSERTION_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "public, max-age=900",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}


def get(path: str, method: str = "GET", **more: Any) -> Reply:
    return wsgi.through_django(wsgi.environ(path, method=method, content_type=None, **more))


@pytest.mark.parametrize("path", [OPENID, OAUTH, OPENID + "/", OAUTH + "/"])
def test_metadata_lists_all_features(db: None, path: str):
    assert get(path).json() == {
        "issuer": "http://localhost:8000/identity",
        "authorization_endpoint": "http://localhost:8000/identity/connect/authorize",
        "end_session_endpoint": "http://localhost:8000/identity/connect/endsession",
        "userinfo_endpoint": "http://localhost:8000/identity/connect/userinfo",
        "token_endpoint": "http://localhost:8000/identity/connect/token",
        "introspection_endpoint": "http://localhost:8000/identity/connect/introspect",
        "revocation_endpoint": "http://localhost:8000/identity/connect/revocation",
        "jwks_uri": "http://localhost:8000/identity/.well-known/openid-configuration/jwks",
        "scopes_supported": ["openid", "profile", "email", "offline_access", "api", "ocsapi"],
        "claims_supported": list(CLAIM_NAMES),
        "response_types_supported": ["code", "code id_token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
        "grant_types_supported": list(GRANT_TYPES),
        "token_endpoint_auth_methods_supported": list(METHODS),
        **{
            f"{name}_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS
            for name in ("token", "introspection", "revocation")
        },
        "introspection_endpoint_auth_methods_supported": [
            name for name in METHODS if name != "none"
        ],
        "revocation_endpoint_auth_methods_supported": list(METHODS),
    }


def test_metadata_is_accepted_by_a_third_party_library(db: None, settings: Any):
    """RFC 8414 requires HTTPS: authlib checks each URL."""
    settings.PUBLIC_URL = "https://portal.example.com"
    metadata = AuthorizationServerMetadata(get(OAUTH, **{"wsgi.url_scheme": "https"}).json())

    metadata.validate()


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_metadata_lists_the_algorithm_of_every_key(
    tenant: Tenant, settings: Any, algorithm: str, now: datetime
):
    """As go-oidc does: it reads the list once, and refuses a token of an unlisted algorithm."""
    read_at_start = get(OPENID).json()["id_token_signing_alg_values_supported"]
    settings.TOKEN_SIGNING_ALGORITHM = algorithm
    ensure_active_key(now=now)

    [key] = get(JWKS).json()["keys"]
    assert key["alg"] == algorithm
    assert key["alg"] in read_at_start


@pytest.mark.parametrize("path", [OPENID, OAUTH])
@pytest.mark.parametrize(
    "header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_X_FORWARDED_PROTO"]
)
def test_metadata_urls_never_come_from_the_request(db: None, settings: Any, path: str, header: str):
    """META-1, also with a trusted proxy."""
    settings.TRUSTED_PROXIES = ["192.0.2.0/24"]
    usual = get(path).body

    assert get(path, **{header: "host=evil.test;proto=https"}).body == usual
    assert get(path, **{header: "evil.test"}).body == usual


@pytest.mark.parametrize("path", DOCUMENTS)
def test_headers_allow_caching_and_any_origin(signing_key: SigningKey, path: str):
    """Without credentials, cookies, or the headers of pages."""
    reply = get(path, HTTP_ORIGIN="https://any.test", HTTP_COOKIE="sessionid=x; csrftoken=y")

    tag = reply.headers.pop("ETag")
    assert (reply.status, reply.headers) == (200, HEADERS)
    assert tag.startswith('"')


def test_jwks_max_age_follows_the_setting(signing_key: SigningKey, settings: Any):
    settings.JWKS_MAX_AGE = 60

    assert get(JWKS).headers["Cache-Control"] == "public, max-age=60"
    assert get(OPENID).headers["Cache-Control"] == "public, max-age=900"


GOOD: dict[str, dict[str, str]] = {  # a valid request to each endpoint
    "token_endpoint": {"grant_type": "client_credentials"},
    "introspection_endpoint": {"token": "unknown"},
    "revocation_endpoint": {"token": "unknown"},
}
#: endpoints that take no client credentials: their own tests use them
FOR_PEOPLE = ("authorization_endpoint", "userinfo_endpoint", "end_session_endpoint")


def test_everything_in_the_metadata_works_and_nothing_else(clients: SimpleNamespace):
    """META-2: each URL, authentication method and grant."""
    offered, origin = get(OPENID).json(), "http://localhost:8000"
    endpoints = {name for name in offered if name.endswith("_endpoint")}
    assert endpoints == {*GOOD, *FOR_PEOPLE}
    who = {"client_id": clients.good.id, "client_secret": clients.good.plain}
    for name, fields in GOOD.items():
        methods = {
            "client_secret_basic": {"authorization": wsgi.basic(*who.values())},
            "client_secret_post": {},
        }
        assert set(methods) <= set(offered[f"{name}_auth_methods_supported"])
        for method, parts in methods.items():
            given = fields if parts else fields | who
            path = offered[name].removeprefix(origin)
            reply = wsgi.through_django(wsgi.environ(path, body=wsgi.form(**given), **parts))
            assert reply.status == 200, (name, method)
    for path in (offered["jwks_uri"], offered["issuer"] + OPENID.removeprefix("/identity")):
        assert get(path.removeprefix(origin)).status == 200
    assert "client_credentials" in offered["grant_types_supported"]
    for grant in ("password", "implicit"):
        fields = who | {"grant_type": grant}
        reply = wsgi.through_django(wsgi.environ(body=wsgi.form(**fields)))
        assert (reply.status, reply.json()["error"]) == (400, "unsupported_grant_type")


def test_endpoints_not_in_the_metadata_are_not_found(db: None):
    for name in ("register", "device_authorization"):
        assert get(f"/identity/connect/{name}").status == 404


@pytest.mark.parametrize("path", DOCUMENTS)
def test_matching_etag_gets_304_without_a_body(signing_key: SigningKey, path: str):
    tag = get(path).headers["ETag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        reply = get(path, HTTP_IF_NONE_MATCH=known)
        assert (reply.status, reply.body) == (304, b"")
        assert reply.headers["ETag"] == tag
        assert reply.headers["Cache-Control"] == "public, max-age=900"
    assert get(path, HTTP_IF_NONE_MATCH='"other"').status == 200


@pytest.mark.parametrize("path", DOCUMENTS)
def test_head_returns_the_same_headers(signing_key: SigningKey, path: str):
    """The server removes the body."""
    head, full = get(path, method="HEAD"), get(path)

    assert (head.status, head.headers) == (200, full.headers)


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_documents_refuse_other_methods(db: None, path: str, method: str):
    reply = get(path, method=method)

    assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert reply.headers["Cache-Control"] == "no-store"


def test_jwks_is_read_by_two_third_party_libraries(signing_key: SigningKey):
    """KEY-3: public members only."""
    published = get(JWKS).json()

    [by_pyjwt] = jwt.PyJWKSet.from_dict(published).keys
    [by_joserfc] = joserfc.jwk.KeySet.import_key_set(published).keys
    assert by_pyjwt.key_id == by_joserfc.kid == by_joserfc.thumbprint() == signing_key.kid
    assert not by_joserfc.is_private
    assert set(published["keys"][0]) == {"kty", "n", "e", "kid", "alg", "use"}


def test_removed_key_is_no_longer_published(signing_key: SigningKey):
    before = get(JWKS)
    SigningKey.objects.update(state=SigningKey.State.REMOVED)
    after = get(JWKS)

    assert json.loads(before.body)["keys"][0]["kid"] == signing_key.kid
    assert after.json() == {"keys": []}
    assert after.headers["ETag"] != before.headers["ETag"]
