"""Bars 13, 15 and 16: what the time of an answer tells, and how often Argon2id runs."""

import statistics
import time
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.models import Client, ClientSecret
from clients_app.rules.secret_format import new_secret
from clients_app.services import failure_limits
from clients_app.services.secrets import digests, verification
from clients_app.services.secrets.digests import stored_form
from tests.oauth import wire
from tests.oauth.conftest import CREATED, make_known_secrets
from tests.oauth.rows_of_credentials import UNKNOWN_ID
from tests.oauth.table import GRANT
from tests.oauth.wire import basic, form

ROUNDS = 50
TRIES = 4
SHARE, FLOOR_S = 0.35, 0.002  # medians lie within 35 %, or within 2 ms


@pytest.fixture
def known_secrets(full_digests: None) -> dict[str, Any]:
    """As for other tests, but at the cost that digests have in production."""
    return make_known_secrets()


@pytest.fixture
def argon2_runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The digests that Argon2id was run for; it is counted, not replaced."""
    runs: list[str] = []
    real = digests.digest_fits

    def counted(plain: str, digest: str) -> bool:
        runs.append(digest)
        return real(plain, digest)

    monkeypatch.setattr(digests, "digest_fits", counted)
    return runs


def ask(client_id: str, plain: str) -> tuple[int, float]:
    """Return the status of a request and how long its answer took, by the short entrance."""
    variables = wire.environ(authorization=basic(client_id, plain), body=form(GRANT))
    start = time.perf_counter()
    reply = wire.through_the_short_entrance(variables)
    return reply.status, time.perf_counter() - start


def add_secrets(client: Client, count: int) -> list[str]:
    """Give the client more live secrets, of which only the first has a digest of its own."""
    plains = [new_secret() for _ in range(count)]
    for plain in plains:
        stored = stored_form(plain, client_id=client.pk)
        ClientSecret.objects.create(
            client=client, created_at=CREATED, created_by="test", **stored._asdict()
        )
    return plains


@pytest.mark.parametrize("live_secrets", [1, 10])
def test_refusals_take_the_same_time(
    clients: SimpleNamespace, argon2_runs: list[str], live_secrets: int
):
    """Bar 16: unknown, wrong, expired, removed, disabled, in turn; none of them runs Argon2id."""
    add_secrets(clients.good.row, live_secrets - 1)
    kinds = {
        "unknown": (UNKNOWN_ID, new_secret()),
        "wrong": (clients.good.id, new_secret()),
        **{
            kind: (getattr(clients, kind).id, getattr(clients, kind).plain)
            for kind in ("expired", "retired", "disabled", "removed")
        },
    }
    tries = [_differ(kinds)]
    while tries[-1] and len(tries) < TRIES:  # a busy machine differs once, a leak each time
        tries.append(_differ(kinds))

    assert argon2_runs == []
    assert not tries[-1], tries


def _differ(kinds: dict[str, tuple[str, str]]) -> dict[str, float]:
    """Return the medians of the kinds where two of them differ, else nothing."""
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        failure_limits.forget()  # they are compared while the source is within its limit
        for kind, pair in kinds.items():
            status, taken = ask(*pair)
            assert status == 401
            times[kind].append(taken)
    medians = {kind: statistics.median(taken) for kind, taken in times.items()}
    least, most = min(medians.values()), max(medians.values())
    return medians if most - least > max(SHARE * least, FLOOR_S) else {}


def test_a_hundred_good_requests_run_argon2_once(clients: SimpleNamespace, argon2_runs: list[str]):
    """Bar 13."""
    verification._memo.clear()

    statuses = [ask(clients.good.id, clients.good.plain)[0] for _ in range(100)]

    assert statuses == [200] * 100
    assert len(argon2_runs) == 1


def test_the_last_of_ten_secrets_takes_as_long_as_the_first(
    clients: SimpleNamespace, argon2_runs: list[str]
):
    """Bar 15: less than twice the time, cold and warm."""
    plains = [clients.good.plain, *add_secrets(clients.good.row, 9)]
    first, last = plains[0], plains[-1]
    cold: dict[str, list[float]] = {first: [], last: []}
    warm: dict[str, list[float]] = {first: [], last: []}
    for _ in range(7):
        for plain in (first, last):
            verification._memo.clear()
            cold[plain].append(_good(clients, plain))
            warm[plain].extend(_good(clients, plain) for _ in range(5))

    for times in (cold, warm):
        assert statistics.median(times[last]) < 2 * statistics.median(times[first])
    assert len(argon2_runs) == 14


def _good(clients: Any, plain: str) -> float:
    status, taken = ask(clients.good.id, plain)
    assert status == 200
    return taken
