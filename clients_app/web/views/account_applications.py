"""Account > Applications: withdraws what the person let an application do for them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent
from clients_app.identity.person import person_of
from clients_app.selectors.authorizations.allowed import application_of
from clients_app.services.authorizations.consents import withdraw
from clients_app.web.access import window
from clients_app.web.addresses import at
from clients_app.web.htmx import see_other


@at("account/applications/<guid:application_id>/withdraw")
@window(None, demands_factor=False)
def account_application_withdraw(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """End the tokens of an application, which must ask again; a reload goes back to Account."""
    if is_sent(request):
        person = person_of(request)
        client = application_of(person, application_id)
        withdraw(person, client, actor=actor_of(request), now=timezone.now())
        sentence = gettext("%(name)s may no longer act for you.") % {"name": client.name}
        messages.success(request, sentence)
    return see_other("account")
