"""docs/examples/unattended_machine.py against the running portal: it rotates, or goes back."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.example_programs import load_example
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def example() -> Any:
    return load_example("unattended_machine")


@pytest.fixture
def state_file(live_portal: PortalProcess, tmp_path: Path, request: Any) -> Path:
    """What `clients add` prints of a machine that may rotate its own secrets."""
    name = f"Machine of {request.node.name}"
    added = live_portal.run("clients", "add", name, "--may-rotate-own-secrets", "--json")
    path = tmp_path / "state.json"
    path.write_text(added.stdout)
    return path


@pytest.fixture
def secrets_now(live_portal: PortalProcess, example: Any, state_file: Path) -> Callable[[], Any]:
    """A function that returns the secrets that the portal lists, by a new token."""

    def listed() -> Any:
        state = json.loads(state_file.read_text())
        url = live_portal.url
        token = example.token_of(url, state["client_id"], state["client_secret"])
        return example.Secrets(url, token).call("GET")

    return listed


def test_machine_rotates_itself_ten_times(
    live_portal: PortalProcess, example: Any, state_file: Path, secrets_now: Callable[[], Any]
) -> None:
    texts = [json.loads(state_file.read_text())["client_secret"]]
    ends = secrets_now()[0]["Expiration"]

    for _ in range(10):
        example.rotate(live_portal.url, state_file)
        state = json.loads(state_file.read_text())
        texts.append(state["client_secret"])
        with pytest.raises(example.Failed, match="401"):
            example.token_of(live_portal.url, state["client_id"], texts[-2])

    (left,) = secrets_now()
    assert len(set(texts)) == 11
    assert left["Expiration"] > ends
    assert stat.S_IMODE(state_file.stat().st_mode) == 0o600
    assert not any(text in live_portal.log() for text in texts)


@pytest.mark.parametrize("step", ["decrypt", "prove", "save"])
def test_machine_that_fails_goes_back(
    live_portal: PortalProcess,
    example: Any,
    state_file: Path,
    secrets_now: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    before, known = json.loads(state_file.read_text()), secrets_now()
    tokens, saved = example.token_of, example.save
    failures: list[str] = []

    def failing(*words: Any) -> Any:
        failures.append(step)
        raise example.Failed(step)

    with monkeypatch.context() as patch:
        if step == "decrypt":
            patch.setattr(example.jwe, "decrypt_compact", failing)
        elif step == "prove":
            old = before["client_secret"]
            patch.setattr(
                example,
                "token_of",
                lambda *words: tokens(*words) if words[2] == old else failing(),
            )
        else:
            patch.setattr(example, "save", lambda *words: saved(*words) if failures else failing())
        with pytest.raises(example.Failed, match=step):
            example.rotate(live_portal.url, state_file)

    assert json.loads(state_file.read_text()) == before
    assert [one["Id"] for one in secrets_now()] == [one["Id"] for one in known]
    assert secrets_now()[0]["Expiration"] == known[0]["Expiration"]


def test_next_run_ends_what_a_killed_one_left(
    live_portal: PortalProcess,
    example: Any,
    state_file: Path,
    secrets_now: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Failed to end the old secret, then to read the new one."""
    with monkeypatch.context() as patch:
        patch.setattr(example.Secrets, "end", lambda *_: None)
        example.rotate(live_portal.url, state_file)
        old = example.Secrets(
            live_portal.url, example.token_of(live_portal.url, *_login(state_file))
        )
        old.rotate(example.ECKey.generate_key("P-256"), used_ends=None)
    assert len(secrets_now()) == 3

    example.rotate(live_portal.url, state_file)

    assert len(secrets_now()) == 1


def test_machine_without_the_switch_is_refused_and_keeps_its_secret(
    live_portal: PortalProcess, example: Any, state_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id = json.loads(state_file.read_text())["client_id"]
    live_portal.run("clients", "edit", client_id, "--no-may-rotate-own-secrets")
    before = state_file.read_text()
    monkeypatch.setattr("sys.argv", ["unattended_machine.py", live_portal.url, str(state_file)])

    assert example.main() == 1

    assert state_file.read_text() == before


def _login(state_file: Path) -> tuple[str, str]:
    state = json.loads(state_file.read_text())
    return state["client_id"], state["client_secret"]
