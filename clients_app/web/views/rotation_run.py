"""Rotate one by one: the secrets of the chosen clients, what is done and what is left."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import own_path
from clients_app.limits import BULK_MAX
from clients_app.permissions import Action
from clients_app.rules.client_types import CLIENT_CREDENTIALS
from clients_app.selectors.clients.lists import matching_ids
from clients_app.selectors.secrets.runs import secrets_to_rotate
from clients_app.web.access import screen
from clients_app.web.addresses import CLIENTS, at
from clients_app.web.htmx import see_other, show
from clients_app.web.list_state import list_state, ticked
from clients_app.web.rotation_runs import run_address, run_in


@at(f"{CLIENTS}/rotate/start")
@screen(Action.READ_CLIENTS)
def rotation_start(request: HttpRequest) -> HttpResponse:
    """Redirect to the run of the ticked clients or, if none is ticked, of a whole list."""
    actor, now = actor_of(request), timezone.now()
    state = list_state(request.GET, may_restore=False)
    client_type = state.type or CLIENT_CREDENTIALS.id
    filters = state.filters(timezone.get_current_timezone())
    client_ids = ticked(request.GET) or matching_ids(
        actor.tenant_id,
        client_type=client_type,
        sort="expires",
        limit=BULK_MAX,
        now=now,
        **filters,
    )
    found = secrets_to_rotate(actor.tenant_id, client_ids, period=filters["period"], now=now)
    to = request.GET.get("to") or reverse("client-list") + state.query()
    return see_other(run_address(found, own_path(to)))


@at(f"{CLIENTS}/rotate")
@screen(Action.READ_CLIENTS)
def rotation_run(request: HttpRequest) -> HttpResponse:
    """Show the secrets that are left and those that are done."""
    actor, now = actor_of(request), timezone.now()
    run = run_in(request.GET, actor=actor, now=now, name="secrets")
    context = {"run": run, "to": run.to if run else own_path(request.GET.get("to") or "/")}
    return show(
        request,
        "secrets/rotation_run",
        context,
        title=gettext("Rotate secrets"),
        fragments=("run",),
    )
