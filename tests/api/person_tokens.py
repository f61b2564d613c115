"""Tokens that an application got for a person who signed in."""

from urllib.parse import urlencode

from django.test import Client as Browser
from django.utils import timezone

from clients_app import conf
from clients_app.models import Client, Person
from clients_app.rules.authorization_requests import AuthorizationRequest
from clients_app.rules.pkce import challenge_of
from clients_app.rules.targets import chosen_for_person
from clients_app.selectors.apis.may_call import reach_of
from clients_app.services.authorizations.codes import SignedIn, issue_code

_VERIFIER = "a-verifier-of-43-characters-at-least-0123456789"


def token_for(person: Person, application: Client) -> str:
    """Return a token for the built-in API; the person has just signed in."""
    now, url = timezone.now(), application.urls.all()[0].url
    chosen = chosen_for_person(
        reach_of(application),
        origin=conf.public_url(),
        may_refresh=False,
        named=conf.public_url(),
        scope="api",
    )
    request = AuthorizationRequest(
        client_id=str(application.pk),
        redirect_uri=url,
        challenge=challenge_of(_VERIFIER),
        nonce="n-1",
    )
    signed_in = SignedIn(now, "pwd", "session-key")
    code = issue_code(person, application, request, chosen, signed_in=signed_in, now=now).plain
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": url}
    form |= {"code_verifier": _VERIFIER, "client_id": str(application.pk)}
    kind = "application/x-www-form-urlencoded"
    reply = Browser().post("/identity/connect/token", urlencode(form), content_type=kind)
    assert reply.status_code == 200, reply.content
    return reply.json()["access_token"]
