"""SEC-11: a removed secret stops working in every worker when the removal is answered."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oauth.machine_client import MachineClient
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal

REMOVE = """
from django.utils import timezone
from clients_app.actors import Actor
from clients_app.models import ClientSecret
from clients_app.services.secrets.changes import remove_secret
secret = ClientSecret.objects.select_related("client").get(client_id={client_id!r})
actor = Actor.command_line(secret.client.tenant_id)
remove_secret(secret.client, secret.pk, actor=actor, now=timezone.now())
"""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PortalProcess]:
    yield from new_portal(tmp_path, WORKERS="4")


def test_removed_secret_fails_in_every_worker_immediately(portal: PortalProcess):
    added = json.loads(portal.manage("clients", "add", "short-lived", "--json").stdout)
    machine = MachineClient(portal.port, added["client_id"], added["client_secret"])
    assert len(portal.workers()) >= 4
    assert machine.statuses(128, connections=32) == [200] * 128  # cached in every worker
    ended = threading.Event()
    busy = threading.Thread(target=_ask_until, args=(machine, ended))
    busy.start()
    try:
        removal = portal.manage("shell", "-c", REMOVE.format(client_id=machine.client_id))
        after = machine.statuses(200, connections=20)
    finally:
        ended.set()
        busy.join()

    assert removal.returncode == 0, removal.stderr
    assert len(after) == 200
    assert set(after) <= {401, 429}


def _ask_until(machine: MachineClient, ended: threading.Event) -> None:
    """Request tokens with the same secret before, during and after the removal."""
    while not ended.is_set():
        machine.statuses(8, connections=4)
