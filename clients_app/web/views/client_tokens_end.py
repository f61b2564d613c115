"""Revoke all tokens of this client: none that a client holds counts any longer; new ones do."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.errors import Conflict
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, give_notice, keeps
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.clients.usage import client_summary
from clients_app.services.tokens.revocation import end_tokens
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import done, show


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.END_TOKENS)
@keeps("seen")
def client_tokens_end(request: HttpRequest, client: Client) -> HttpResponse:
    """Say which APIs notice it at once and which do not, then end them."""
    now = timezone.now()
    if request.method != "POST" or BACK in request.POST:
        return _ask(request, client)
    try:
        end_tokens(client, actor=actor_of(request), now=now, seen=request.POST.get("seen", ""))
    except Conflict as error:
        give_notice(request, sentence_of(error))
        return _ask(request, client, status=422)
    to = reverse("client-details", kwargs={"client_id": client.pk})
    said = gettext("All tokens of %(client)s revoked.") % {"client": client.name}
    return done(request, to=to, said=said, tell="clientChanged")


def _ask(request: HttpRequest, client: Client, *, status: int = 200) -> HttpResponse:
    summary = client_summary(client, now=timezone.now())
    context = {"client": client, "summary": summary}
    title = gettext("Revoke all tokens of this client")
    return show(request, "clients/client_tokens_end", context, title=title, status=status)
