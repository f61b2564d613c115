"""Remove Client: gone at once; it can be restored for 30 days, without its secrets."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.errors import RuleBroken
from clients_app.http.forms.confirm_form import ConfirmForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.clients.usage import client_summary
from clients_app.services.clients.removal import asks_for_name, remove_client
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import done, show, with_query


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.REMOVE_CLIENT)
@keeps(ConfirmForm)
def client_remove(request: HttpRequest, client: Client) -> HttpResponse:
    """Say how it is used; one used lately asks for its name."""
    if request.method != "POST" or BACK in request.POST:
        return _ask(request, client, ConfirmForm.shown(request.POST))
    form = ConfirmForm(request.POST)
    form.is_valid()  # the service looks at what was typed
    typed = form.cleaned_data["confirm"]
    try:
        remove_client(client, typed_name=typed, actor=actor_of(request), now=timezone.now())
    except RuleBroken as error:
        form.add_broken(error)
        return _ask(request, client, form, status=422)
    said = gettext("%(client)s removed. It can be restored for 30 days.") % {"client": client.name}
    to = with_query(reverse("client-list"), type=client.client_type)
    return done(request, to=to, said=said, tell="clientRemoved")


def _ask(
    request: HttpRequest, client: Client, form: ConfirmForm, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    context = {
        "client": client,
        "form": form,
        "asks_for_name": asks_for_name(client, now=now),
        "summary": client_summary(client, now=now),
        "live_secrets": client.secrets.live(now).count(),
    }
    title = gettext("Remove Client")
    return show(request, "clients/client_remove", context, title=title, status=status)
