"""Third-party software at a portal with https and ES256: it accepts the metadata, and the tokens.

msal and openid_connect refuse a portal without https. For ES256, verifiers must find the algorithm
in the metadata, or be told.
"""

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urljoin

import pytest
import requests

from clients_app.rules.client_types import AUTHORIZATION_CODE, CLIENT_CREDENTIALS
from tests.certificates import certificate_of, write_certificate
from tests.oauth.assertions import key_of
from tests.portal_process import PASSWORD, PortalProcess
from tests.prepared_portal import new_portal
from tests.third_party import npm_packages
from tests.third_party.registration import Registered, add_client, add_person, add_public_key

pytestmark = pytest.mark.one_database
ALGORITHM = "ES256"
REDIRECT_URI = "http://localhost/callback"  # the tests read it, nobody opens it
NPM = ("openid-client 5", "openid-client 6", "oauth4webapi", "oidc-client-ts", "MCP SDK")
IN_SWEEPS = {"openid-client 5", "oidc-client-ts", "MCP SDK", "idpyoidc", "msal", "mcp"}
DISCOVERY = {
    **{name: ("node", "discovery.mjs", name) for name in NPM},
    **{
        name: (sys.executable, "discovery.py", name)
        for name in ("Authlib", "idpyoidc", "msal", "mcp")
    },
    "openid_connect": ("ruby", "-W0", "discovery.rb"),
}
CODE_FLOW = {
    **{
        name: ("node", "code_flow.mjs", name)
        for name in ("openid-client 5", "oauth4webapi", "MCP SDK")
    },
    **{name: (sys.executable, "code_flow.py", name) for name in ("msal", "requests_oauth2client")},
    "openid_connect": ("ruby", "-W0", "code_flow.rb"),
    "go-oidc": ("go", "run", "code_flow.go"),
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    folder = tmp_path_factory.mktemp("https")
    pem = str(write_certificate(folder / "pem"))
    settings = {"TLS_CERT": pem, "TLS_KEY": pem, "TOKEN_SIGNING_ALGORITHM": ALGORITHM}
    for running in new_portal(folder, **settings):
        running.url = running.url.replace("http:", "https:")
        yield running


@pytest.fixture(scope="module")
def environment(portal: PortalProcess) -> dict[str, str]:
    """The variables of a program that trusts the portal."""
    trust = ("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    return {
        **os.environ,
        **dict.fromkeys(trust, portal.environment["TLS_CERT"]),
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",  # of Debian
    }


@pytest.fixture(scope="module")
def application(portal: PortalProcess) -> Registered:
    options = ("--redirect-uri", REDIRECT_URI, "--allow-refresh-token", "--first-party")
    return add_client(portal, "First-party application", AUTHORIZATION_CODE, *options)


class Person(NamedTuple):
    """A person, and their browser, where they are signed in to the portal."""

    id: str
    browser: requests.Session


@pytest.fixture(scope="module")
def person(portal: PortalProcess) -> Iterator[Person]:
    """Kim, who has no rights in the portal: with https, administrators need a second factor."""
    with requests.Session() as browser:
        browser.trust_env = False  # a bundle in the environment would win over the next line
        browser.verify = portal.environment["TLS_CERT"]
        browser.headers["Referer"] = portal.url
        person_id = add_person(portal, "kim")
        browser.get(f"{portal.url}/sign-in", timeout=30)
        token = browser.cookies["__Host-csrftoken"]
        fields = {"login": "kim", "password": PASSWORD, "csrfmiddlewaretoken": token}
        browser.post(f"{portal.url}/sign-in", data=fields, timeout=30).raise_for_status()
        yield Person(person_id, browser)


def back_from(person: Person, address: str) -> str:
    """Return where the person comes back from the portal, which they allow what it asks."""
    answer = person.browser.get(address, allow_redirects=False, timeout=30)
    if answer.status_code == 200:
        form = answer.text[answer.text.index("<form") : answer.text.index("</form")]
        action = html.unescape(re.findall(r'action="([^"]+)"', form)[0])
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) | {"decision": "allow"}
        answer = person.browser.post(
            urljoin(address, action), data=fields, allow_redirects=False, timeout=30
        )
    back = answer.headers.get("Location", "")
    assert back.startswith(REDIRECT_URI), (answer.status_code, back, answer.text[:2000])
    return back


