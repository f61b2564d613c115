"""TOK-6: scripts of a client's own sites may read token, userinfo and revocation, no others."""

from typing import Any

import pytest

from clients_app.models import Client, ClientUrl
from tests.oauth import wsgi
from tests.oauth.people import CODE, ORIGIN, REDIRECT, VERIFIER, People
from tests.oauth.wsgi import Reply, form

pytestmark = pytest.mark.one_database  # headers

SHARED = ("token", "revocation", "userinfo")
OTHER = "https://other.example.com"


def preflight(endpoint: str, origin: str = ORIGIN) -> Reply:
    asks = {
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST",
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "authorization",
    }
    path = f"/identity/connect/{endpoint}"
    return wsgi.through_django(wsgi.environ(path, method="OPTIONS", HTTP_ORIGIN=origin, **asks))


def allowed(reply: Reply) -> str | None:
    """Return the origin that may read the response; cookies never count."""
    assert "Access-Control-Allow-Credentials" not in reply.headers
    return reply.headers.get("Access-Control-Allow-Origin")


def redeem(people: People, origin: str, client: Any = None, **changed: str) -> Reply:
    client = client or people.public
    values = {"code": people.code(), "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    body = form(CODE, **{"client_id": client.id, **values, **changed})
    return people.ask(body=body, HTTP_ORIGIN=origin)


@pytest.mark.parametrize("endpoint", SHARED)
def test_preflight_of_a_registered_origin_is_allowed(people: People, endpoint: str):
    reply = preflight(endpoint)

    assert (reply.status, allowed(reply)) == (204, ORIGIN)
    assert reply.headers["Vary"] == "Origin"
    assert "POST" in reply.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.test",
        "null",
        "",
        "*",
        f"{ORIGIN}/",
        f"{ORIGIN}:443",
        f"{ORIGIN}.evil.test",
        ORIGIN.replace("https", "http"),
        ORIGIN.upper(),
        "https://xapp.example.com",
    ],
)
@pytest.mark.parametrize("endpoint", SHARED)
def test_preflight_of_another_origin_is_not_allowed(people: People, endpoint: str, origin: str):
    assert allowed(preflight(endpoint, origin)) is None


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"removed_at": "2026-01-01T00:00Z"}])
def test_origin_of_a_client_that_cannot_be_used_is_not_allowed(people: People, change: Any):
    Client.objects.filter(pk=people.public.id).update(**change)

    assert allowed(preflight("token")) is None


def test_introspection_and_pages_allow_no_origin(people: People):
    assert allowed(preflight("introspect")) is None
    for path in ("/", "/security/clients", "/account/login", "/livez"):
        page = wsgi.through_django(wsgi.environ(path, method="GET", HTTP_ORIGIN=ORIGIN))
        assert allowed(page) is None, path


def test_own_origin_may_read_tokens_and_errors(people: People):
    good = redeem(people, ORIGIN)
    assert (good.status, allowed(good)) == (200, ORIGIN)
    bad = redeem(people, ORIGIN, code="x")
    assert (bad.status, allowed(bad)) == (400, ORIGIN)
    assert "Operation-Id" in bad.headers["Access-Control-Expose-Headers"]


def test_origin_of_another_client_may_not_read(people: People):
    """It is registered, so its preflight is allowed, but not for this client."""
    other = people.application("Other", "authorization-code")
    ClientUrl.objects.filter(client=other.id, kind="cors-origin").update(url=OTHER)

    assert allowed(preflight("token", OTHER)) == OTHER
    assert allowed(redeem(people, OTHER)) is None
    assert allowed(redeem(people, ORIGIN, other)) is None
    assert allowed(redeem(people, ORIGIN, people.hybrid)) is None


def test_unknown_client_lets_nobody_read(people: People):
    reply = redeem(people, ORIGIN, client_id="0f0e8c1e-5b1c-4a5e-9d0e-0c8f5d1f2a3b")

    assert (reply.status, allowed(reply)) == (401, None)


def test_own_origin_may_read_userinfo_also_that_a_token_has_ended(people: People):
    token = people.signed_in(scope="openid")["access_token"]

    assert allowed(people.userinfo(token, HTTP_ORIGIN=ORIGIN)) == ORIGIN
    assert allowed(people.userinfo(token, HTTP_ORIGIN=OTHER)) is None
    people.post_to("revocation", people.public, token)
    ended = people.userinfo(token, HTTP_ORIGIN=ORIGIN)
    assert (ended.status, allowed(ended)) == (401, ORIGIN)
    assert allowed(people.userinfo("x", HTTP_ORIGIN=ORIGIN)) is None


def test_own_origin_may_read_revocation(people: People):
    token = people.signed_in()["refresh_token"]
    reply = people.post_to("revocation", people.public, token, HTTP_ORIGIN=ORIGIN)

    assert (reply.status, allowed(reply)) == (200, ORIGIN)
