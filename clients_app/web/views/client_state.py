"""Disable Client and Enable Client: each asks once, because applications stop or start."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.clients.usage import client_summary
from clients_app.services.clients.edits import set_enabled
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import done, show


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.DISABLE_CLIENT)
def client_disable(request: HttpRequest, client: Client) -> HttpResponse:
    """Say what stops and what stays, then disable."""
    said = gettext("%(client)s disabled.") % {"client": client.name}
    return _confirm(request, client, enable=False, title=gettext("Disable Client"), said=said)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.DISABLE_CLIENT)
def client_enable(request: HttpRequest, client: Client) -> HttpResponse:
    """Say what starts, then enable."""
    said = gettext("%(client)s enabled.") % {"client": client.name}
    return _confirm(request, client, enable=True, title=gettext("Enable Client"), said=said)


def _confirm(
    request: HttpRequest, client: Client, *, enable: bool, title: str, said: str
) -> HttpResponse:
    now = timezone.now()
    if request.method != "POST" or BACK in request.POST:
        context = {
            "client": client,
            "enable": enable,
            "heading": title,
            "summary": client_summary(client, now=now),
            "live_secrets": client.secrets.live(now).count(),
        }
        return show(request, "clients/client_state", context, title=title)
    set_enabled(client, enabled=enable, actor=actor_of(request), now=now)
    to = reverse("client-details", kwargs={"client_id": client.pk})
    return done(request, to=to, said=said, tell="clientChanged")
