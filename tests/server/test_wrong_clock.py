"""Tokens of a running portal whose clock is wrong, and those after the year 2038. JWT-5, JWT-6."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest

from tests.clock import compiled_clock
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal
from tests.server.machines import Machine

TO_2038_S = round(datetime(2038, 1, 20, tzinfo=UTC).timestamp() - time.time())
HOUR_S = 3600


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PortalProcess]:
    """A running portal; no rule asks another worker for the time."""
    yield from new_portal(tmp_path, WORKERS="1")


def token_by_the_clock(machine: Machine, ahead_s: int) -> str:
    """Return a new token after checking that all its times agree with this clock."""
    before, granted = time.time(), machine.granted()
    token = granted["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    said = machine.ask("introspect", token=token).json()
    now = time.time()
    assert before - 1 <= claims["iat"] - ahead_s <= now + 1
    assert type(claims["iat"]) is type(claims["exp"]) is int
    assert claims["exp"] - claims["iat"] == granted["expires_in"] == 3600
    assert (said["active"], said["exp"], said["iat"]) == (True, claims["exp"], claims["iat"])
    return token


@pytest.mark.sweep
@pytest.mark.one_database  # no rule asks the database for the time
@pytest.mark.parametrize("clocks", [[TO_2038_S], [HOUR_S, -HOUR_S]], ids=["2038", "an hour off"])
def test_tokens_with_a_wrong_clock_keep_their_rules(
    portal: PortalProcess, tmp_path: Path, clocks: list[int]
) -> None:
    machine = Machine(portal)
    usual = machine.token()
    usual_clock = dict(portal.environment)
    portal.environment["LD_PRELOAD"] = str(compiled_clock(tmp_path))
    for ahead_s in clocks:
        portal.stop()
        of_tests_s = int(usual_clock.get("CLOCK_AHEAD_S", "0"))  # by `make steady`
        portal.environment["CLOCK_AHEAD_S"] = str(of_tests_s + ahead_s)
        portal.start()
        of_then = token_by_the_clock(machine, ahead_s)
        assert not machine.is_active(usual), ahead_s  # expired, or not valid yet
    assert portal.manage("activity", "verify").returncode == 0  # by that clock
    portal.stop()
    portal.environment = usual_clock
    portal.start()

    assert machine.is_active(usual)
    assert machine.is_active(machine.token())
    assert not machine.is_active(of_then)
    assert portal.manage("activity", "verify").returncode == 0
