"""A new user follows Get started to its end, pasting its commands into a shell."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.free_ports import free_port
from tests.journeys.add_by_http import new_form, send, signed_in
from tests.portal_process import CHECKOUT, PortalProcess
from tests.third_party.programs import running as program_listens

pytestmark = pytest.mark.one_database
COMMAND = re.compile(r'<pre [^>]*(?:id="command-|data-lang=")(\w+)"[^>]*>(.*?)</pre>', re.DOTALL)
PORT = 9000  # the port on the page, which may be in use here


def commands_of(session: requests.Session, portal: PortalProcess, guide: str) -> dict[str, str]:
    page = session.get(f"{portal.url}/help/get-started/{guide}", timeout=60).text
    return {
        name: html.unescape(re.sub("<[^>]+>", "", text)) for name, text in COMMAND.findall(page)
    }


def said_by(command: str) -> Any:
    """Return the JSON that a command of the page prints."""
    assert not re.search("YOUR_|THE_", command)
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@contextmanager
def running(command: str, port: int, folder: Path) -> Iterator[None]:
    """Run the example API with the page's command and wait until it listens."""
    process = subprocess.Popen(
        ["sh", "-c", f"exec {command} --port {port}"],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Listening on http://localhost:{port}\n"
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_guide_client_credentials_ends_with_a_verified_token(
    live_portal: PortalProcess, tmp_path: Path
):
    session = signed_in(live_portal)
    added = send(session, live_portal, new_form("Followed the guide"))
    assert added is not None
    commands = commands_of(session, live_portal, "client-credentials")
    ask = commands["curl"].replace("YOUR_CLIENT_ID", added.client_id)

    token = said_by(ask.replace("YOUR_CLIENT_SECRET", added.plain))["access_token"]

    port = free_port()
    call = commands["call"].replace(f":{PORT}", f":{port}").replace("curl ", "curl -s ")
    fetch, *make_environment = commands["fetch"].splitlines()
    assert make_environment == ["python3 -m venv .venv", ".venv/bin/pip install 'PyJWT[crypto]'"]
    subprocess.run(["sh", "-c", fetch], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / ".venv").symlink_to(CHECKOUT / ".venv")  # which has PyJWT
    with running(commands["start"], port, tmp_path):
        good = said_by(call.replace("YOUR_ACCESS_TOKEN", token))
        spoilt = said_by(call.replace("YOUR_ACCESS_TOKEN", token[:-9] + "Q" * 9))
    assert good == {"client_id": added.client_id, "roles": ["Tenant Member"]}
    assert set(spoilt) == {"error"}


@pytest.mark.parametrize("guide", ["authorization-code", "hybrid"])
def test_guide_starts_an_example_application_that_sends_people_to_the_portal(
    guide: str, live_portal: PortalProcess, tmp_path: Path
):
    """tests/journeys/test_relying_parties.py signs people in to it."""
    commands = commands_of(signed_in(live_portal), live_portal, guide)
    subprocess.run(["sh", "-c", commands["download"]], cwd=tmp_path, check=True, timeout=30)
    start = commands["try"].replace("YOUR_CLIENT_ID", "a-client").replace("YOUR_", "a-")
    start = start.replace("uv run", sys.executable)  # which has its packages
    port, log = free_port(), tmp_path / "log"

    with program_listens(("sh", "-c", start), port, folder=tmp_path, log=log, PORT=str(port)):
        page = requests.get(f"http://localhost:{port}/", timeout=30).text

    assert "Example application" in page
    folder = {"authorization-code": "single_page_app", "hybrid": "web_app"}[guide]
    example = CHECKOUT / "docs" / "examples" / folder
    wanted = {one.name for one in example.iterdir() if one.is_file() and one.name[0] != "."}
    for name in wanted - {"README.md"}:
        assert (tmp_path / name).read_bytes() == (example / name).read_bytes()


def test_guide_hybrid_introspects_tokens(live_portal: PortalProcess):
    """Its secret already works for that; the command line has created the client."""
    made = json.loads(
        live_portal.run("clients", "add", "Asks", "--may-introspect", "--json").stdout
    )
    ask = commands_of(signed_in(live_portal), live_portal, "hybrid")["introspect"]
    ask = ask.replace("YOUR_CLIENT_ID", made["client_id"])
    ask = ask.replace("YOUR_CLIENT_SECRET", made["client_secret"]).replace("curl ", "curl -s ")

    assert said_by(ask.replace("THE_TOKEN", "no.such.token")) == {"active": False}
