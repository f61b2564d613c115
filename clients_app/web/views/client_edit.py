"""Edit Client: what someone else changed meanwhile is shown, not overwritten."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.errors import ChangedMeanwhile, Conflict, RuleBroken
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.clients.lookup import get_client
from clients_app.services.clients.edits import edit_client, set_owners
from clients_app.web.access import may, signed_in
from clients_app.web.forms.client_edit_form import ClientEditForm
from clients_app.web.forms.url_lists import after_url_step, is_url_step
from clients_app.web.htmx import done, show


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.EDIT_CLIENT)
@keeps(ClientEditForm, "add_url", "remove_url")
def client_edit(request: HttpRequest, client: Client) -> HttpResponse:
    """Ask for all that can change; Save changes it at once."""
    actor = actor_of(request)
    if not _is_sent(request):
        typed = after_url_step(request.POST)
        return _ask(request, client, ClientEditForm.shown(typed, client=client, actor=actor))
    form = ClientEditForm(request.POST, client=client, actor=actor)
    if not form.is_valid():
        return _ask(request, client, form, status=422)
    try:
        saved = _save(client, form, now=timezone.now())
    except (RuleBroken, Conflict) as error:
        form.add_broken(error)
        if isinstance(error, ChangedMeanwhile):
            form.show_changes(get_client(client.tenant_id, client.pk))
        return _ask(request, client, form, status=422)
    to = reverse("client-details", kwargs={"client_id": client.pk})
    said = gettext("%(client)s saved.") % {"client": saved.name}
    return done(request, to=to, said=said, tell="clientChanged")


def _is_sent(request: HttpRequest) -> bool:
    return request.method == "POST" and BACK not in request.POST and not is_url_step(request.POST)


def _save(client: Client, form: ClientEditForm, *, now: datetime) -> Client:
    actor, version = form.actor, form.cleaned_data["version"]
    with transaction.atomic():  # fields, roles and Owners together, or none of them
        client = edit_client(
            client, form.client_draft(), expected_version=version, actor=actor, now=now
        )
        if "owners" in form.fields:
            client = set_owners(
                client, form.owner_ids, expected_version=client.version, actor=actor, now=now
            )
    return client


def _ask(
    request: HttpRequest, client: Client, form: ClientEditForm, *, status: int = 200
) -> HttpResponse:
    name = request.POST.get("add_url", request.POST.get("remove_url", "")).partition(":")[0]
    focus = form.first_wrong or (name if name in form.fields else "") or "name"
    context = {"form": form, "client": client, "focus": focus}
    return show(
        request, "clients/client_edit", context, title=gettext("Edit Client"), status=status
    )
