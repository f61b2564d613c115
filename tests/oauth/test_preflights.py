"""Preflights of the public documents and of other endpoints."""

import pytest

from tests.oauth.test_public_documents import DOCUMENTS, JWKS, get

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("path", [*DOCUMENTS, *(f"{one}/" for one in DOCUMENTS)])
@pytest.mark.parametrize("asked", ["mcp-protocol-version", "authorization, x-a,x-b", ""])
def test_preflight_of_any_origin_is_allowed(db: None, path: str, asked: str):
    """TOK-6: as a browser sends it before a request with headers of its own."""
    reply = get(
        path,
        method="OPTIONS",
        HTTP_ORIGIN="https://any.test",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET",
        **({"HTTP_ACCESS_CONTROL_REQUEST_HEADERS": asked} if asked else {}),
    )

    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers == {
        "Allow": "GET, HEAD, OPTIONS",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, HEAD",
        "Access-Control-Max-Age": "86400",
        "Vary": "Access-Control-Request-Headers",
        "X-Content-Type-Options": "nosniff",
        **({"Access-Control-Allow-Headers": asked} if asked else {}),
    }


@pytest.mark.parametrize("asked", ["a b", "x\u00e4", "a,", "a: b", "a;b", "<script>"])
def test_preflight_repeats_only_names_of_headers(db: None, asked: str):
    reply = get(JWKS, method="OPTIONS", HTTP_ACCESS_CONTROL_REQUEST_HEADERS=asked)

    assert reply.status == 204
    assert "Access-Control-Allow-Headers" not in reply.headers


@pytest.mark.parametrize("name", ["token", "introspect", "revocation"])
def test_preflight_of_another_endpoint_allows_no_origin(db: None, name: str):
    """TOK-6."""
    reply = get(
        f"/identity/connect/{name}",
        method="OPTIONS",
        HTTP_ORIGIN="https://any.test",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
    )

    assert reply.status == 204
    assert not [header for header in reply.headers if header.startswith("Access-Control")]
