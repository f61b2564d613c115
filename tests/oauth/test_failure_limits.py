"""TOK-A22, and AVA-1: who guesses is told to wait, and stops nobody else."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.rules.secret_format import new_secret
from clients_app.services.failure_limits import FAILURES_MAX
from tests.oauth.machine_client import MachineClient
from tests.oauth.table import GRANT
from tests.oauth.test_table_a import HEADERS, assert_error
from tests.oauth.wire import Reply, basic, form
from tests.portal_process import PortalProcess

Ask = Callable[..., Reply]
OTHER = "198.51.100.9"


def wrong(ask: Ask, client_id: str, **more: Any) -> Reply:
    return ask(authorization=basic(client_id, new_secret()), body=form(GRANT), **more)


def exhaust(ask: Ask, clients: SimpleNamespace, **more: Any) -> None:
    replies = [wrong(ask, clients.good.id, **more).status for _ in range(FAILURES_MAX)]
    assert set(replies) == {401}


def test_the_hundred_and_first_is_told_when_to_come_back(clients: SimpleNamespace, ask: Ask):
    exhaust(ask, clients)

    reply = wrong(ask, clients.good.id)

    assert reply.status == 429
    assert 1 <= int(reply.headers.pop("Retry-After")) <= 60
    assert reply.headers == HEADERS
    assert_error(reply, "temporarily_unavailable")


def test_the_right_secret_always_passes(clients: SimpleNamespace, ask: Ask):
    """From the guesser's own address, and for the client that is guessed at."""
    exhaust(ask, clients)
    assert wrong(ask, clients.good.id).status == 429
    good = {"authorization": basic(clients.good.id, clients.good.plain), "body": form(GRANT)}

    assert ask(**good).status == 200
    assert ask(**good, REMOTE_ADDR=OTHER).status == 200


def test_another_source_is_refused_plainly(clients: SimpleNamespace, ask: Ask):
    exhaust(ask, clients)

    assert wrong(ask, clients.good.id, REMOTE_ADDR=OTHER).status == 401


@pytest.mark.parametrize("who", ["expired", "retired", "disabled", "removed"])
def test_all_refusals_change_alike(clients: SimpleNamespace, ask: Ask, who: str):
    """SEC-7: neither status nor body says more than before."""
    exhaust(ask, clients)
    one = getattr(clients, who)

    reply = ask(authorization=basic(one.id, one.plain), body=form(GRANT))

    assert (reply.status, reply.body) == (429, wrong(ask, clients.good.id).body)


def test_a_spoofed_header_evades_nothing(clients: SimpleNamespace, ask: Ask):
    for number in range(FAILURES_MAX):
        wrong(ask, clients.good.id, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")

    assert wrong(ask, clients.good.id, HTTP_X_FORWARDED_FOR="203.0.113.200").status == 429


def test_behind_our_proxy_each_caller_has_its_own_count(
    clients: SimpleNamespace, ask: Ask, settings: Any
):
    """The rightmost address that our proxy wrote counts, whatever the caller put before it."""
    settings.TRUSTED_PROXIES = ["192.0.2.7"]
    exhaust(ask, clients, HTTP_X_FORWARDED_FOR=f"10.0.0.1, {OTHER}")

    assert wrong(ask, clients.good.id, HTTP_X_FORWARDED_FOR=f"10.9.9.9, {OTHER}").status == 429
    assert wrong(ask, clients.good.id, HTTP_X_FORWARDED_FOR=f"{OTHER}, 10.0.0.1").status == 401


def test_malformed_requests_are_not_counted(clients: SimpleNamespace, ask: Ask):
    for _ in range(FAILURES_MAX):
        ask(body=b"", authorization="Basic !")
        ask(body=form(GRANT))

    assert wrong(ask, clients.good.id).status == 401


def test_a_flood_fills_no_log(clients: SimpleNamespace, ask: Ask, caplog: pytest.LogCaptureFixture):
    def lines() -> list[str]:
        return [one.message for one in caplog.records if one.name.startswith("clients_app")]

    exhaust(ask, clients)
    before = len(lines())
    for _ in range(50):
        wrong(ask, clients.good.id)

    assert before >= FAILURES_MAX
    assert len(lines()) == before + 1
    assert "not logged" in lines()[-1]


def test_workers_count_together(token_portal: PortalProcess, machines: SimpleNamespace):
    """Of 150 failures over several connections to two workers exactly a hundred are refused
    plainly, and the real client is served all the while."""
    guesser = MachineClient(
        token_portal.port, machines.good.id, new_secret(), source="203.0.113.77"
    )
    real = MachineClient(
        token_portal.port, machines.good.id, machines.good.plain, source="203.0.113.77"
    )

    statuses = guesser.statuses(152, connections=8)

    assert (statuses.count(401), statuses.count(429)) == (100, 52)
    assert real.statuses(20, connections=4) == [200] * 20
