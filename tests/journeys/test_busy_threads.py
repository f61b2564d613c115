"""Two threads per worker: slow readers and a burst of writers do not block tokens (AVA-3)."""

import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
import requests

from tests.journeys.add_by_http import new_form, send, signed_in
from tests.oauth.running_portal import execute
from tests.portal_process import PASSWORD, PortalProcess
from tests.prepared_portal import new_portal

EXPORT = "/security/activity/export?when=always"
GROUPS = 1_000  # of refusals
ADDRESS = 6_000  # characters: together some megabytes, more than socket buffers hold
WRITERS = 8
EACH = 3


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal with one worker, so that all requests share the same two threads."""
    yield from new_portal(tmp_path_factory.mktemp("busy"), WORKERS="1")


@pytest.fixture(scope="module")
def machine(portal: PortalProcess) -> dict[str, str]:
    """Id and secret of a client."""
    added: dict[str, str] = json.loads(portal.manage("clients", "add", "pump", "--json").stdout)
    return added


def token(portal: PortalProcess, machine: dict[str, str]) -> int:
    return requests.post(
        f"{portal.url}/identity/connect/token",
        {"grant_type": "client_credentials"},
        auth=(machine["client_id"], machine["client_secret"]),
        timeout=20,
    ).status_code


def fill(portal: PortalProcess, client_id: str) -> None:
    """Insert refusals with addresses that are too long, which only SQLite allows."""
    statement = f"""
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
                                        WHERE n < {GROUPS})
        INSERT INTO clients_app_tokenrefusal
               (client_id, cause, day, requests, first_at, last_at, last_address)
        SELECT '{client_id.replace("-", "")}', 'unknown-secret', date('1900-01-01', n || ' days'),
               1, '2025-01-01 00:00:00+00:00', '2025-01-01 00:00:00+00:00', '{"7" * ADDRESS}'
        FROM numbers
    """  # noqa: S608  an id and numbers of this test
    execute(portal, statement)


def prove(portal: PortalProcess, session: requests.Session) -> None:
    """Confirm the identity, with an export format that does not exist."""
    proof = {"proof_for": "POST", "proof": PASSWORD, "format": "xls"}
    token = {"csrfmiddlewaretoken": session.cookies["csrftoken"]}
    assert session.post(f"{portal.url}{EXPORT}", proof | token, timeout=20).status_code == 422


def begun_export(portal: PortalProcess, session: requests.Session) -> tuple[socket.socket, str]:
    """Request an export and read only the head of the response."""
    body = urlencode({"csrfmiddlewaretoken": session.cookies["csrftoken"], "format": "csv"})
    cookies = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", portal.port))
    line.settimeout(60)  # all of it is prepared first
    line.sendall(
        f"POST {EXPORT} HTTP/1.1\r\nHost: localhost:{portal.port}\r\nCookie: {cookies}\r\n"
        f"Origin: {portal.url}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    return line, line.recv(2000).decode(errors="replace")


@pytest.mark.sweep
def test_unread_exports_occupy_no_thread(portal: PortalProcess, machine: dict[str, str]) -> None:
    """AVA-12. They are complete, so that their length is known, before their first byte is sent."""
    fill(portal, machine["client_id"])
    session = signed_in(portal)
    prove(portal, session)
    with ExitStack() as stack:
        for _ in range(3):  # one more than the worker has threads
            line, said = begun_export(portal, session)
            stack.enter_context(line)
            assert re.match(r"HTTP/1.1 200.*attachment", said, re.DOTALL), said
            assert int(re.findall(r"content-length: (\d+)", said)[0]) > GROUPS * ADDRESS
            assert "transfer-encoding" not in said
        assert [token(portal, machine) for _ in range(20)] == [200] * 20


@pytest.mark.sweep(on="postgresql")
@pytest.mark.both_databases
def test_burst_of_writers_waits_while_tokens_are_issued(
    portal: PortalProcess, machine: dict[str, str]
) -> None:
    """AVA-3. Nobody is refused when eight people add clients at the same moment."""
    sessions = [signed_in(portal) for _ in range(WRITERS)]

    def add(number: int) -> list[int]:
        forms = [new_form(f"Burst {number} {one}") for one in range(EACH)]
        answers = [send(sessions[number], portal, form) for form in forms]
        return [answer.status if answer else 0 for answer in answers]

    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(add, number) for number in range(WRITERS)]
        asked = []
        while not all(one.done() for one in writing):
            asked.append(token(portal, machine))
        written = [one.result() for one in writing]

    assert written == [[200] * EACH] * WRITERS
    assert len(asked) >= EACH  # at least one for each round of the writers
    assert set(asked) == {200}
