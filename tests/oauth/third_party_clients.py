"""Third-party OAuth clients: each gets a token with only the metadata, or raises its own error."""

import json
import subprocess
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from oauthlib.oauth2.rfc6749.errors import OAuth2Error
from requests_oauth2client import OAuth2Client
from requests_oauth2client.exceptions import TokenEndpointError
from requests_oauthlib import OAuth2Session as OauthlibSession

from tests.portal_apis import Machine
from tests.third_party import npm_packages

METADATA: Final = "/.well-known/openid-configuration"


class NodeError(Exception):
    """What oauth4webapi raised: its ResponseBodyError with this ``error``."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def by_authlib(issuer: str, machine: Machine, **params: str) -> dict[str, Any]:
    address = requests.get(issuer + METADATA, timeout=30).json()["token_endpoint"]
    with AuthlibSession(machine.id, machine.plain, scope=params.pop("scope", None)) as session:
        return session.fetch_token(address, grant_type="client_credentials", **params)


def by_oauthlib(issuer: str, machine: Machine, **params: str) -> dict[str, Any]:
    address = requests.get(issuer + METADATA, timeout=30).json()["token_endpoint"]
    client = BackendApplicationClient(machine.id, scope=params.pop("scope", None))
    with OauthlibSession(client=client) as session:
        pair = {"client_id": machine.id, "client_secret": machine.plain}
        return session.fetch_token(address, **pair, **params)


def by_oauth2client(issuer: str, machine: Machine, **params: str) -> dict[str, Any]:
    return oauth2client(issuer, machine).client_credentials(**params).as_dict()


def oauth2client(issuer: str, machine: Machine) -> OAuth2Client:
    """Return a client of requests_oauth2client that read the metadata; ``testing`` allows HTTP."""
    return OAuth2Client.from_discovery_endpoint(
        issuer=issuer, client_id=machine.id, client_secret=machine.plain, testing=True
    )


def by_oauth4webapi(issuer: str, machine: Machine, **params: str) -> dict[str, Any]:
    program = npm_packages.programs() / "oauth4webapi_client.mjs"
    command = ["node", str(program), issuer, *machine, json.dumps(params)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    said: dict[str, Any] = json.loads(done.stdout)
    if "error" in said:
        raise NodeError(said["error"])
    return said


class Library(NamedTuple):
    """``get`` returns the token response; ``refusal`` is raised for an error of the portal."""

    get: Callable[..., dict[str, Any]]
    refusal: type[Exception]


LIBRARIES: Final = {
    "Authlib": Library(by_authlib, OAuthError),
    "requests-oauthlib": Library(by_oauthlib, OAuth2Error),
    "requests_oauth2client": Library(by_oauth2client, TokenEndpointError),
    "oauth4webapi": Library(by_oauth4webapi, NodeError),
}
