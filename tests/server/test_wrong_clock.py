"""Tokens of a running portal whose clock is wrong, and those after the year 2038. JWT-5, JWT-6."""

import time
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from tests.faketime import faketime_environment
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal
from tests.server.machines import Machine

YEAR_2038 = 2_147_558_400  # 20 January 2038, 00:00 UTC
AFTER_2038 = (("@2038-01-20 00:00:00", None),)
AN_HOUR_OFF = (("+1h", 3600.0), ("-1h", -3600.0))


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PortalProcess]:
    """A running portal; no rule asks another worker for the time."""
    yield from new_portal(tmp_path, WORKERS="1")


def token_by_the_clock(machine: Machine, ahead_s: float, *, since: float) -> str:
    """Return a new token after checking that all its times agree with this clock.

    A clock that begins at a given moment begins there in each process, so it may be behind by the
    time ``since`` the first one started.
    """
    granted = machine.granted()
    token = granted["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    said = machine.ask("introspect", token=token).json()
    now = time.time()
    assert since - 1 <= claims["iat"] - ahead_s <= now + 1
    assert type(claims["iat"]) is type(claims["exp"]) is int
    assert claims["exp"] - claims["iat"] == granted["expires_in"] == 3600
    assert (said["active"], said["exp"], said["iat"]) == (True, claims["exp"], claims["iat"])
    return token


@pytest.mark.sweep
@pytest.mark.one_database  # no rule asks the database for the time
@pytest.mark.parametrize("clocks", [AFTER_2038, AN_HOUR_OFF], ids=["2038", "an hour off"])
def test_tokens_with_a_wrong_clock_keep_their_rules(
    portal: PortalProcess, clocks: tuple[tuple[str, float | None], ...]
) -> None:
    machine = Machine(portal)
    usual = machine.token()
    usual_clock = dict(portal.environment)
    portal.environment |= faketime_environment()
    for clock, ahead_s in clocks:
        portal.stop()
        portal.environment |= {"FAKETIME": clock, "TZ": "UTC"}
        started_at = time.time()
        portal.start()
        of_then = token_by_the_clock(machine, ahead_s or YEAR_2038 - started_at, since=started_at)
        assert not machine.is_active(usual), clock  # expired, or not valid yet
    assert portal.manage("activity", "verify").returncode == 0  # by that clock
    portal.stop()
    portal.environment = usual_clock
    portal.start()

    assert machine.is_active(usual)
    assert machine.is_active(machine.token())
    assert not machine.is_active(of_then)
    assert portal.manage("activity", "verify").returncode == 0
