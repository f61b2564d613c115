"""Edit Role and Remove Role: custom roles of the tenant."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.errors import ChangedMeanwhile, Conflict, NotFound, RuleBroken, gettext_noop
from clients_app.http.forms.role_form import RoleEditForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.models import Role
from clients_app.permissions import Action
from clients_app.selectors.roles.roles import get_role, holders_of
from clients_app.services.roles.roles import edit_role, remove_role
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import done, show

HOLDERS_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.EDIT_ROLE)
@keeps(RoleEditForm)
def role_edit(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Ask for name and description; all who carry the role keep it."""
    actor = actor_of(request)
    role = _custom_role(actor.tenant_id, role_id)
    if request.method != "POST" or BACK in request.POST:
        return _ask(request, RoleEditForm.shown(request.POST, role=role))
    form = RoleEditForm(request.POST, role=role)
    if not form.is_valid():
        return _ask(request, form, status=422)
    try:
        role = edit_role(role_id, **form.role_fields(), actor=actor, now=timezone.now())
    except (RuleBroken, Conflict) as error:
        form.add_broken(error)
        if isinstance(error, ChangedMeanwhile):
            form.show_changes(_custom_role(actor.tenant_id, role_id))
        return _ask(request, form, status=422)
    said = gettext("Role %(role)s saved.") % {"role": role.name}
    return done(request, to=reverse("role-list"), said=said, tell="rolesChanged")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.REMOVE_ROLE)
def role_remove(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Say who has it, then take it from all of them at once."""
    actor, now = actor_of(request), timezone.now()
    role = _custom_role(actor.tenant_id, role_id)
    if request.method == "POST" and BACK not in request.POST:
        remove_role(role_id, actor=actor, now=now)
        said = gettext("Role %(role)s removed.") % {"role": role.name}
        return done(request, to=reverse("role-list"), said=said, tell="rolesChanged")
    clients, people = holders_of(role)
    ends = [client.last_token_expires_at for client in clients]
    context = {
        "role": role,
        "client_count": len(clients),
        "person_count": len(people),
        "clients": list(clients[:HOLDERS_SHOWN]),
        "people": list(people[:HOLDERS_SHOWN]),
        "more_clients": max(0, len(clients) - HOLDERS_SHOWN),
        "more_people": max(0, len(people) - HOLDERS_SHOWN),
        "ends": max([end for end in ends if end and end > now], default=None),
    }
    return show(request, "roles/role_remove", context, title=gettext("Remove Role"))


def _custom_role(tenant_id: UUID, role_id: UUID) -> Role:
    role = get_role(tenant_id, role_id)
    if role.is_built_in:
        raise NotFound(gettext_noop("Built-in roles can be neither edited nor removed."))
    return role


def _ask(request: HttpRequest, form: RoleEditForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "role": form.role}
    return show(request, "roles/role_edit", context, title=gettext("Edit Role"), status=status)
