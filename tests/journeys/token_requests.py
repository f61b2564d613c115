"""Tokens requested and verified with stock OAuth and JOSE libraries."""

import uuid
from datetime import UTC, datetime
from typing import Any

import joserfc.jwk
import joserfc.jwt
import jwt
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

from tests.journeys.page_actions import Credentials
from tests.portal_process import PortalProcess

METADATA = "/identity/.well-known/openid-configuration"


def metadata_of(portal: PortalProcess) -> dict[str, Any]:
    """Return the published metadata of the portal."""
    answer = requests.get(portal.url + METADATA, timeout=60)
    assert answer.status_code == 200
    return answer.json()


def by_requests_oauthlib(portal: PortalProcess, client_id: str, plain: str) -> dict[str, Any]:
    """Get a token with requests-oauthlib, which sends HTTP Basic."""
    with (
        pytest.MonkeyPatch.context() as patch,
        OAuth2Session(client=BackendApplicationClient(client_id=client_id)) as session,
    ):
        patch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # it has no exception for loopback
        return session.fetch_token(
            metadata_of(portal)["token_endpoint"], client_id=client_id, client_secret=plain
        )


def by_authlib(portal: PortalProcess, client_id: str, plain: str) -> dict[str, Any]:
    """Get a token with Authlib, which sends the credentials in the body."""
    with AuthlibSession(
        client_id, plain, token_endpoint_auth_method="client_secret_post"
    ) as session:
        return session.fetch_token(
            metadata_of(portal)["token_endpoint"], grant_type="client_credentials"
        )


def claims_by_pyjwt(portal: PortalProcess, token: str) -> dict[str, Any]:
    """Verify the token with PyJWT, which fetches the keys itself; return its claims."""
    metadata = metadata_of(portal)
    keys = jwt.PyJWKClient(metadata["jwks_uri"])
    return jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        issuer=metadata["issuer"],
        audience=portal.url,
        options={"require": ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"]},
    )


def claims_by_joserfc(portal: PortalProcess, token: str) -> dict[str, Any]:
    """Verify the token with joserfc; return its claims."""
    metadata = metadata_of(portal)
    keys = requests.get(metadata["jwks_uri"], timeout=60).json()
    found = joserfc.jwt.decode(token, joserfc.jwk.KeySet.import_key_set(keys))
    assert found.header["typ"] == "at+jwt"
    assert found.header["alg"] == "RS256"
    assert found.header["kid"] in {key["kid"] for key in keys["keys"]}
    registry = joserfc.jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": metadata["issuer"]},
        aud={"essential": True, "value": portal.url},
    )
    registry.validate(found.claims)
    return found.claims


def refusal(portal: PortalProcess, client_id: str, plain: str) -> tuple[int, str]:
    """Request a token; return status and error of the response, which must be an error."""
    answer = requests.post(
        metadata_of(portal)["token_endpoint"],
        data={
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": plain,
        },
        timeout=60,
    )
    assert "access_token" not in answer.text
    return answer.status_code, answer.json().get("error", "")


def expect_tokens(
    portal: PortalProcess, credentials: Credentials, *, roles: list[str], lifetime_s: int
) -> None:
    """Get tokens with two libraries and verify each with two others, claim by claim."""
    for ask in (by_requests_oauthlib, by_authlib):
        answer = ask(portal, *credentials)
        assert answer["token_type"] == "Bearer"
        assert answer["expires_in"] == lifetime_s
        claims = claims_by_pyjwt(portal, answer["access_token"])
        assert claims == claims_by_joserfc(portal, answer["access_token"])
        expect_claims(portal, claims, credentials, roles=roles, lifetime_s=lifetime_s)


def expect_claims(
    portal: PortalProcess,
    claims: dict[str, Any],
    credentials: Credentials,
    *,
    roles: list[str],
    lifetime_s: int,
) -> None:
    tenant = portal.query("SELECT id FROM clients_app_tenant")[0][0]
    ids = dict(portal.query("SELECT name, id FROM clients_app_role"))
    secrets = portal.query("SELECT id, last_four FROM clients_app_clientsecret")
    now = datetime.now(UTC).timestamp()
    assert set(claims) == {
        *("iss", "sub", "client_id", "aud", "iat", "nbf", "exp", "jti"),
        *("scope", "tid", "roles", "role_ids", "cred"),
    }
    assert claims["iss"] == f"{portal.url}/identity"
    assert claims["sub"] == claims["client_id"] == credentials.client_id
    assert claims["aud"] == portal.url
    assert now - 60 < claims["iat"] <= now + 1
    assert claims["nbf"] == claims["iat"]
    assert claims["exp"] == claims["iat"] + lifetime_s
    assert len(claims["jti"]) >= 16
    assert claims["scope"] == "api"
    assert claims["tid"] == str(uuid.UUID(str(tenant)))
    assert sorted(claims["roles"]) == sorted(roles)
    assert sorted(claims["role_ids"]) == sorted(str(uuid.UUID(str(ids[name]))) for name in roles)
    assert (claims["cred"], credentials.plain[-4:]) in secrets
