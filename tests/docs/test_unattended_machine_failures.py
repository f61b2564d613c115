"""docs/examples/unattended_machine.py as a process that is killed, refused, or alone."""

import json
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.example_programs import load_example
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database
example = load_example("unattended_machine")
#: what a run sends, in this order; "clean" is for what a former run left
STEPS = ("token", "list", "rotate", "clean", "prove", "end")
Hook = Callable[[str, bool], int | None]


class Watched:
    """A proxy in front of the portal; ``hook`` is called around each request of a run.

    It gets the step, and whether the portal has answered. A status that it returns is sent instead
    of the answer; before it, anything but None keeps the request from the portal. If the portal is
    away, the connection is closed.
    """

    def __init__(self, portal: PortalProcess) -> None:
        self.hook: Hook = nothing
        self.tokens = 0  # that this run has asked for
        watched = self

        class Handler(BaseHTTPRequestHandler):
            def forward(self) -> None:
                step = watched.step_of(self.command, self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = body.replace(*watched.addresses)  # the program asks for a token for it
                names = ("Authorization", "Content-Type")
                headers = {name: self.headers[name] for name in names if name in self.headers}
                if watched.hook(step, False) is not None:
                    self.close_connection = True
                    return
                try:
                    url = f"{portal.url}{self.path}"
                    answer = requests.request(
                        self.command, url, data=body, headers=headers, timeout=30
                    )
                except requests.ConnectionError:
                    self.close_connection = True
                    return
                self.send_response(watched.hook(step, True) or answer.status_code)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def do_GET(self) -> None:
                self.forward()

            def do_POST(self) -> None:
                self.forward()

            def do_DELETE(self) -> None:
                self.forward()

            def log_message(self, *args: Any) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        #: of the proxy and of the portal, as a form has them
        self.addresses = [quote(url, safe="").encode() for url in (self.url, portal.url)]

    def step_of(self, method: str, path: str) -> str:
        """Return the step that a request is."""
        if path.endswith("/connect/token"):
            self.tokens += 1
            return "token" if self.tokens == 1 else "prove"
        if method == "DELETE":
            return "clean" if self.tokens == 1 else "end"
        return "list" if method == "GET" else "rotate"

    def started(self, state_file: Path, **options: Any) -> subprocess.Popen[str]:
        """Start the example as a process."""
        self.tokens = 0
        words = [sys.executable, example.__file__, self.url, str(state_file)]
        return subprocess.Popen(words, stderr=subprocess.PIPE, text=True, **options)


def nothing(step: str, is_answered: bool) -> int | None:
    """Let a request pass."""
    return None


@pytest.fixture
def watched(live_portal: PortalProcess) -> Iterator[Watched]:
    made = Watched(live_portal)
    yield made
    made.server.shutdown()
    made.server.server_close()


def new_state(portal: PortalProcess, folder: Path) -> Path:
    """Add a machine; return the file with its secret."""
    name = f"Machine {folder.name}"
    added = portal.run("clients", "add", name, "--may-rotate-own-secrets", "--json")
    assert added.returncode == 0, added.stderr
    path = folder / "state.json"
    path.write_text(added.stdout)
    return path


def secrets_now(portal: PortalProcess, state_file: Path) -> list[int]:
    """Return the ids of the secrets, by a token of the one in the file, which must work."""
    state = json.loads(state_file.read_text())
    token = example.token_of(portal.url, state["client_id"], state["client_secret"])
    return [one["Id"] for one in example.Secrets(portal.url, token).call("GET")]


def test_machine_that_is_killed_at_any_step_has_a_secret_that_works(
    live_portal: PortalProcess, watched: Watched, tmp_path: Path
) -> None:
    """Killed before and after each answer, one after the other: each run finds what the former
    left. It starts 13 processes, which takes a few seconds."""
    state_file = new_state(live_portal, tmp_path)
    killed = []
    for step in STEPS:
        for after in (False, True):
            run = watched.started(state_file)
            watched.hook = killer(run.kill, step, is_answered=after)
            run.communicate(timeout=30)
            killed.append(run.returncode)
            assert len(secrets_now(live_portal, state_file)) <= 2

    watched.hook = nothing
    (state_file.parent / "state.json.new").write_text("{")  # of one that was killed while it saved
    last = watched.started(state_file)
    _, said = last.communicate(timeout=30)

    assert killed == [-signal.SIGKILL] * 12
    assert (last.returncode, said) == (0, "")
    assert len(secrets_now(live_portal, state_file)) == 1


def killer(kill: Callable[[], object], step: str, *, is_answered: bool) -> Hook:
    """Return a hook that kills at this step, before or after the portal answers."""

    def hook(*now: Any) -> int | None:
        if now != (step, is_answered):
            return None
        kill()
        return 0  # no status

    return hook


def test_machine_whose_new_secret_is_refused_goes_back(
    live_portal: PortalProcess, watched: Watched, tmp_path: Path
) -> None:
    state_file = new_state(live_portal, tmp_path)
    before, known = state_file.read_text(), secrets_now(live_portal, state_file)
    watched.hook = lambda step, is_answered: 401 if (step, is_answered) == ("prove", True) else None

    run = watched.started(state_file)
    _, said = run.communicate(timeout=30)

    assert run.returncode == 1
    assert said.startswith("Not rotated: POST ")
    assert json.loads(state_file.read_text()) == json.loads(before)
    assert secrets_now(live_portal, state_file) == known


def test_machine_whose_disk_is_full_goes_back(
    live_portal: PortalProcess, watched: Watched, tmp_path: Path
) -> None:
    """The process may write files of no byte, so that saving fails, also when it goes back."""
    state_file = new_state(live_portal, tmp_path)
    before, known = state_file.read_text(), secrets_now(live_portal, state_file)

    run = watched.started(
        state_file, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    )
    _, said = run.communicate(timeout=30)

    assert (run.returncode, said) == (1, "Not rotated: [Errno 27] File too large\n")
    assert state_file.read_text() == before
    assert secrets_now(live_portal, state_file) == known


@pytest.mark.sweep
def test_machine_whose_server_dies_in_the_middle_keeps_a_secret_that_works(
    own_portal: PortalProcess, tmp_path: Path
) -> None:
    """First the answer with the new secret is lost, then the server is away when it is proved."""
    watched, state_file = Watched(own_portal), new_state(own_portal, tmp_path)

    for step, is_answered in (("rotate", True), ("prove", False)):
        before = json.loads(state_file.read_text())
        watched.hook = killer(own_portal.kill, step, is_answered=is_answered)
        run = watched.started(state_file)
        run.communicate(timeout=30)
        own_portal.start()
        assert run.returncode == 1
        assert json.loads(state_file.read_text()) == before
        assert len(secrets_now(own_portal, state_file)) == 2  # the next run ends the new one

    watched.hook = nothing
    run = watched.started(state_file)
    run.communicate(timeout=30)
    watched.server.shutdown()
    watched.server.server_close()
    assert run.returncode == 0
    assert len(secrets_now(own_portal, state_file)) == 1
