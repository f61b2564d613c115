"""Commands whose output is lost: nothing changes, and one sentence says so."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest
from joserfc.jwk import ECKey

from clients_app.models import AuditEvent, Client, ClientSecret, Person, Tenant
from tests.background import running_process
from tests.factories import insert_clients, make_client, make_person
from tests.management.conftest import Run, environment_of_commands
from tests.portal_process import CHECKOUT
from tests.sampling import sampled

FULL = Path("/dev/full")
SHOWN_ONCE = (
    ("clients", "add", "Pump"),
    ("clients", "add", "Pump", "--json"),
    ("clients", "rotate", "CLIENT_ID", "--old-ends", "now"),
    ("secrets", "add", "CLIENT_ID"),
    ("clients", "rotate", "CLIENT_ID", "--to-key", "KEY"),
    ("secrets", "add", "CLIENT_ID", "--json"),
    ("apply", "FILE"),
    ("people", "add", "ann"),
    ("people", "reset-link", "mara"),
)


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]


@pytest.fixture
def state(transactional_db: None, tenant: Tenant) -> Callable[[], list[Any]]:
    """A client with a secret and a person; what a command could change about them."""
    make_client("Valve", tenant)
    make_person("mara", tenant)
    return lambda: [
        AuditEvent.objects.count(),
        Client.objects.count(),
        list(Person.objects.values_list("username", "password")),
        list(ClientSecret.objects.values_list("pk", "expires_at")),
    ]


def run_into(
    stdout: int | IO[bytes] | None, given: Path, *words: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` with this standard output (None: closed) and the files in ``given``."""
    known = {
        "CLIENT_ID": str(ClientSecret.objects.first().client_id),
        "KEY": str(given / "key.jwk"),
        "FILE": str(given / "clients.yaml"),
    }
    words = tuple(known.get(word, word) for word in words)
    return subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), *words],
        env=environment_of_commands() | environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        preexec_fn=(lambda: os.close(1)) if stdout is None else None,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder with a public key, and a file to apply."""
    (tmp_path / "key.jwk").write_text(
        json.dumps(ECKey.generate_key("P-256").as_dict(private=False))
    )
    (tmp_path / "clients.yaml").write_text("clients: [{name: A}, {name: B}]")
    return tmp_path


@pytest.mark.parametrize(
    "words", sampled(((words,) for words in SHOWN_ONCE), count=2), ids=" ".join
)
def test_output_to_a_full_device_undoes_the_command(
    state: Callable[[], list[Any]], given: Path, words: tuple[str, ...]
) -> None:
    before = state()
    with FULL.open("wb") as full:
        ended = run_into(full, given, *words)

    assert state() == before
    assert (ended.returncode, ended.stderr) == (
        1,
        "Standard output cannot be written (No space left on device), so nothing was changed.\n",
    )


@pytest.mark.parametrize(
    "words", [("clients", "rotate", "CLIENT_ID", "--old-ends", "now"), ("apply", "FILE")], ids=str
)
def test_output_that_nobody_can_read_is_refused_before_the_command(
    state: Callable[[], list[Any]], given: Path, words: tuple[str, ...]
) -> None:
    before = state()

    closed = run_into(None, given, *words)
    read, write = os.pipe()
    os.close(read)
    broken = run_into(write, given, *words)
    os.close(write)

    assert state() == before
    assert (closed.returncode, broken.returncode) == (1, 1)
    assert closed.stderr == (
        "Standard output is closed, so nothing was changed. Open it and try again.\n"
    )
    assert broken.stderr == ("Nobody reads standard output, so nothing was changed. Try again.\n")


def test_output_without_a_secret_to_a_full_device_says_what_stands(
    state: Callable[[], list[Any]], given: Path
) -> None:
    with FULL.open("wb") as full:
        ended = run_into(full, given, "people", "roles", "mara", "--role", "Tenant Auditor")

    assert (ended.returncode, ended.stderr) == (
        1,
        "Standard output cannot be written (No space left on device). "
        "Changes that this command made are saved and recorded in Activity.\n",
    )
    assert AuditEvent.objects.filter(action="person.roles.changed").exists()


def test_output_in_ascii_escapes_what_it_lacks(run_in_new_process: Run, tenant: Tenant) -> None:
    client = make_client("Valve", tenant, secret_description="für Möwen").client

    ended = run_in_new_process(
        *("clients", "rotate", str(client.pk), "--old-ends", "now"),
        PYTHONIOENCODING="ascii",
    )

    assert (ended.status, ended.error) == (0, "")
    assert "pcs_" in ended.out
    assert r"The old secret f\xfcr M\xf6wen (" in ended.out


def test_list_whose_reader_has_seen_enough_ends_without_a_word(
    state: Callable[[], list[Any]], tenant: Tenant
) -> None:
    """As with `| head -1`; more than a pipe holds."""
    insert_clients((f"Client {number} {'x' * 150}" for number in range(600)), tenant)
    words = [sys.executable, str(CHECKOUT / "manage.py"), "clients", "list"]
    with running_process(
        words,
        env=environment_of_commands(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        assert listing.stdout.readline().startswith("CLIENT ID")
        listing.stdout.close()
        said = listing.stderr.read()

    assert (said, listing.returncode) == ("", 1)