def started(*command: str, environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        cwd=npm_packages.programs(),
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def one_of_each_language(programs: dict[str, tuple[str, ...]]) -> list[Any]:
    """Return the names of the programs, those IN_SWEEPS for `make sweeps` alone."""
    marks = {True: [pytest.mark.sweep], False: []}
    return [pytest.param(name, marks=marks[name in IN_SWEEPS]) for name in programs]


@pytest.mark.parametrize("name", one_of_each_language(DISCOVERY))
def test_discovery_by_third_party_finds_the_addresses(
    name: str, portal: PortalProcess, environment: dict[str, str]
):
    issuer = f"{portal.url}/identity"
    with started(*DISCOVERY[name], issuer, environment=environment) as program:
        out, errors = program.communicate(timeout=60)

    assert program.returncode == 0, errors
    assert json.loads(out) == {
        "authorization_endpoint": f"{issuer}/connect/authorize",
        "token_endpoint": f"{issuer}/connect/token",
    }


@pytest.mark.parametrize("name", one_of_each_language(CODE_FLOW))
def test_code_flow_by_third_party_signs_the_person_in_and_refreshes(
    name: str,
    portal: PortalProcess,
    application: Registered,
    person: Person,
    environment: dict[str, str],
):
    """RFC 6749 section 4.1, RFC 7636, OpenID Connect Core sections 3.1 and 12; AUT-2, AUT-4."""
    settings = (f"{portal.url}/identity", application.id, REDIRECT_URI, ALGORITHM)
    with started(*CODE_FLOW[name], *settings, environment=environment) as program:
        assert program.stdout is not None
        assert program.stdin is not None
        while (said := program.stdout.readline()).startswith("https:"):
            program.stdin.write(f"{back_from(person, said.strip())}\n")
            program.stdin.flush()
        _, errors = program.communicate(timeout=60)

    assert program.returncode == 0, errors
    assert json.loads(said) == {"sub": person.id}


def test_go_oidc_verifies_an_access_token_with_es256(
    portal: PortalProcess, environment: dict[str, str]
):
    machine = add_client(portal, "Go", CLIENT_CREDENTIALS)
    issuer = f"{portal.url}/identity"
    answer = requests.post(
        f"{issuer}/connect/token",
        auth=machine,
        data={"grant_type": "client_credentials"},
        verify=portal.environment["TLS_CERT"],
        timeout=30,
    )
    command = ("go", "run", "discovery.go", issuer, answer.json()["access_token"], ALGORITHM)

    with started(*command, environment=environment) as program:
        out, errors = program.communicate(timeout=60)

    assert program.returncode == 0, errors
    assert json.loads(out)["token_endpoint"] == f"{issuer}/connect/token"


@pytest.mark.parametrize("how", ["assertion", "certificate"])
def test_msal_gets_a_token_with_its_private_key(
    how: str, portal: PortalProcess, environment: dict[str, str]
):
    """With a certificate it signs by PS256 and says so in ``x5t#S256`` and ``x5c``. RFC 7523."""
    machine = add_client(portal, f"msal by {how}", CLIENT_CREDENTIALS)
    key = key_of("RSA")
    pem, certificate = key.as_pem(private=True).decode(), certificate_of(key.private_key)
    add_public_key(portal, machine.id, certificate.encode())
    issuer = f"{portal.url}/identity"
    command = (sys.executable, "msal_key.py", how, issuer, machine.id, pem, certificate)

    with started(*command, environment=environment) as program:
        out, errors = program.communicate(timeout=60)

    assert program.returncode == 0, errors
    assert json.loads(out).get("token_type") == "Bearer", out
