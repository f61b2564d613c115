"""How the result of a visit goes back to the application: by its address, or by a form.

Source: RFC 6749 sections 4.1.2 and 4.1.2.1; OAuth 2.0 Multiple Response Types section 2.1; OAuth
2.0 Form Post Response Mode; RFC 9207 section 2; AUT-4, AUT-6, AUT-8.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from csp.constants import NONCE, SELF
from django.http import HttpResponse
from django.utils.translation import gettext

from clients_app import conf
from clients_app.oauth.authorization.pages import page
from clients_app.oauth.authorization.redirects import see_other
from clients_app.oauth.authorization.visit import Visit
from clients_app.oauth.errors import OAuthError
from clients_app.rules.authorization_requests import is_text, response_mode_of
from clients_app.rules.redirect_uris import csp_source, with_parameters


def answer(visit: Visit, members: Mapping[str, str]) -> HttpResponse:
    """Return the response that takes ``members`` to the application, with state and issuer."""
    members = {**members, **_state_of(visit), "iss": conf.issuer()}
    to, mode = visit.redirect_uri, response_mode_of(visit.params)
    if mode == "form_post":
        return _form(visit, to, members)
    if mode == "fragment":
        return see_other(f"{to}#{urlencode(members)}")
    return see_other(with_parameters(to, members))


def error_answer(visit: Visit, error: OAuthError) -> HttpResponse:
    """Return the response that takes an error to the application."""
    return answer(visit, {"error": error.error, "error_description": error.description})


def _state_of(visit: Visit) -> dict[str, str]:
    """Return the state as it was sent; none if it was sent twice or cannot be one."""
    state = visit.params.get("state", "")
    if not state or "state" in visit.repeated or not is_text("state", state):
        return {}
    return {"state": state}


def _form(visit: Visit, to: str, members: Mapping[str, str]) -> HttpResponse:
    context = {
        "to": to,
        "members": list(members.items()),
        "name": visit.client.name,
    }
    response = page(visit.http, "form_post", context, title=gettext("Back to the application"))
    policy = {"form-action": [csp_source(to)], "script-src": [SELF, NONCE]}
    vars(response)["_csp_replace"] = policy  # for django-csp
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response
