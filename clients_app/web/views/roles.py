"""Roles: the list of roles, and the windows that add, edit and remove custom roles."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.errors import NotFound, gettext_noop
from clients_app.http.forms.role_form import RoleEditForm, RoleForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent
from clients_app.models import Role
from clients_app.permissions import Action, allows
from clients_app.rules.names import key_of
from clients_app.selectors.roles.roles import get_role, holders_of, roles_with_counts
from clients_app.selectors.tenants.sidebar import sidebar_counts
from clients_app.services.roles.roles import add_role, edit_role, remove_role
from clients_app.web.access import allowed, screen, window
from clients_app.web.addresses import at
from clients_app.web.form_window import Screen, form_window
from clients_app.web.htmx import done, show, with_query
from clients_app.web.list_state import filter_text
from clients_app.web.once import once

HOLDERS_SHOWN: Final = 20


@at("security/roles")
@screen(Action.READ_ROLES)
def role_list(request: HttpRequest) -> HttpResponse:
    """Show the roles whose names match the filter, custom roles first."""
    actor, q = actor_of(request), filter_text(request.GET)
    roles = roles_with_counts(actor.tenant_id)
    context = {
        "q": q,
        "query": with_query("", q=q),
        "roles": [role for role in roles if key_of(q) in role.name_key],
        **allowed(actor, add=Action.ADD_ROLE, edit=Action.EDIT_ROLE, remove=Action.REMOVE_ROLE),
        "sidebar": sidebar_counts(actor.tenant_id),
    }
    return show(request, "roles/role_list", context, title=gettext("Roles"), fragments=("list",))


@at("security/roles/add")
@window(Action.ADD_ROLE, RoleForm)
@once("role-list", _("Role added."), event="rolesChanged")
def role_add(request: HttpRequest) -> HttpResponse:
    """Add a custom role."""

    def save(form: RoleForm) -> HttpResponse:
        role = add_role(**form.cleaned_data, actor=actor_of(request), now=timezone.now())
        return _done(request, gettext("Role %(role)s added."), role)

    page = Screen("roles/role_add", gettext("Add Role"))
    return form_window(request, page, RoleForm, save, acts_once=True)


@at("security/roles/<guid:role_id>/edit")
@window(Action.EDIT_ROLE, RoleEditForm)
def role_edit(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Change name and description; clients and people keep the role."""
    role = _custom_role(request, role_id)

    def save(form: RoleEditForm) -> HttpResponse:
        fields = form.role_fields()
        saved = edit_role(role_id, **fields, actor=actor_of(request), now=timezone.now())
        return _done(request, gettext("Role %(role)s saved."), saved)

    page = Screen("roles/role_edit", gettext("Edit Role"), {"role": role})
    return form_window(request, page, RoleEditForm, save, role=role)


@at("security/roles/<guid:role_id>")
@screen(Action.READ_ROLES)
def role_holders(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Show who has the role: clients, and people to those who may see what people do."""
    actor = actor_of(request)
    role = get_role(actor.tenant_id, role_id)
    may_see_people = allows(actor, Action.READ_PEOPLE)
    context = {"role": role, **_holders(role), "may_see_people": may_see_people}
    if not may_see_people:
        context |= {"people": [], "more_people": 0}
    return show(request, "roles/role_holders", context, title=role.name)


@at("security/roles/<guid:role_id>/remove")
@window(Action.REMOVE_ROLE)
def role_remove(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Show who has the role, then take it from all of them."""
    role, now = _custom_role(request, role_id), timezone.now()
    if is_sent(request):
        remove_role(role_id, actor=actor_of(request), now=now)
        return _done(request, gettext("Role %(role)s removed."), role)
    ends = holders_of(role)[0].values_list("last_token_expires_at", flat=True)
    context = {
        "role": role,
        **_holders(role),
        "ends": max([end for end in ends if end and end > now], default=None),
    }
    return show(request, "roles/role_remove", context, title=gettext("Remove Role"))


def _holders(role: Role) -> dict[str, Any]:
    """Return the first clients and people who have the role, and how many there are."""
    clients, people = holders_of(role)
    client_count, person_count = clients.count(), people.count()
    return {
        "client_count": client_count,
        "person_count": person_count,
        "clients": list(clients[:HOLDERS_SHOWN]),
        "people": list(people[:HOLDERS_SHOWN]),
        "more_clients": max(0, client_count - HOLDERS_SHOWN),
        "more_people": max(0, person_count - HOLDERS_SHOWN),
    }


def _custom_role(request: HttpRequest, role_id: UUID) -> Role:
    role = get_role(actor_of(request).tenant_id, role_id)
    if role.is_built_in:
        raise NotFound(gettext_noop("Built-in roles can be neither edited nor removed."))
    return role


def _done(request: HttpRequest, message: str, role: Role) -> HttpResponse:
    return done(request, message % {"role": role.name}, "role-list", event="rolesChanged")
