"""What a client may call changes at once in every worker: RES-2, RES-3, CLI-17."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.oauth.machine_client import MachineClient
from tests.oauth.wsgi import form
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal

ORDERS = "https://orders.example.com"
RENAMED = "urn:example:orders"
BUILT_IN = "Built-in API"
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PortalProcess]:
    yield from new_portal(tmp_path, WORKERS="4")


@pytest.fixture
def client_id_and_secret(portal: PortalProcess) -> tuple[str, str]:
    """A client that may call the built-in API and ORDERS."""
    added = json.loads(portal.run("clients", "add", "Pump", "--json").stdout)
    portal.run("apis", "add", "Orders", "--identifier", ORDERS, "--scope", "read")
    portal.run("apis", "allow", "Orders", added["client_id"], "--all-scopes")
    return added["client_id"], added["client_secret"]


@pytest.mark.sweep
@pytest.mark.one_database  # SQLite's workers remember clients; PostgreSQL's do not
def test_every_worker_refuses_what_was_taken_away_from_the_next_request_on(
    portal: PortalProcess, client_id_and_secret: tuple[str, str]
):
    """One portal for all changes: a start takes as long as ten of them."""
    client_id, _plain = client_id_and_secret
    plain, orders, renamed = (
        MachineClient(portal.port, *client_id_and_secret, body=form(**GRANT, **named))
        for named in ({}, {"resource": ORDERS}, {"resource": RENAMED})
    )
    changes: list[tuple[tuple[str, ...], dict[MachineClient, int]]] = [
        (("disallow", ORDERS, client_id), {orders: 400, plain: 200}),
        (("allow", ORDERS, client_id, "--scope", "read"), {orders: 200}),
        (("edit", "Orders", "--identifier", RENAMED), {orders: 400, renamed: 200}),
        (("disallow", BUILT_IN, client_id), {plain: 400, renamed: 200}),
        (("allow", BUILT_IN, client_id), {plain: 200}),
        (("remove", "Orders", "--confirm", "Orders"), {renamed: 400, plain: 200}),
    ]
    assert len(portal.workers()) >= 4
    assert orders.statuses(64, connections=16) == [200] * 64  # known in every worker

    for words, expected in changes:
        with requests_going_on(plain, orders, renamed):
            changed = portal.run("apis", *words)
            answered = {one: set(one.statuses(64, connections=16)) for one in expected}
        assert changed.returncode == 0, changed.stderr
        assert (words, answered) == (words, {one: {status} for one, status in expected.items()})


@contextmanager
def requests_going_on(*machines: MachineClient) -> Iterator[None]:
    """Request tokens before, during and after a change."""
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            for machine in machines:
                machine.statuses(4, connections=2)

    busy = threading.Thread(target=ask)
    busy.start()
    try:
        yield
    finally:
        ended.set()
        busy.join()
