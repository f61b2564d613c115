"""A refused request names its client in the log and in Activity: TOK-7."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.models import TokenRefusal
from clients_app.services.usage import counts, refused_requests
from clients_app.services.usage.refused_requests import Cause
from tests.oauth import wsgi
from tests.oauth.credential_cases import UNKNOWN_ID
from tests.oauth.introspection import INTROSPECT, REVOKE
from tests.oauth.request_cases import GRANT, b64
from tests.oauth.wsgi import FORM, basic, form

pytestmark = pytest.mark.one_database

Parts = Callable[[SimpleNamespace], dict[str, Any]]
MULTIPART = 'multipart/form-data; boundary="x"'
PART = '--x\r\ncontent-disposition: form-data; name="client_id"\r\n\r\n{}\r\n--x--'


def twice(c: SimpleNamespace) -> bytes:
    return form(GRANT, ("client_id", c.id), client_id=c.id, client_secret=c.plain)


# fmt: off
REFUSED: dict[str, tuple[str, Parts]] = {
    "no secret": ("no-secret", lambda c: {"body": form(GRANT, client_id=c.id)}),
    "no secret, in capitals": ("no-secret", lambda c: {
        "body": form(GRANT, client_id=c.id.upper())}),
    "Basic without a secret": ("no-secret", lambda c: {"authorization": basic(c.id, "")}),
    "a Bearer header": ("no-secret", lambda c: {
        "authorization": "Bearer x", "body": form(GRANT, client_id=c.id)}),
    "a Bearer header and a secret": ("invalid-request", lambda c: {
        "authorization": "Bearer x", "body": form(GRANT, client_id=c.id, client_secret=c.plain)}),
    "Basic without a colon": ("invalid-request", lambda c: {"authorization": b64(c.id.encode())}),
    "the id twice": ("invalid-request", lambda c: {"body": twice(c)}),
    "a doubled parameter": ("invalid-request", lambda c: {
        "authorization": basic(c.id, c.plain), "body": form(("a", "1"), ("a", "2"))}),
    "two ways": ("invalid-request", lambda c: {
        "authorization": basic(c.id, c.plain), "body": form(client_secret=c.plain)}),
    "an assertion": ("invalid-request", lambda c: {
        "authorization": basic(c.id, c.plain), "body": form(client_assertion="x")}),
    "a broken escape": ("invalid-request", lambda c: {
        "body": b"a=%zz&client_id=" + c.id.encode()}),
    "bytes that are not UTF-8": ("invalid-request", lambda c: {
        "body": b"a=\xff&client_id=" + c.id.encode()}),
    "escaped": ("invalid-request", lambda c: {
        "body": b"a=%zz&client%5Fid=" + c.id.replace("-", "%2D").encode()}),
    "in the query": ("invalid-request", lambda c: {"query": f"client_id={c.id}"}),
    "by GET": ("invalid-request", lambda c: {"method": "GET", "query": f"client_id={c.id}"}),
    "as JSON": ("invalid-request", lambda c: {
        "content_type": "application/json", "body": json.dumps({"client_id": c.id}).encode()}),
    "as multipart": ("invalid-request", lambda c: {
        "content_type": MULTIPART,
        "body": PART.format(c.id).encode()}),
    "a long body": ("invalid-request", lambda c: {
        "body": form(client_id=c.id, a="x" * 70_000)}),
    "a secret that was cut": ("unknown-secret", lambda c: {
        "authorization": basic(c.id, c.plain[:-1])}),
}
# fmt: on


@pytest.fixture(params=[wsgi.TOKEN_PATH, INTROSPECT, REVOKE])
def refuse(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Any:
    """A function that sends a request to an endpoint and returns the refusal's line of the log."""
    caplog.set_level("INFO", "clients_app.oauth")

    def send(parts: dict[str, Any]) -> str:
        caplog.clear()
        given = {"content_type": FORM, "body": form(GRANT)} | parts
        variables = wsgi.environ(request.param, **given)
        if request.param == wsgi.TOKEN_PATH:
            reply = wsgi.through_the_short_entrance(variables)
        else:
            reply = wsgi.through_django(variables)
        assert 400 <= reply.status < 500
        [line] = [one.getMessage() for one in caplog.records if "refused" in one.getMessage()]
        return line

    return send


@pytest.mark.parametrize("kind", REFUSED)
def test_refusal_names_its_client_in_log_and_counts(
    clients: SimpleNamespace, refuse: Callable[[dict[str, Any]], str], kind: str
):
    cause, parts = REFUSED[kind]

    line = refuse(parts(clients.good))
    counts.flush()

    assert f"Client {clients.good.id}, address" in line
    assert clients.good.plain not in line
    row = TokenRefusal.objects.get()
    assert (str(row.client_id), row.cause, row.requests) == (clients.good.id, cause, 1)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"body": b"client_id=abc"},
        {"body": b"client_id=" + b"0" * 36},
        {"body": form(client_id=UNKNOWN_ID + "0")},
        {"body": b"my_client_id=" + UNKNOWN_ID.encode()},
        {"authorization": "Basic !!!"},
        {"authorization": basic("no-guid", "")},
    ],
)
def test_refusal_without_a_well_formed_id_names_nobody(
    db: None, refuse: Callable[[dict[str, Any]], str], parts: dict[str, Any]
):
    assert "Client unknown, address" in refuse(parts)


def test_refusal_with_two_ids_names_nobody(
    clients: SimpleNamespace, refuse: Callable[[dict[str, Any]], str]
):
    ids = clients.good.id, clients.hybrid.id
    line = refuse({"body": form(("client_id", ids[0]), client_id=ids[1])})
    counts.flush()

    assert "Client unknown, address" in line
    assert not TokenRefusal.objects.exists()


def test_ids_of_strangers_do_not_fill_the_memory(
    db: None, refuse: Callable[[dict[str, Any]], str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(refused_requests, "STRANGERS_MAX", 3)
    for number in range(10):
        refuse({"body": form(client_id=f"{UNKNOWN_ID[:-1]}{number}")})
    assert len(refused_requests.refused) == 3
    counts.flush()
    assert not TokenRefusal.objects.exists()


def test_authenticated_client_that_sends_no_token_is_named(
    clients: SimpleNamespace, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO", "clients_app.oauth")
    header = basic(clients.good.id, clients.good.plain)
    wsgi.through_django(wsgi.environ(INTROSPECT, authorization=header, body=b""))
    counts.flush()

    assert f"Client {clients.good.id}, address" in caplog.text
    assert TokenRefusal.objects.get().cause == Cause.INVALID_REQUEST
