"""Restore: a removed client comes back disabled, without its secrets."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.errors import Conflict, RuleBroken
from clients_app.http.forms.confirm_form import RestoreForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.clients.lookup import get_removed_client, name_is_taken
from clients_app.services.clients.removal import restore_client
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import done, show


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.RESTORE_CLIENT)
@keeps(RestoreForm)
def client_restore(request: HttpRequest, removed_id: UUID) -> HttpResponse:
    """Confirm; asks for another name where its own was given away meanwhile."""
    actor, now = actor_of(request), timezone.now()
    client = get_removed_client(actor.tenant_id, removed_id, now=now)
    if request.method != "POST" or BACK in request.POST:
        return _ask(request, client, RestoreForm.shown(request.POST))
    form = RestoreForm(request.POST)
    form.is_valid()  # the service looks at what was typed
    name = form.cleaned_data["name"] if "name" in request.POST else None
    try:
        restored = restore_client(removed_id, name=name, actor=actor, now=now)
    except (Conflict, RuleBroken) as error:
        if name is None:
            form = RestoreForm({"name": client.name})
            form.is_valid()
        form.add_broken(error)
        return _ask(request, client, form, status=422)
    said = gettext("%(client)s restored. It is disabled and has no secrets.")
    to = reverse("client-details", kwargs={"client_id": removed_id})
    return done(request, to=to, said=said % {"client": restored.name}, tell="clientChanged")


def _ask(
    request: HttpRequest, client: Client, form: RestoreForm, *, status: int = 200
) -> HttpResponse:
    is_taken = name_is_taken(client.tenant_id, client.name)
    form.initial.setdefault("name", client.name)
    context = {
        "client": client,
        "form": form,
        "is_taken": is_taken,
        "asks_for_name": is_taken or bool(form.first_wrong),
    }
    return show(
        request, "clients/client_restore", context, title=gettext("Restore Client"), status=status
    )
