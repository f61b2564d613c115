"""TOK-A22 and AVA-1: a source with many failures is blocked, and affects nobody else."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clients_app.http import counted_lines
from clients_app.oauth import request_log
from clients_app.rules.secret_format import CODE_PREFIX, REFRESH_PREFIX, new_secret
from clients_app.services.failure_limits import FAILURES_MAX, count_failure
from tests.oauth import wsgi
from tests.oauth.authorize.requests import AUTHORIZE
from tests.oauth.machine_client import MachineClient
from tests.oauth.people import People
from tests.oauth.request_cases import GRANT
from tests.oauth.test_token_requests import HEADERS, assert_error
from tests.oauth.wsgi import Reply, basic, form
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database  # the statement that counts also runs on the other, see below
Ask = Callable[..., Reply]
OTHER = "198.51.100.9"


def wrong(ask: Ask, client_id: str, **more: Any) -> Reply:
    return ask(authorization=basic(client_id, new_secret()), body=form(GRANT), **more)


def exhaust(ask: Ask, clients: SimpleNamespace, **more: Any) -> None:
    replies = [wrong(ask, clients.good.id, **more).status for _ in range(FAILURES_MAX)]
    assert set(replies) == {401}


def test_failure_101_gets_429_with_retry_after(clients: SimpleNamespace, ask: Ask):
    exhaust(ask, clients)

    reply = wrong(ask, clients.good.id)

    assert reply.status == 429
    assert 1 <= int(reply.headers.pop("Retry-After")) <= 60
    assert reply.headers == HEADERS
    assert_error(reply, "temporarily_unavailable")


def test_right_secret_always_works(clients: SimpleNamespace, ask: Ask):
    """From the blocked address, and for the attacked client."""
    exhaust(ask, clients)
    assert wrong(ask, clients.good.id).status == 429
    good = {"authorization": basic(clients.good.id, clients.good.plain), "body": form(GRANT)}

    assert ask(**good).status == 200
    assert ask(**good, REMOTE_ADDR=OTHER).status == 200


def test_failure_from_another_source_gets_401(clients: SimpleNamespace, ask: Ask):
    exhaust(ask, clients)

    assert wrong(ask, clients.good.id, REMOTE_ADDR=OTHER).status == 401


@pytest.mark.parametrize("who", ["expired", "retired", "disabled", "removed"])
def test_blocked_responses_are_identical_for_all_reasons(
    clients: SimpleNamespace, ask: Ask, who: str
):
    """SEC-7: neither status nor body reveals the reason."""
    exhaust(ask, clients)
    one = getattr(clients, who)

    reply = ask(authorization=basic(one.id, one.plain), body=form(GRANT))

    assert (reply.status, reply.body) == (429, wrong(ask, clients.good.id).body)


def test_spoofed_forwarded_header_does_not_evade_the_limit(clients: SimpleNamespace, ask: Ask):
    for number in range(FAILURES_MAX):
        wrong(ask, clients.good.id, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")

    assert wrong(ask, clients.good.id, HTTP_X_FORWARDED_FOR="203.0.113.200").status == 429


def test_behind_our_proxy_each_caller_has_its_own_count(
    clients: SimpleNamespace, ask: Ask, settings: Any
):
    """The rightmost address counts, which our proxy added; the caller may have sent the others."""
    settings.TRUSTED_PROXIES = ["192.0.2.7"]
    exhaust(ask, clients, HTTP_X_FORWARDED_FOR=f"10.0.0.1, {OTHER}")

    assert wrong(ask, clients.good.id, HTTP_X_FORWARDED_FOR=f"10.9.9.9, {OTHER}").status == 429
    assert wrong(ask, clients.good.id, HTTP_X_FORWARDED_FOR=f"{OTHER}, 10.0.0.1").status == 401


def test_malformed_requests_do_not_count_as_failures(clients: SimpleNamespace, ask: Ask):
    for _ in range(FAILURES_MAX):
        ask(body=b"", authorization="Basic !")
        ask(body=form(GRANT))

    assert wrong(ask, clients.good.id).status == 401


#: credentials that are refused, well-formed or not: id and secret, and whether in the header
GUESSES: dict[str, Callable[[SimpleNamespace], tuple[str, str]]] = {
    "an id that is no GUID": lambda clients: ("admin", new_secret()),
    "an id that is almost a GUID": lambda clients: (f"{clients.good.id}0", new_secret()),
    "the nil GUID": lambda clients: (str(UUID(int=0)), new_secret()),
    "an unknown client": lambda clients: (str(uuid4()), new_secret()),
    "a secret of another form": lambda clients: (clients.good.id, "letmein"),
    "a secret with a wrong checksum": lambda clients: (clients.good.id, new_secret()[:-1] + "!"),
    "a secret that is too long": lambda clients: (clients.good.id, "x" * 300),
    "a wrong secret": lambda clients: (clients.good.id, new_secret()),
    "an expired secret": lambda clients: (clients.expired.id, clients.expired.plain),
    "a disabled client": lambda clients: (clients.disabled.id, clients.disabled.plain),
    "a removed client": lambda clients: (clients.removed.id, clients.removed.plain),
}


@pytest.mark.parametrize("in_header", [True, False])
@pytest.mark.parametrize("guess", GUESSES.values(), ids=GUESSES)
def test_refused_credential_of_any_form_counts_against_its_source(
    clients: SimpleNamespace,
    ask: Ask,
    guess: Callable[[SimpleNamespace], tuple[str, str]],
    in_header: bool,
):
    """The last one before the limit is of this form, so that the next one tells if it counted."""
    for _ in range(FAILURES_MAX - 1):
        count_failure("192.0.2.7", now=timezone.now())
    client_id, plain = guess(clients)
    sent = {"authorization": basic(client_id, plain), "body": form(GRANT)}
    if not in_header:
        sent = {"body": form(GRANT, client_id=client_id, client_secret=plain)}

    assert [ask(**sent).status for _ in range(2)] == [401, 429]


def test_flood_is_logged_once(clients: SimpleNamespace, ask: Ask, caplog: pytest.LogCaptureFixture):
    def lines() -> list[str]:
        return [one.message for one in caplog.records if one.name.startswith("clients_app")]

    exhaust(ask, clients)
    before = len(lines())
    for _ in range(50):
        wrong(ask, clients.good.id)

    assert before >= FAILURES_MAX
    assert len(lines()) == before + 1
    assert "not logged" in lines()[-1]


@pytest.mark.both_databases
def test_failures_are_counted_across_workers(
    token_portal: PortalProcess, machines: SimpleNamespace
):
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


@pytest.mark.parametrize("kind", ["code", "refresh token"])
def test_wrong_codes_and_refresh_tokens_count_as_failures(
    people: People, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """AUT-15: anybody can send them, the Client Id of a public client is no secret."""

    def attempt() -> int:
        if kind == "code":
            return people.redeem(new_secret(CODE_PREFIX)).status
        return people.refresh(new_secret(REFRESH_PREFIX)).status

    assert {attempt() for _ in range(FAILURES_MAX)} == {400}
    lines = len(caplog.records)
    assert {attempt() for _ in range(10)} == {429}
    assert len(caplog.records) == lines + 1
    assert people.redeem(people.code()).status == 200


STRANGERS: Final = {
    "authorize": lambda: Browser().get(AUTHORIZE, {"client_id": "x"}),
    "authorize by PUT": lambda: Browser().put(AUTHORIZE),
    "end session": lambda: Browser().get("/identity/connect/endsession", {"id_token_hint": "x"}),
    "userinfo": lambda: Browser().get("/identity/connect/userinfo", HTTP_AUTHORIZATION="Bearer x"),
    "token": lambda: Browser().post(wsgi.TOKEN_PATH, {"a": "b"}),
    "introspection": lambda: Browser().post("/identity/connect/introspect", {"a": "b"}),
}


@pytest.mark.parametrize("refused", STRANGERS.values(), ids=STRANGERS.keys())
def test_strangers_do_not_fill_the_log(
    refused: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    replies = [refused().status_code for _ in range(request_log.STRANGERS_MAX + 20)]

    assert set(replies) <= {400, 401, 405}
    assert len(caplog.records) == request_log.STRANGERS_MAX


def test_lines_that_were_left_out_are_counted_a_minute_later(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(request_log.STRANGERS_MAX + 20):
        STRANGERS["authorize"]()
    now_s = time.monotonic()
    monkeypatch.setattr(counted_lines.time, "monotonic", lambda: now_s + 60)

    STRANGERS["authorize"]()

    assert caplog.records[-2].getMessage().startswith("20 more requests of strangers")
    assert "Authorize refused" in caplog.records[-1].getMessage()
