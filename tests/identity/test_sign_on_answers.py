"""Single sign-on: what a provider and a browser bring back, and lies (SES-8)."""

import time

import pytest
from django.test import Client as Browser

from tests.identity.lying_provider import OTHER_KEY
from tests.identity.sign_on_visits import START, address_after, is_signed_in, last_event, visit
from tests.responses import text_of

pytestmark = pytest.mark.usefixtures("nothing_noted")


LIES = {
    "nonce of another": {"claims": {"nonce": "x" * 43}},
    "no nonce": {"claims": {"nonce": None}},
    "issuer of another": {"claims": {"iss": "https://evil.example.com"}},
    "audience of another": {"claims": {"aud": "other"}},
    "audiences without azp": {"claims": {"aud": ["portal", "other"]}},
    "azp of another": {"claims": {"azp": "other"}},
    "expired": {"claims": {"exp": int(time.time()) - 3600}},
    "no exp": {"claims": {"exp": None}},
    "no iat": {"claims": {"iat": None}},
    "issued tomorrow": {"claims": {"iat": int(time.time()) + 86_400}},
    "not yet valid": {"claims": {"nbf": int(time.time()) + 86_400}},
    "no subject": {"claims": {"sub": None}},
    "empty subject": {"claims": {"sub": ""}},
    "long subject": {"claims": {"sub": "s" * 256}},
    "at_hash of another": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "unknown kid": {"header": {"kid": "2"}},
    "key of another": {"key": OTHER_KEY},
    "unsigned": {"key": None, "algorithm": "none"},
    "signed with the client secret": {"key": "a secret/of + the portal" * 2, "algorithm": "HS256"},
    "no ID token": {"answer": {"access_token": "t"}},
    "no access token": {"answer": {"error": "invalid_grant"}},
    "no JSON": {"answer": b"<html>"},
    "a list": {"answer": b"[]"},
    "no token at all": {"answer": {"access_token": "t", "id_token": "a.b.c"}},
    "metadata of another": {"metadata": {"issuer": "https://evil.example.com"}},
    "metadata without token endpoint": {"metadata": {"token_endpoint": None}},
    "answer of another": {"returned": {"iss": "https://evil.example.com"}},
}


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize("lie", LIES)
def test_provider_that_lies_signs_nobody_in(client, provider, mara, lie):
    started = None if lie.startswith("metadata") else client.post(START)
    for name, value in LIES[lie].items():
        setattr(provider, name, value)

    reply = (
        client.get(provider.authorize(address_after(started))) if started else client.post(START)
    )

    assert reply.status_code == 403, text_of(reply)
    assert not is_signed_in(client)
    assert last_event().action == "sign-on.refused"


@pytest.mark.parametrize("claims", [{"aud": ["portal"]}, {"aud": ["portal", "x"], "azp": "portal"}])
def test_audience_that_names_the_portal_is_right(client, provider, mara, claims):
    provider.claims = claims

    assert visit(client, provider).status_code == 303


@pytest.mark.parametrize(
    "returned",
    [
        {"state": None},
        {"state": "x" * 43},
        {"code": None, "error": "access_denied"},
        {"code": None},
    ],
)
def test_return_without_state_or_code_is_refused(client, provider, mara, returned):
    provider.returned = returned

    reply = visit(client, provider)

    assert reply.status_code == 403
    assert "Sign in with Example" in text_of(reply)
    assert not is_signed_in(client)


def test_return_in_another_browser_is_refused(client, provider, mara):
    back = provider.authorize(address_after(client.post(START)))
    other = Browser()

    assert other.get(back).status_code == 403
    assert not is_signed_in(other)


def test_return_twice_is_refused(client, provider, mara):
    back = provider.authorize(address_after(client.post(START)))
    client.get(back)
    client.post("/sign-out")

    assert client.get(back).status_code == 403
    assert not is_signed_in(client)
