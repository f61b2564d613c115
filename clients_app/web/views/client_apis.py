"""APIs of a client: what it may call, what it asked for, and what of it is unused."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.errors import Conflict
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import give_notice, is_sent
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.apis.apis import get_api
from clients_app.selectors.apis.may_call import reach_of, rows_of
from clients_app.selectors.apis.usage import requests_of
from clients_app.selectors.clients.lookup import get_client
from clients_app.services.apis.may_call import set_may_call
from clients_app.services.apis.unused import remove_unused, unused_of
from clients_app.web.access import screen, window
from clients_app.web.addresses import CLIENT, at
from clients_app.web.form_window import Screen, edited_by, form_window
from clients_app.web.forms.client_apis_form import ClientApisForm
from clients_app.web.htmx import done, show
from clients_app.web.views.client_details import show_tab


@at(f"{CLIENT}/apis")
@screen(Action.READ_CLIENTS)
def client_apis(request: HttpRequest, client: Client) -> HttpResponse:
    """Show what the client may call, and what it asked for in 90 days."""
    now, reach = timezone.now(), reach_of(client)
    allowed = [(row.api, [scope.name for scope in row.scopes.all()]) for row in rows_of(client)]
    if client.may_call_built_in:
        built_in = get_api(client.tenant_id, client.tenant_id)
        allowed = [(built_in, list(built_in.scope_names())), *allowed]
    context = {
        "allowed": allowed,
        "default_id": reach.default.api_id if reach.default else "",
        "requests": requests_of(client, now=now),
        "losses": lambda: unused_of(client, now=now).losses,
    }
    return show_tab(request, client, "apis", gettext("APIs"), context, now)


@at(f"{CLIENT}/apis/edit")
@window(Action.ASSIGN_APIS, ClientApisForm, "preview")
def client_apis_edit(request: HttpRequest, client: Client) -> HttpResponse:
    """Say what the client may call; Preview shows what its tokens will carry."""
    shown = request.POST.getlist("shown")  # the APIs whose scopes are in the window

    def save(form: ClientApisForm) -> HttpResponse:
        set_may_call(client, form.may_call_draft(), **edited_by(request, form))
        message = gettext("APIs of %(client)s saved.") % {"client": client.name}
        return done(request, message, "client-apis", client_id=client.pk)

    page = Screen(
        "clients/client_apis_edit",
        gettext("Edit APIs"),
        {"client": client, "shown": shown},
        fragments=("window", "claims"),
    )
    return form_window(request, page, ClientApisForm, save, client=client)


@at(f"{CLIENT}/apis/unused")
@window(Action.ASSIGN_APIS, "seen")
def client_apis_unused(request: HttpRequest, client: Client) -> HttpResponse:
    """List what the client does not use and which requests used it, then take it away."""
    now, status = timezone.now(), 200
    if is_sent(request):
        seen, actor = request.POST.get("seen", ""), actor_of(request)
        try:
            remove_unused(client, seen=seen, expected_version=None, actor=actor, now=now)
        except Conflict as error:
            give_notice(request, sentence_of(error))
            client, status = get_client(client.tenant_id, client.pk), 422
        else:
            message = gettext("%(client)s may now call only what it uses.")
            words = {"client": client.name}
            return done(request, message % words, "client-apis", client_id=client.pk)
    context = {"client": client, "preview": unused_of(client, now=now)}
    title = gettext("Remove what is unused")
    return show(request, "clients/client_apis_unused", context, title=title, status=status)
