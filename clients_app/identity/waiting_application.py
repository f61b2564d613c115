"""The application that waits for a sign-in, and what its pages may do that others may not.

An authorization request leaves its own address as the page to go on to after a sign-in. So no page
on the way needs to know more than that address.
"""

from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict

from clients_app.http.middleware import AUTHORIZE
from clients_app.identity.kept_forms import own_path
from clients_app.limits import USERNAME_MAX
from clients_app.models import Client
from clients_app.rules.redirect_uris import csp_source
from clients_app.selectors.authorizations.applications import application_named, may_send_to

_OPENER: Final = "Cross-Origin-Opener-Policy"


class WaitingApplication(NamedTuple):
    """A client that is sent the result of a sign-in at ``redirect_uri``, which is registered."""

    client: Client
    redirect_uri: str
    login_hint: str


def waiting_application(to: str) -> WaitingApplication | None:
    """Return the application that waits at ``to``, the page after a sign-in."""
    path, _, query = to.partition("?")
    if path.rstrip("/") != AUTHORIZE:
        return None
    values = QueryDict(query)
    client_ids, redirect_uris = values.getlist("client_id"), values.getlist("redirect_uri")
    if len(client_ids) != 1 or len(redirect_uris) != 1:
        return None
    client = application_named(client_ids[0])
    if client is None or not may_send_to(client, redirect_uris[0]):
        return None
    hint = values.get("login_hint", "")
    return WaitingApplication(client, redirect_uris[0], hint if len(hint) <= USERNAME_MAX else "")


def application_behind(request: HttpRequest) -> WaitingApplication | None:
    """Return the application that waits for this sign-in; see ``next`` of its form."""
    return waiting_application(own_path(request.POST.get("next") or request.GET.get("next")))


def may_lead_to(response: HttpResponse, *urls: str) -> HttpResponse:
    """Let the forms of a page lead to ``urls``, and let a pop-up of an application have the page.

    Chromium applies ``form-action`` also to the redirects after a form. A pop-up must be able to
    answer the page that opened it.
    """
    policy = {"form-action": [csp_source(url) for url in urls]}
    vars(response)["_csp_update"] = policy  # for django-csp
    response[_OPENER] = "unsafe-none"
    return response
