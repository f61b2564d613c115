"""The programs by which a machine replaces its own key, against the running portal (SEC-20)."""

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.portal_process import CHECKOUT, PortalProcess
from tests.sampling import sampled

pytestmark = pytest.mark.one_database
EXAMPLES = CHECKOUT / "docs" / "examples"
PROGRAMS = {
    "Python": [sys.executable, EXAMPLES / "unattended_machine_with_key.py"],
    "Node.js": ["node", EXAMPLES / "unattended_machine_with_key.mjs"],
}
Ids = Callable[[], list[int]]


@pytest.fixture(params=sampled(PROGRAMS))
def rotate(request: Any, live_portal: PortalProcess, state_file: Path) -> Callable[[], str]:
    """A function that runs a program once; it returns what was wrong, empty if nothing was."""

    def run() -> str:
        words = [*PROGRAMS[request.param], live_portal.url, state_file]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode == 0) is (done.stderr == ""), done
        return done.stderr

    return run


@pytest.fixture
def state_file(live_portal: PortalProcess, tmp_path: Path, request: Any) -> Path:
    """A machine that may rotate itself, as its administrator sets it up; its file."""
    key, public, path = (
        ECKey.generate_key("P-256"),
        tmp_path / "public.pem",
        tmp_path / "state.json",
    )
    public.write_bytes(key.as_pem(private=False))
    words = ("--may-rotate-own-secrets", "--key", str(public), "--json")
    added = live_portal.run("clients", "add", f"Machine of {request.node.name}", *words)
    assert added.returncode == 0, added.stderr
    state = {
        "client_id": json.loads(added.stdout)["client_id"],
        "private_key": key.as_pem(private=True).decode(),
    }
    path.write_text(json.dumps(state))
    return path


@pytest.fixture
def client_id(state_file: Path) -> str:
    return str(json.loads(state_file.read_text())["client_id"])


@pytest.fixture
def keys(live_portal: PortalProcess, client_id: str) -> Ids:
    """A function that returns the ids of the client's keys."""

    def listed() -> list[int]:
        lines = live_portal.run("public_keys", "list", client_id, "--json").stdout.splitlines()
        return [json.loads(line)["Id"] for line in lines]

    return listed


def test_machine_replaces_its_key_again_and_again(
    live_portal: PortalProcess, rotate: Callable[[], str], state_file: Path, keys: Ids
) -> None:
    [first] = keys()
    pems = [json.loads(state_file.read_text())["private_key"]]
    for _ in range(2):
        assert rotate() == ""
        pems.append(json.loads(state_file.read_text())["private_key"])
    [left] = keys()
    assert left > first
    assert len(set(pems)) == 3
    assert stat.S_IMODE(state_file.stat().st_mode) == 0o600
    assert "PRIVATE" not in live_portal.log()


def test_machine_that_cannot_keep_its_new_key_goes_back(
    rotate: Callable[[], str], state_file: Path, keys: Ids
) -> None:
    before, known = state_file.read_text(), keys()
    in_the_way = state_file.with_name("state.json.new")
    in_the_way.mkdir()

    assert rotate().startswith("Not rotated: ")

    assert (state_file.read_text(), keys()) == (before, known)
    in_the_way.rmdir()
    assert rotate() == ""


def test_machine_ends_what_a_killed_run_left_and_no_other_key(
    live_portal: PortalProcess,
    rotate: Callable[[], str],
    tmp_path: Path,
    client_id: str,
    keys: Ids,
) -> None:
    for description in ("Made by the machine itself", "Of somebody else"):
        public = tmp_path / f"{description}.pem"
        public.write_bytes(ECKey.generate_key("P-256").as_pem(private=False))
        words = ("--key", str(public), "--description", description)
        assert live_portal.run("public_keys", "add", client_id, *words).returncode == 0
    other = max(keys())

    assert rotate() == ""

    assert len(keys()) == 2
    assert other in keys()


def test_machine_without_the_switch_is_refused_and_keeps_its_key(
    live_portal: PortalProcess,
    rotate: Callable[[], str],
    state_file: Path,
    client_id: str,
    keys: Ids,
) -> None:
    live_portal.run("clients", "edit", client_id, "--no-may-rotate-own-secrets")
    before, known = state_file.read_text(), keys()

    assert "403" in rotate()

    assert (state_file.read_text(), keys()) == (before, known)
