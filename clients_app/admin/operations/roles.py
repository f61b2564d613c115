"""Add, Edit and Remove Role."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from clients_app.admin.forms.operation_form import OperationForm, data_of
from clients_app.admin.forms.role_form import NewRoleForm, RoleEditForm
from clients_app.admin.pages import done, show_form
from clients_app.errors import ChangedMeanwhile, Conflict, RuleBroken
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import keeps
from clients_app.models import Role
from clients_app.selectors.tenants.installation import any_role
from clients_app.services.roles.roles import add_role, edit_role, remove_role


@keeps(NewRoleForm)
def role_add(request: HttpRequest) -> HttpResponse:
    """Give a tenant a custom role."""
    form = NewRoleForm(data_of(request))
    if form.is_valid():
        given = form.cleaned_data
        try:
            role = add_role(
                given["name"],
                description=given["description"],
                actor=actor_of(request, tenant_id=given["tenant"].pk),
                now=timezone.now(),
            )
        except (RuleBroken, Conflict) as error:
            form.add_broken(error)
        else:
            return done(request, gettext("%(name)s is added.") % {"name": role}, subject=role)
    title, button = gettext("Add Role"), gettext("Add")
    return show_form(request, form, title=title, button=button, subject=Role)


@keeps(RoleEditForm)
def role_edit(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Rename or describe a custom role; all who carry it keep it."""
    role = any_role(role_id)
    form = RoleEditForm(data_of(request), role=role)
    if form.is_valid():
        actor = actor_of(request, tenant_id=role.tenant_id)
        try:
            role = edit_role(role_id, **form.role_fields(), actor=actor, now=timezone.now())
        except (RuleBroken, Conflict) as error:
            form.add_broken(error)
            if isinstance(error, ChangedMeanwhile):
                form.show_changes(any_role(role_id))
        else:
            return done(request, gettext("%(name)s is edited.") % {"name": role}, subject=role)
    title, button = gettext("Edit Role"), gettext("Save")
    return show_form(request, form, title=title, button=button, subject=role)


def role_remove(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """Take a custom role away from all who carry it; the page says how many."""
    role = any_role(role_id)
    form = OperationForm(data_of(request))
    if form.is_valid():
        try:
            remove_role(
                role_id, actor=actor_of(request, tenant_id=role.tenant_id), now=timezone.now()
            )
        except RuleBroken as error:
            form.add_broken(error)
        else:
            return done(request, gettext("%(name)s is removed.") % {"name": role}, subject=Role)
    clients, people = role.clients.filter(removed_at=None).count(), role.people.count()
    return show_form(
        request,
        form,
        title=gettext("Remove %(name)s?") % {"name": role},
        button=gettext("Remove Role"),
        subject=role,
        lines=(
            ngettext("%(n)s client carries it.", "%(n)s clients carry it.", clients)
            % {"n": clients},
            ngettext("%(n)s person holds it.", "%(n)s people hold it.", people) % {"n": people},
            gettext("It is taken from all of them at once."),
        ),
    )
