"""Introspection and revocation refuse the same requests as the token endpoint."""

from types import SimpleNamespace

import pytest
from django.test import Client as Browser

from clients_app.models import Client
from clients_app.rules.client_types import AUTHORIZATION_CODE
from tests.oauth import credential_cases, parameter_cases, wsgi
from tests.oauth.introspection import INTROSPECT, REVOKE, post, token_of
from tests.oauth.request_cases import Row
from tests.oauth.test_token_requests import HEADERS, HEADERS_BY_STATUS, assert_error
from tests.oauth.wsgi import form

pytestmark = pytest.mark.one_database

NO_GRANT_NO_SCOPE = ("11 ", "12 ", "13 ", "15 ", "16 ")  # what only the token endpoint checks


REFUSALS = [
    row
    for row in (*credential_cases.ROWS, *parameter_cases.ROWS)
    if row.error is not None and not row.name.startswith(NO_GRANT_NO_SCOPE)
]


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in REFUSALS])
def test_invalid_request_is_rejected_as_at_the_token_endpoint(
    clients: SimpleNamespace, path: str, row: Row
):
    """TOK-A2 to TOK-A21: status, every header and the error."""
    parts = row.parts(clients)

    reply = wsgi.through_django(wsgi.environ(path, **parts))

    assert (reply.status, reply.headers) == (row.status, HEADERS_BY_STATUS.get(row.status, HEADERS))
    if parts.get("method") == "HEAD":
        assert reply.body == b""
    else:
        assert_error(reply, row.error or "")


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
@pytest.mark.parametrize("body", [b"", b"token", b"token=", b"TOKEN=abc", b"a=b"])
def test_request_without_a_token_is_rejected(clients: SimpleNamespace, path: str, body: bytes):
    reply = post(path, clients.good, "", body=body)

    assert (reply.status, reply.headers) == (400, HEADERS)
    assert_error(reply, "invalid_request")


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
@pytest.mark.parametrize(
    "body", [b"token=a&token=b", b"token=a&token_type_hint=a&token_type_hint="]
)
def test_duplicate_parameter_is_rejected(clients: SimpleNamespace, path: str, body: bytes):
    assert_error(post(path, clients.good, "", body=body), "invalid_request")


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
def test_token_in_the_query_is_rejected(clients: SimpleNamespace, path: str):
    """It would appear in logs (RFC 7662 section 4)."""
    reply = post(path, clients.good, "abc", query="token=abc")

    assert reply.status == 400
    assert_error(reply, "invalid_request")


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
def test_request_without_credentials_is_rejected(
    clients: SimpleNamespace, path: str, administrator_browser: Browser
):
    """TOK-4 and INT-1: even with an administrator's session."""
    token = token_of(clients.good)
    key = administrator_browser.cookies["sessionid"].value

    reply = post(path, clients.good, token, authorization=None, HTTP_COOKIE=f"sessionid={key}")

    assert (reply.status, reply.headers) == (401, HEADERS_BY_STATUS[401])
    assert_error(reply, "invalid_client")


def test_authorization_code_client_cannot_introspect(clients: SimpleNamespace):
    """INT-1: it has no secret, and the id alone does not authenticate."""
    Client.objects.filter(pk=clients.hybrid.id).update(client_type=AUTHORIZATION_CODE.id)
    body = form(client_id=clients.hybrid.id, token=token_of(clients.good))

    reply = post(INTROSPECT, clients.hybrid, "", authorization=None, body=body)
    assert (reply.status, reply.json()["error"]) == (401, "invalid_client")
