"""Add Role: a custom role of the tenant."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.errors import Conflict, RuleBroken
from clients_app.http.forms.role_form import RoleForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.permissions import Action
from clients_app.services.roles.roles import add_role
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import done, show


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.ADD_ROLE)
@keeps(RoleForm)
def role_add(request: HttpRequest) -> HttpResponse:
    """Ask for name and description; Add saves the role."""
    if request.method != "POST" or BACK in request.POST:
        return _ask(request, RoleForm.shown(request.POST))
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, status=422)
    given = form.cleaned_data
    try:
        role = add_role(
            given["name"],
            description=given["description"],
            actor=actor_of(request),
            now=timezone.now(),
        )
    except (RuleBroken, Conflict) as error:
        form.add_broken(error)
        return _ask(request, form, status=422)
    said = gettext("Role %(role)s added.") % {"role": role.name}
    return done(request, to=reverse("role-list"), said=said, tell="rolesChanged")


def _ask(request: HttpRequest, form: RoleForm, *, status: int = 200) -> HttpResponse:
    return show(request, "roles/role_add", {"form": form}, title=gettext("Add Role"), status=status)
