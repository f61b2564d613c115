"""Roles: the list of roles, and the windows that add, edit and remove custom roles."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.errors import NotFound, gettext_noop
from clients_app.http.forms.portal_form import form_key_of
from clients_app.http.forms.role_form import RoleEditForm, RoleForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent
from clients_app.models import Role
from clients_app.permissions import Action, allows
from clients_app.rules.names import key_of
from clients_app.selectors.roles.roles import get_role, holders_of, roles_with_counts
from clients_app.selectors.tenants.sidebar import sidebar_counts
from clients_app.services.roles.roles import add_role, edit_role, remove_role
from clients_app.web.access import screen, window
from clients_app.web.form_window import form_window
from clients_app.web.htmx import done, show, with_query
from clients_app.web.list_state import filter_text
from clients_app.web.once import once

HOLDERS_SHOWN: Final = 20


@screen(Action.READ_ROLES)
def role_list(request: HttpRequest) -> HttpResponse:
    """Show the roles whose names match the filter, custom roles first."""
    actor, q = actor_of(request), filter_text(request.GET)
    roles = roles_with_counts(actor.tenant_id)
    context = {
        "q": q,
        "query": with_query("", q=q),
        "roles": [role for role in roles if key_of(q) in role.name_key],
        "may_add": allows(actor, Action.ADD_ROLE),
        "may_edit": allows(actor, Action.EDIT_ROLE),
        "may_remove": allows(actor, Action.REMOVE_ROLE),
        "sidebar": sidebar_counts(actor.tenant_id),
    }
    return show(request, "roles/role_list", context, title=gettext("Roles"), fragments=("list",))


@window(Action.ADD_ROLE, RoleForm)
@once("role-list", _("Role added."), event="rolesChanged")
def role_add(request: HttpRequest) -> HttpResponse:
    """Add a custom role."""

    def save(form: RoleForm) -> HttpResponse:
        role = add_role(**form.cleaned_data, actor=actor_of(request), now=timezone.now())
        return _done(request, gettext("Role %(role)s added."), role)

    return form_window(
        request,
        "roles/role_add",
        RoleForm,
        save,
        title=gettext("Add Role"),
        context=lambda form: {"form_key": form_key_of(request.POST)},
    )


@window(Action.EDIT_ROLE, RoleEditForm)
def role_edit(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Change name and description; clients and people keep the role."""
    role = _custom_role(request, role_id)

    def save(form: RoleEditForm) -> HttpResponse:
        fields = form.role_fields()
        saved = edit_role(role_id, **fields, actor=actor_of(request), now=timezone.now())
        return _done(request, gettext("Role %(role)s saved."), saved)

    return form_window(
        request,
        "roles/role_edit",
        RoleEditForm,
        save,
        title=gettext("Edit Role"),
        context=lambda form: {"role": role},
        latest=lambda: _custom_role(request, role_id),
        role=role,
    )


@window(Action.REMOVE_ROLE)
def role_remove(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Show who has the role, then take it from all of them."""
    role, now = _custom_role(request, role_id), timezone.now()
    if is_sent(request):
        remove_role(role_id, actor=actor_of(request), now=now)
        return _done(request, gettext("Role %(role)s removed."), role)
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


def _custom_role(request: HttpRequest, role_id: UUID) -> Role:
    role = get_role(actor_of(request).tenant_id, role_id)
    if role.is_built_in:
        raise NotFound(gettext_noop("Built-in roles can be neither edited nor removed."))
    return role


def _done(request: HttpRequest, message: str, role: Role) -> HttpResponse:
    return done(request, message % {"role": role.name}, "role-list", event="rolesChanged")
