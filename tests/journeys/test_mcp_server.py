"""docs/examples/mcp_server: an MCP server as an API; a client for each flow. RES-2, RFC 9728."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
import requests
from playwright.sync_api import expect

from clients_app.rules.client_types import AUTHORIZATION_CODE, CLIENT_CREDENTIALS
from tests.free_ports import free_port
from tests.journeys.conftest import NewVisitor
from tests.journeys.visitor import sign_in
from tests.oauth.assertions import key_of
from tests.portal_process import TENANT, PortalProcess
from tests.third_party import npm_packages
from tests.third_party.programs import running
from tests.third_party.registration import Registered, add_client, add_public_key
from tests.third_party.relying_parties import EXAMPLES

FOLDER = EXAMPLES / "mcp_server"


class McpServer(NamedTuple):
    """The running server, and clients that may call it: for people, by secret and by key."""

    address: str
    for_people: Registered
    for_itself: Registered
    with_key: Registered
    settings: dict[str, str]


def apis(portal: PortalProcess, *words: str) -> None:
    done = portal.run("apis", *words, "--tenant", TENANT)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def server(
    live_portal: PortalProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[McpServer]:
    port = free_port()
    address = f"http://localhost:{port}/mcp"
    scope = "notes.read Read your notes"
    apis(live_portal, "add", "Notes", "--identifier", address, "--scope", scope)
    options = ("--redirect-uri", "http://localhost/callback", "--allow-refresh-token")
    for_people = add_client(live_portal, "MCP client of a person", AUTHORIZATION_CODE, *options)
    for_itself = add_client(live_portal, "MCP client", CLIENT_CREDENTIALS)
    with_key = add_client(live_portal, "MCP client with a key", CLIENT_CREDENTIALS)._replace(
        secret=""
    )
    add_public_key(live_portal, with_key.id, key_of("RSA").as_pem(private=False))
    for client in (for_people, for_itself, with_key):
        apis(live_portal, "allow", address, client.id, "--all-scopes")
    tenants = dict(live_portal.query("SELECT name, id FROM clients_app_tenant"))
    settings = {"ISSUER": f"{live_portal.url}/identity", "ADDRESS": address}
    log = tmp_path_factory.mktemp("mcp") / "log"
    variables = {**settings, "TENANT_ID": str(UUID(tenants[TENANT]))}
    with running((sys.executable, "server.py"), port, folder=FOLDER, log=log, **variables):
        yield McpServer(address, for_people, for_itself, with_key, settings)


Program = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(server: McpServer) -> Iterator[Program]:
    """A function that starts a program as this client; its end is the test's."""
    started: list[subprocess.Popen[str]] = []

    def run(
        *command: str, client: Registered, folder: Path = FOLDER, key: str = ""
    ) -> "subprocess.Popen[str]":
        pair = {"CLIENT_ID": client.id, "CLIENT_SECRET": client.secret, "PRIVATE_KEY": key}
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **server.settings, **pair, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def said_by(program: "subprocess.Popen[str]") -> str:
    out, errors = program.communicate(timeout=60)
    assert program.returncode == 0, errors
    return out.strip()


@pytest.mark.sweep
def test_server_without_a_token_names_the_portal(server: McpServer, live_portal: PortalProcess):
    refused = requests.post(server.address, json={}, timeout=30)
    named = refused.headers["WWW-Authenticate"].partition('resource_metadata="')[2].rstrip('"')

    metadata: dict[str, Any] = requests.get(named, timeout=30).json()

    assert refused.status_code == 401
    assert metadata["resource"] == server.address
    assert metadata["authorization_servers"] == [f"{live_portal.url}/identity"]
    assert metadata["scopes_supported"] == ["notes.read"]


@pytest.mark.sweep
def test_python_client_for_itself_reads_its_notes(server: McpServer, run: Program):
    program = run(sys.executable, "client_for_itself.py", client=server.for_itself)

    assert said_by(program) == f"Notes of {server.for_itself.id}, read by {server.for_itself.id}"


@pytest.mark.sweep
def test_python_client_that_may_not_call_the_api_gets_invalid_target(
    live_portal: PortalProcess, run: Program
):
    stranger = add_client(live_portal, "MCP client without the API", CLIENT_CREDENTIALS)

    program = run(sys.executable, "client_for_itself.py", client=stranger)

    _, errors = program.communicate(timeout=60)
    assert program.returncode != 0
    assert "invalid_target" in errors


def test_npm_client_for_itself_reads_its_notes(server: McpServer, run: Program):
    folder = npm_packages.programs()

    program = run("node", "mcp_client.mjs", client=server.for_itself, folder=folder)

    assert said_by(program) == f"Notes of {server.for_itself.id}, read by {server.for_itself.id}"


@pytest.mark.parametrize(
    "command", [(sys.executable, "mcp_key.py"), ("node", "mcp_client.mjs")], ids=["Python", "npm"]
)
def test_client_with_a_private_key_reads_its_notes(
    server: McpServer, run: Program, live_portal: PortalProcess, command: tuple[str, str]
):
    client, key = server.with_key, key_of("RSA").as_pem(private=True).decode()

    program = run(*command, client=client, folder=npm_packages.programs(), key=key)

    assert said_by(program) == f"Notes of {client.id}, read by {client.id}"


@pytest.mark.sweep
def test_python_client_for_a_person_reads_their_notes_after_they_agreed(
    server: McpServer, run: Program, new_visitor: NewVisitor, live_portal: PortalProcess
):
    program = run(sys.executable, "client_for_a_person.py", client=server.for_people)
    assert program.stdout is not None
    page = new_visitor(live_portal).page(program.stdout.readline().removeprefix("Open ").strip())
    sign_in(page)

    expect(page.locator("main")).to_contain_text("Notes")
    expect(page.locator("main")).to_contain_text("Read your notes")
    page.get_by_role("button", name="Allow", exact=True).click()

    expect(page.locator("body")).to_have_text("You can close this page.")
    ((person,),) = live_portal.query("SELECT id FROM clients_app_person WHERE username = 'mara'")
    said = said_by(program).replace("-", "")
    assert said == f"Notes of {person}, read by {server.for_people.id.replace('-', '')}"
