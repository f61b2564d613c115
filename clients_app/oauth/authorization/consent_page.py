"""What a person reads before they let an application act for them. Source: AUT-7."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from clients_app.identity.waiting_application import may_lead_to
from clients_app.models import Api
from clients_app.oauth.authorization.pages import page
from clients_app.oauth.authorization.visit import Visit
from clients_app.rules.identity_texts import texts_of
from clients_app.rules.redirect_uris import csp_source, with_parameters
from clients_app.rules.targets import OFFLINE_ACCESS


def consent_page(visit: Visit) -> HttpResponse:
    """Return the page that asks the person to agree to ``visit.chosen``."""
    client, chosen = visit.client, visit.chosen
    keeps_access = OFFLINE_ACCESS in chosen.identity_scope.split()
    context = {
        "application": client,
        "person": visit.person,
        "identity": [gettext(text) for text in texts_of(chosen.identity_scope)],
        **_of_api(chosen.target.api_id, chosen.scope.split()),
        "lifetime_s": client.token_lifetime_s,
        "refresh_s": settings.REFRESH_MAX if keeps_access else 0,
        "back_to": csp_source(visit.redirect_uri),
        **_ways_on(visit),
    }
    title = gettext("Allow %(application)s?") % {"application": client.name}
    response = may_lead_to(page(visit.http, "consent", context, title=title), visit.redirect_uri)
    if client.logo_uri:
        vars(response)["_csp_update"]["img-src"] = [csp_source(client.logo_uri)]
    return response


def wrong_tenant_page(visit: Visit) -> HttpResponse:
    """Return the page for a person whose account is of another tenant than the application."""
    context = {
        "application": visit.client,
        "person": visit.person,
        **_ways_on(visit),
    }
    title = gettext("Your account cannot be used here")
    response = page(visit.http, "wrong_tenant", context, title=title, status=403)
    return may_lead_to(response, visit.redirect_uri)


def _ways_on(visit: Visit) -> dict[str, str]:
    """Return where Allow and Cancel are sent, and where another account continues."""
    return {
        "action": with_parameters(reverse("consent"), visit.params),
        "next": with_parameters(reverse("authorize"), visit.params),
    }


def _of_api(api_id: str, scopes: list[str]) -> dict[str, Any]:
    if not api_id:
        return {}
    api = Api.objects.get(pk=api_id)
    texts = dict(api.scopes.filter(name__in=scopes).values_list("name", "description"))
    return {"api": api, "scopes": [(name, texts.get(name, "")) for name in scopes]}
