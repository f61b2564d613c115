"""Rotation without downtime: a client that constantly requests tokens is never refused.

A removed secret stops working in every worker when the removal is answered (SEC-11).
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from tests.oauth.machine_client import MachineClient
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    yield from new_portal(tmp_path_factory.mktemp("rotation"), WORKERS="4")


@contextmanager
def asking(machine: MachineClient) -> Iterator[list[int]]:
    """Request tokens without a pause, in a thread; yield the list of response statuses."""
    statuses: list[int] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            statuses.extend(machine.statuses(8, connections=4))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield statuses
    finally:
        ended.set()
        thread.join()


def rotate(portal: PortalProcess, machine: MachineClient, *words: str) -> MachineClient:
    """Rotate on the command line; return the machine with its new secret."""
    ended = portal.run("clients", "rotate", machine.client_id, "--json", *words)
    assert ended.returncode == 0, ended.stderr
    return machine._replace(plain=json.loads(ended.stdout)["client_secret"])


def secret_id(portal: PortalProcess, machine: MachineClient) -> str:
    rows = portal.query("SELECT id, last_four FROM clients_app_clientsecret")
    return str(next(pk for pk, last_four in rows if last_four == machine.plain[-4:]))


@pytest.mark.sweep(on="postgresql")
def test_rotation_never_refuses_a_request_and_can_end_the_old_secret_immediately(
    portal: PortalProcess,
):
    """SEC-11: both work while they overlap; the expiry applies to the next request everywhere."""
    added = json.loads(portal.run("clients", "add", "always on", "--json").stdout)
    first = MachineClient(portal.port, added["client_id"], added["client_secret"])
    assert len(portal.workers()) >= 4
    assert first.statuses(64, connections=32) == [200] * 64  # cached in every worker

    with asking(first) as by_first:
        second = rotate(portal, first)
        assert second.statuses(64, connections=32) == [200] * 64
        wait_until(lambda: len(by_first) > 50)
    with asking(second) as by_second:
        third = rotate(portal, second, "--secret", secret_id(portal, second))
        rotate(portal, first, "--secret", secret_id(portal, first), "--old-ends", "now")
        after = first.statuses(100, connections=20)
        wait_until(lambda: len(by_second) > 50)

    assert set(by_first) == set(by_second) == {200}
    assert set(after) <= {401, 429}
    assert third.statuses(8, connections=4) == [200] * 8


ROTATE = """
from datetime import timedelta
from django.utils import timezone
from clients_app.actors import Actor
from clients_app.models import ClientSecret
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.rotation import rotate_secret
old = ClientSecret.objects.select_related("client").get(client_id={client_id!r})
actor = Actor.command_line(old.client.tenant_id)
ends_at = timezone.now() + timedelta(seconds={seconds})
rotate_secret(
    old.client,
    old.pk,
    SecretDraft(expires_at=None),
    old_ends_at=ends_at,
    actor=actor,
    now=timezone.now(),
)
print(ends_at.isoformat())
"""


@pytest.mark.sweep
@pytest.mark.one_database  # the portal's clock decides
def test_rotation_with_a_chosen_expiry_applies_on_time_in_every_worker(portal: PortalProcess):
    """SEC-9: requests before the expiry got a token, requests after it did not."""
    added = json.loads(portal.run("clients", "add", "ends soon", "--json").stdout)
    machine = MachineClient(portal.port, added["client_id"], added["client_secret"])
    code = ROTATE.format(client_id=machine.client_id, seconds=20)
    rotated = portal.run("shell", "-v", "0", "-c", code)
    assert rotated.returncode == 0, rotated.stderr
    ends_at = datetime.fromisoformat(rotated.stdout.strip())

    before, after = [], []
    while len(after) < 32:
        asked = datetime.now(UTC)
        statuses = machine.statuses(8, connections=8)
        if datetime.now(UTC) < ends_at:
            before += statuses
        elif asked >= ends_at:
            after += statuses
        if len(before) >= 32:  # the last second before the expiry counts again
            wait_until(lambda: datetime.now(UTC) > ends_at - timedelta(seconds=1))

    assert len(before) >= 32
    assert len(after) >= 32
    assert set(before) == {200}
    assert set(after) <= {401, 429}


REMOVE = """
from django.utils import timezone
from clients_app.actors import Actor
from clients_app.models import ClientSecret
from clients_app.services.secrets.changes import remove_secret
secret = ClientSecret.objects.select_related("client").get(client_id={client_id!r})
actor = Actor.command_line(secret.client.tenant_id)
remove_secret(secret.client, secret.pk, actor=actor, now=timezone.now())
"""


@pytest.mark.one_database  # SQLite's workers remember clients; PostgreSQL's do not
def test_removed_secret_fails_in_every_worker_immediately(portal: PortalProcess):
    """SEC-11."""
    added = json.loads(portal.run("clients", "add", "short-lived", "--json").stdout)
    machine = MachineClient(portal.port, added["client_id"], added["client_secret"])
    assert len(portal.workers()) >= 4
    assert machine.statuses(128, connections=32) == [200] * 128  # cached in every worker
    with asking(machine):
        removal = portal.run("shell", "-c", REMOVE.format(client_id=machine.client_id))
        after = machine.statuses(200, connections=20)

    assert removal.returncode == 0, removal.stderr
    assert len(after) == 200
    assert set(after) <= {401, 429}
