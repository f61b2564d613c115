"""Add, Edit and Remove Role."""

from dataclasses import replace
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.operation import Answer, Done, Operation
from clients_app.errors import ChangedMeanwhile
from clients_app.http.forms.portal_form import PortalForm
from clients_app.http.forms.role_form import RoleEditForm, RoleForm
from clients_app.models import Role
from clients_app.permissions import Action
from clients_app.selectors.tenants.installation import any_role, first_tenant, tenants
from clients_app.services.roles.roles import add_role, edit_role, remove_role


class TenantRoleForm(RoleForm):
    """A new role of any tenant."""

    tenant = forms.ModelChoiceField(tenants().order_by("name"), label=_("Tenant"))
    field_order = ("tenant", "name", "description")


@partial(
    Operation,
    "clients_app_role_add",
    "add/",
    _("Add Role"),
    Action.ADD_ROLE,
    lambda: Role,
    form=TenantRoleForm,
    arguments=lambda model, now: {"initial": {"tenant": first_tenant()}},
)
def role_add(model: type[Role], form: TenantRoleForm, **by: Any) -> Answer:
    given = form.cleaned_data
    by["actor"] = replace(by["actor"], tenant_id=given["tenant"].pk)
    role = add_role(given["name"], description=given["description"], **by)
    return Done(gettext("%(name)s is added.") % {"name": role}, role)


@partial(
    Operation,
    "role-edit",
    "<uuid:role_id>/edit/",
    _("Edit Role"),
    Action.EDIT_ROLE,
    any_role,
    button=_("Save"),
    form=RoleEditForm,
    arguments=lambda role, now: {"role": role},
    is_offered=lambda role: not role.is_built_in,
)
def role_edit(role: Role, form: RoleEditForm, **by: Any) -> Answer:
    try:
        role = edit_role(role.pk, **form.role_fields(), **by)
    except ChangedMeanwhile:
        form.show_changes(any_role(role.pk))
        raise
    return Done(gettext("%(name)s is edited.") % {"name": role}, role)


def _holders(role: Role) -> tuple[str, ...]:
    clients, people = role.clients.filter(removed_at=None).count(), role.people.count()
    return (
        ngettext("%(n)s client has it.", "%(n)s clients have it.", clients) % {"n": clients},
        ngettext("%(n)s person has it.", "%(n)s people have it.", people) % {"n": people},
        gettext("All of them lose it immediately."),
    )


@partial(
    Operation,
    "role-remove",
    "<uuid:role_id>/remove/",
    _("Remove Role"),
    Action.REMOVE_ROLE,
    any_role,
    title=_("Remove %(row)s?"),
    lines=_holders,
    is_offered=lambda role: not role.is_built_in,
)
def role_remove(role: Role, form: PortalForm, **by: Any) -> Answer:
    remove_role(role.pk, **by)
    return Done(gettext("%(name)s is removed.") % {"name": role}, Role)
