"""Edit Roles: the roles of a client, with the claims that its tokens will carry."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.errors import ChangedMeanwhile, Conflict, NotFound, RuleBroken, gettext_noop
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.clients.lookup import get_client
from clients_app.services.clients.edits import assign_roles
from clients_app.web.access import may, signed_in
from clients_app.web.forms.client_roles_form import ClientRolesForm
from clients_app.web.htmx import done, show


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.ASSIGN_ROLES)
@keeps(ClientRolesForm, "preview")
def client_roles_edit(request: HttpRequest, client: Client) -> HttpResponse:
    """Ask for the roles; Preview shows their claims, Save assigns them at once."""
    actor = actor_of(request)
    if not client.type.has_roles:
        raise NotFound(gettext_noop("Clients of this type carry no roles."))
    if request.method != "POST" or BACK in request.POST or "preview" in request.POST:
        return _ask(request, ClientRolesForm.shown(request.POST, client=client, actor=actor))
    form = ClientRolesForm(request.POST, client=client, actor=actor)
    if not form.is_valid():
        return _ask(request, form, status=422)
    try:
        assign_roles(
            client,
            form.role_ids,
            confirms_administrator=form.cleaned_data["confirm_admin"],
            expected_version=form.cleaned_data["version"],
            actor=actor,
            now=timezone.now(),
        )
    except (Conflict, RuleBroken) as error:
        form.add_broken(error)
        if isinstance(error, ChangedMeanwhile):
            form.show_changes(get_client(client.tenant_id, client.pk))
        return _ask(request, form, status=422)
    said = gettext("Roles of %(client)s saved.") % {"client": client.name}
    to = reverse("client-roles", kwargs={"client_id": client.pk})
    return done(request, to=to, said=said, tell="clientChanged")


def _ask(request: HttpRequest, form: ClientRolesForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "client": form.client, "focus": form.first_wrong or "roles"}
    fragments = ("window", "claims")
    title = gettext("Edit Roles")
    return show(
        request,
        "clients/client_roles_edit",
        context,
        title=title,
        fragments=fragments,
        status=status,
    )
