"""Requests to the authorize endpoint, and the answers in them."""

import re
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client as Browser

from clients_app.models import Client
from clients_app.rules.pkce import challenge_of

AUTHORIZE = "/identity/connect/authorize"
CONSENT = "/identity/connect/consent"
ISSUER = "http://localhost:8000/identity"
HTTPS_CALLBACK = "https://rooms.example/callback?tab=1"
LOOPBACK_CALLBACK = "http://127.0.0.1:5001/callback"
PRIVATE_CALLBACK = "com.example.rooms:/callback"
TO_ROOMS = "form-action 'self' https://rooms.example;"
VERIFIER = "correct-horse-battery-staple-correct-horse-battery"

Params = dict[str, Any]  # None leaves a parameter out, a list sends it more than once


def params_of(client: Client, **changes: Any) -> Params:
    """Return a request for a code by PKCE, with ``changes``."""
    return {
        "client_id": str(client.pk),
        "redirect_uri": HTTPS_CALLBACK,
        "response_type": "code",
        "scope": "openid profile api",
        "state": "af0ifjsldkj",
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        **changes,
    }


def query_of(params: Params) -> str:
    return urlencode({name: one for name, one in params.items() if one is not None}, doseq=True)


def ask(browser: Browser, params: Params) -> HttpResponse:
    """Send a request as a browser follows a link."""
    return browser.get(f"{AUTHORIZE}?{query_of(params)}")


def decide(browser: Browser, page: HttpResponse, decision: str = "allow") -> HttpResponse:
    """Press a button of the consent page."""
    form = consent_form(page)
    return browser.post(form.action, {**form.hidden, "decision": decision})


class ConsentForm(NamedTuple):
    action: str
    hidden: dict[str, str]


def consent_form(page: HttpResponse) -> ConsentForm:
    text = page.content.decode()
    found = re.search(rf'<form method="post" action="({CONSENT}[^"]*)">(.*?)</form>', text, re.S)
    assert found, text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[2]))
    return ConsentForm(unescape(found[1]), hidden)


class Answer(NamedTuple):
    """What an application got, and where; ``mode`` is query or fragment."""

    to: str
    mode: str
    members: dict[str, str]


def answer_of(reply: HttpResponse) -> Answer:
    """Return the answer in a redirect to an application."""
    assert reply.status_code == 303, reply.content.decode()
    parts = urlsplit(reply["Location"])
    mode = "fragment" if parts.fragment else "query"
    members = {name: value[0] for name, value in parse_qs(parts.fragment or parts.query).items()}
    return Answer(reply["Location"].partition("?")[0].partition("#")[0], mode, members)


def is_refused_here(reply: HttpResponse) -> bool:
    """Return whether a request was refused by a page of the portal, and sent nowhere."""
    text = reply.content.decode()
    has_page = "This sign-in cannot continue" in text and "Location" not in reply
    return reply.status_code == 400 and has_page


def next_of(reply: HttpResponse) -> str:
    """Return where a sign-in page would go on to."""
    return parse_qs(urlsplit(reply["Location"]).query)["next"][0]


def csp_of(reply: HttpResponse) -> str:
    return f"{reply['Content-Security-Policy']};"
