"""kill -9 of the whole server: an interrupted write is complete or absent, nothing else is lost.

`tests/faults/test_killed_registration.py` kills the operation alone, after each of its statements,
on both databases.
"""

import random
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import requests

from tests.journeys import token_requests
from tests.journeys.add_by_http import Answer, Form, names_in_list, new_form, send, signed_in
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal
from tests.waiting import wait_until

FUSE = Path(__file__).with_name("fuse")
SENDERS = 4
OF_EACH_CLIENT = {  # tables that Add writes, and the column that refers to the client
    "clientsecret": "client_id",
    "issuedclientid": "id",
    "usedformkey": "client_id",
    "clientrole": "client_id",
}


@pytest.fixture
def fused_portal(tmp_path: Path) -> Iterator[PortalProcess]:
    """A portal with one worker that kills itself and its parent at the step named in a file."""
    yield from new_portal(tmp_path, WORKERS="1", PYTHONPATH=str(FUSE))


def clients(portal: PortalProcess) -> dict[str, str]:
    """Return name and id of every client."""
    return {name: str(pk) for pk, name in portal.query("SELECT id, name FROM clients_app_client")}


def expect_all_or_nothing(portal: PortalProcess) -> None:
    """Expect every client to have all its rows and both events, and no rows without a client."""
    ids = sorted(clients(portal).values())
    for table, column in OF_EACH_CLIENT.items():
        found = portal.query(f"SELECT {column} FROM clients_app_{table}")  # noqa: S608  constants only
        assert sorted(str(client_id) for (client_id,) in found) == ids, table
    for action in ("client.added", "client.secret.added"):
        found = portal.query(
            f"SELECT client_id FROM clients_app_auditevent WHERE action = '{action}'"  # noqa: S608  constants only
        )
        assert sorted(str(client_id) for (client_id,) in found) == ids, action
    assert portal.query("PRAGMA integrity_check") == [("ok",)]
    assert portal.query("PRAGMA foreign_key_check") == []


def expect_whole_chain(portal: PortalProcess) -> None:
    verified = portal.manage("activity", "verify")
    assert (verified.returncode, verified.stdout) == (0, "Herons Ltd: whole\n"), verified


def steps_of_add(session: requests.Session, portal: PortalProcess) -> list[str]:
    """Add a client; return the steps that it took."""
    fuse, steps = (portal.data_dir / name for name in ("fuse", "steps"))
    fuse.write_text("1000")
    assert send(session, portal, new_form("Not killed")) is not None
    fuse.unlink()
    return steps.read_text().splitlines()


@pytest.mark.parametrize(
    "commits_only",
    [
        pytest.param(True, id="about the commit"),
        pytest.param(False, id="at each step", marks=pytest.mark.sweep),
    ],
)
def test_add_killed_at_any_step_is_whole_or_absent(
    fused_portal: PortalProcess, commits_only: bool
) -> None:
    session = signed_in(fused_portal)
    fuse, steps = (fused_portal.data_dir / name for name in ("fuse", "steps"))
    every_step = steps_of_add(session, fused_portal)
    assert len(every_step) >= 10, every_step
    saved_before_answer = 0
    for step, what in enumerate(every_step):
        if commits_only and not what.endswith("COMMIT"):
            continue
        form = new_form(f"Killed at step {step:02}")
        fuse.write_text(str(step))
        steps.unlink(missing_ok=True)
        assert send(session, fused_portal, form) is None
        fused_portal.kill()
        fused_portal.start()

        expect_all_or_nothing(fused_portal)
        was_saved = form.name in clients(fused_portal)
        assert steps.read_text().splitlines() == every_step[: step + 1]
        assert was_saved == (what == "after COMMIT"), what
        saved_before_answer += was_saved
        expect_second_try(session, fused_portal, form, was_saved=was_saved)

    assert saved_before_answer >= 1
    assert names_in_list(session, fused_portal) == sorted(clients(fused_portal))
    expect_whole_chain(fused_portal)


def expect_second_try(
    session: requests.Session, portal: PortalProcess, form: Form, *, was_saved: bool
) -> None:
    """Send the form again: it adds the client only if the first try did not save it."""
    again = send(session, portal, form)
    assert again is not None
    assert again.status == (409 if was_saved else 200)
    expect_all_or_nothing(portal)
    assert form.name in clients(portal)


class Sender(threading.Thread):
    """Adds clients until the server is gone; ``form`` is the one without a response."""

    def __init__(self, portal: PortalProcess, session: requests.Session, form: Form) -> None:
        super().__init__()
        self.portal, self.session, self.form = portal, session, form
        self.answers: list[Answer] = []

    def run(self) -> None:
        for number in range(1, 1000):
            answer = send(self.session, self.portal, self.form)
            if answer is None:
                return
            self.answers.append(answer)
            self.form = new_form(f"{self.form.name.split(',')[0]}, {number} {time.monotonic()}")


def any_answer(senders: list[Sender]) -> bool:
    return any(sender.answers for sender in senders)


@pytest.mark.sweep
@pytest.mark.parametrize("kills", [1, 10])
def test_add_killed_under_load_is_whole_or_absent(own_portal: PortalProcess, kills: int) -> None:
    """At random moments; the other test kills at chosen steps."""
    seed = random.randrange(10**6)  # noqa: S311  no secret
    moments = random.Random(seed)  # noqa: S311  no secret
    sessions = [signed_in(own_portal) for _ in range(SENDERS)]
    forms = [new_form(f"Sender {number}") for number in range(SENDERS)]
    answered = 0
    for kill in range(kills):
        senders = [Sender(own_portal, *each) for each in zip(sessions, forms, strict=True)]
        for sender in senders:
            sender.start()
        wait_until(partial(any_answer, senders))
        time.sleep(moments.uniform(0, 0.3))  # the moment is what is tested
        own_portal.kill()
        for sender in senders:
            sender.join()
        own_portal.start()

        where = f"kill {kill} of seed {seed}"
        forms = [sender.form for sender in senders]
        answers = [answer for sender in senders for answer in sender.answers]
        answered += len(answers)
        expect_all_or_nothing(own_portal)
        expect_answered_are_there(own_portal, answers, where)

    assert answered >= kills, f"The server did not do anything in between: seed {seed}"
    for session, form in zip(sessions, forms, strict=True):
        assert send(session, own_portal, form) is not None
    expect_all_or_nothing(own_portal)
    expect_whole_chain(own_portal)


def expect_answered_are_there(portal: PortalProcess, answers: list[Answer], where: str) -> None:
    """Each secret that was shown belongs to a saved client and works."""
    there = {client_id.replace("-", "") for client_id in clients(portal).values()}
    assert {answer.client_id.replace("-", "") for answer in answers} <= there, where
    shown = [answer for answer in answers if answer.plain]
    for answer in shown[-1:]:
        token = token_requests.by_authlib(portal, *answer.credentials)
        assert token["expires_in"] == 900, where
