"""Third-party clients with a private key and the running server: from its metadata to a token."""

import json
import subprocess
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7523.assertion import private_key_jwt_sign
from requests_oauth2client import OAuth2Client, PrivateKeyJwt

from tests.at_once import at_once
from tests.oauth.assertions import asking, assertion, key_of
from tests.oauth.third_party_clients import METADATA
from tests.oauth.wsgi import FORM, TOKEN_PATH
from tests.portal_process import PortalProcess
from tests.third_party import npm_packages
from tests.third_party.registration import add_public_key

EC, OKP = key_of("EC", 20), key_of("OKP", 20)


class Lasting60Seconds(PrivateKeyJWT):
    """As docs/public-keys.md shows it: Authlib's own lasts an hour and names the token endpoint."""

    def sign(self, auth: Any, token_endpoint: str) -> str:
        return private_key_jwt_sign(
            auth.client_secret, auth.client_id, self.token_endpoint, alg="ES256", expires_in=60
        )


def by_authlib(issuer: str, client_id: str) -> Any:
    with OAuth2Session(client_id, EC, token_endpoint_auth_method="private_key_jwt") as session:
        session.register_client_auth_method(Lasting60Seconds(issuer))
        address = requests.get(issuer + METADATA, timeout=30).json()["token_endpoint"]
        session.fetch_token(address, grant_type="client_credentials")
        return session.fetch_token(address, grant_type="client_credentials")["access_token"]


def by_oauth2client(issuer: str, client_id: str) -> Any:
    jwk = {**EC.as_dict(private=True), "kid": EC.thumbprint()}
    auth = PrivateKeyJwt(client_id, jwk, alg="ES256", aud=issuer)
    client = OAuth2Client.from_discovery_endpoint(issuer=issuer, auth=auth, testing=True)
    return client.client_credentials().access_token


def by_node(program: str, key: Any, *words: str) -> Callable[[str, str], Any]:
    def get(issuer: str, client_id: str) -> Any:
        path = npm_packages.programs() / program
        jwk = json.dumps({**key.as_dict(private=True), "kid": key.thumbprint()})
        command = ["node", str(path), issuer, client_id, jwk, *words]
        done = subprocess.run(command, check=True, capture_output=True, timeout=60)
        return json.loads(done.stdout)["access_token"]

    return get


LIBRARIES: dict[str, Callable[[str, str], Any]] = {
    "authlib": by_authlib,
    "requests_oauth2client": by_oauth2client,
    "oauth4webapi with ES256": by_node("oauth4webapi_key.mjs", EC, "ES256"),
    "oauth4webapi with Ed25519": by_node("oauth4webapi_key.mjs", OKP, "Ed25519"),
    "openid-client 6": by_node("keys.mjs", EC, "openid-client 6"),
    "openid-client 5": by_node("keys.mjs", EC, "openid-client 5"),
}


@pytest.fixture(scope="module")
def machine(machines: SimpleNamespace, token_portal: PortalProcess) -> SimpleNamespace:
    """The good client, with two public keys; it keeps its secret."""
    for key in (EC, OKP):
        add_public_key(token_portal, machines.good.id, key.as_pem(private=False))
    return SimpleNamespace(id=machines.good.id, issuer=f"{token_portal.url}/identity")


@pytest.mark.one_database
@pytest.mark.parametrize("library", LIBRARIES)
def test_library_gets_a_token_with_its_private_key(machine: SimpleNamespace, library: str):
    token = LIBRARIES[library](machine.issuer, machine.id)

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["client_id"] == machine.id
    assert claims["cred"].startswith("key:")


def test_assertion_sent_at_once_to_all_workers_is_accepted_once(
    machine: SimpleNamespace, token_portal: PortalProcess
):
    for _ in range(5):
        body = asking(assertion(machine.id, EC, aud=machine.issuer))

        def send(body: bytes = body) -> int:
            headers = {"Content-Type": FORM}
            url = f"{token_portal.url}{TOKEN_PATH}"
            return requests.post(url, data=body, headers=headers, timeout=30).status_code

        assert sorted(at_once(8, send)) == [200] + [401] * 7
