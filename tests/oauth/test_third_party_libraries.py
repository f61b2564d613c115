"""Third-party programs with the running server: from its metadata to verified claims."""

from types import SimpleNamespace
from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session as OauthlibSession

from tests.oauth.jwt_libraries import VERIFIERS
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database  # what third parties read


def authlib_basic(machine: SimpleNamespace, address: str, scope: str) -> dict[str, Any]:
    with AuthlibSession(machine.id, machine.plain, scope=scope) as session:
        return session.fetch_token(address, grant_type="client_credentials")


def authlib_post(machine: SimpleNamespace, address: str, scope: str) -> dict[str, Any]:
    with AuthlibSession(
        machine.id, machine.plain, scope=scope, token_endpoint_auth_method="client_secret_post"
    ) as session:
        return session.fetch_token(address, grant_type="client_credentials")


def oauthlib_basic(machine: SimpleNamespace, address: str, scope: str) -> dict[str, Any]:
    client = BackendApplicationClient(machine.id, scope=scope)
    with OauthlibSession(client=client) as session:
        return session.fetch_token(address, client_id=machine.id, client_secret=machine.plain)


def oauthlib_post(machine: SimpleNamespace, address: str, scope: str) -> dict[str, Any]:
    client = BackendApplicationClient(machine.id, scope=scope)
    with OauthlibSession(client=client) as session:
        return session.fetch_token(
            address, client_secret=machine.plain, include_client_id=True, auth=lambda call: call
        )


def plain_requests(machine: SimpleNamespace, address: str, scope: str) -> dict[str, Any]:
    reply = requests.post(
        address,
        auth=(machine.id, machine.plain),
        data={"grant_type": "client_credentials", "scope": scope},
        timeout=30,
    )
    return reply.json()


LIBRARIES = (authlib_basic, authlib_post, oauthlib_basic, oauthlib_post, plain_requests)


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.__name__)
def test_stock_libraries_get_and_verify_a_token(
    library: Any,
    machines: SimpleNamespace,
    token_portal: PortalProcess,
    monkeypatch: pytest.MonkeyPatch,
):
    """TOK-2: from the metadata to verified claims, without any of our code in between."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # HTTP on loopback
    metadata = requests.get(
        f"{token_portal.url}/identity/.well-known/openid-configuration", timeout=30
    ).json()

    answer = library(machines.good, metadata["token_endpoint"], "ocsapi")

    jwks = requests.get(metadata["jwks_uri"], timeout=30).json()
    for verify in VERIFIERS:
        claims = verify(
            answer["access_token"], jwks, issuer=metadata["issuer"], audience=token_portal.url
        )
        assert (claims["client_id"], claims["scope"]) == (machines.good.id, "ocsapi")
        assert claims["roles"] == ["Tenant Member"]
    assert answer["expires_in"] == 3600


def test_log_and_database_contain_no_secret(machines: SimpleNamespace, token_portal: PortalProcess):
    """SEC-3: neither whole nor its first twenty characters."""
    dump, log = token_portal.dump_of_every_table(), token_portal.log()

    for machine in vars(machines).values():
        for text in (machine.plain, machine.plain[:20]):
            assert text not in dump
            assert text not in log
