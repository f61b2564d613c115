"""What a person reads before they let an application act for them. Source: AUT-7."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from clients_app.identity.waiting_application import may_lead_to
from clients_app.oauth.authorization.pages import page
from clients_app.oauth.authorization.visit import Visit
from clients_app.rules.identity_texts import texts_of
from clients_app.rules.redirect_uris import csp_source, with_parameters
from clients_app.rules.targets import OFFLINE_ACCESS
from clients_app.selectors.apis.apis import get_api


def consent_page(visit: Visit) -> HttpResponse:
    """Return the page that asks the person to agree to ``visit.chosen``."""
    client, chosen = visit.client, visit.chosen
    keeps_access = OFFLINE_ACCESS in chosen.identity_scope.split()
    context = {
        "application": client,
        "person": visit.person,
        "identity": [gettext(text) for text in texts_of(chosen.identity_scope)],
        **_of_api(client.tenant_id, chosen.target.api_id, chosen.scope.split()),
        "lifetime_s": client.token_lifetime_s,
        "refresh_s": settings.REFRESH_MAX if keeps_access else 0,
        "back_to": csp_source(visit.redirect_uri),
        "mark": mark_of(visit),
        **_ways_on(visit),
    }
    title = gettext("Allow %(application)s?") % {"application": client.name}
    response = may_lead_to(page(visit.http, "consent", context, title=title), visit.redirect_uri)
    if client.logo_uri:
        vars(response)["_csp_update"]["img-src"] = [csp_source(client.logo_uri)]
    return response


def mark_of(visit: Visit) -> str:
    """Return a mark of what the consent page said: who lets whom have what, and where it goes.

    Any of that may have changed when Allow is pressed. The form has the mark, so it counts only for
    what the person read.
    """
    chosen = visit.chosen
    said = (visit.person.pk, visit.client.pk, visit.redirect_uri, chosen.target.identifier)
    return salted_hmac("consent page", " ".join(map(str, (*said, chosen.all_scope)))).hexdigest()


def wrong_tenant_page(visit: Visit) -> HttpResponse:
    """Return the page for a person whose account is of another tenant than the application."""
    application = visit.client
    sentence = gettext("%(name)s is for people of %(tenant)s, and your account is not one of them.")
    return _wrong_account(visit, sentence % {"name": application, "tenant": application.tenant})


def wrong_person_page(visit: Visit) -> HttpResponse:
    """Return the page for a person other than the one whom the application wants back."""
    sentence = gettext("%(name)s asks for the account that was used there before.")
    return _wrong_account(visit, sentence % {"name": visit.client})


def _wrong_account(visit: Visit, sentence: str) -> HttpResponse:
    context = {
        "sentence": sentence,
        "application": visit.client,
        "person": visit.person,
        **_ways_on(visit),
    }
    title = gettext("Your account cannot be used here")
    response = page(visit.http, "wrong_account", context, title=title, status=403)
    return may_lead_to(response, visit.redirect_uri)


def _ways_on(visit: Visit) -> dict[str, str]:
    """Return where Allow and Cancel are sent, and where another account continues."""
    return {
        "action": with_parameters(reverse("consent"), visit.params),
        "next": with_parameters(reverse("authorize"), visit.params),
    }


def _of_api(tenant_id: UUID, api_id: str, scopes: list[str]) -> dict[str, Any]:
    if not api_id:
        return {}
    api = get_api(tenant_id, UUID(api_id))
    texts = dict(api.scopes.filter(name__in=scopes).values_list("name", "description"))
    return {"api": api, "scopes": [(name, texts.get(name, "")) for name in scopes]}
