"""Add, Edit and Remove Role."""

from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms import TenantRoleForm
from clients_app.admin.operations.kinds import ROLE, added
from clients_app.admin.operations.operation import Answer, Done
from clients_app.http.forms.portal_form import PortalForm
from clients_app.http.forms.role_form import RoleEditForm
from clients_app.models import Role
from clients_app.permissions import Action
from clients_app.services.roles.roles import add_role, edit_role, remove_role


@added(Role, _("Add Role"), Action.ADD_ROLE, form=TenantRoleForm)
def role_add(model: type[Role], form: TenantRoleForm, **by: Any) -> Answer:
    given = form.cleaned_data
    role = add_role(given["name"], description=given["description"], **by)
    return Done(gettext("%(name)s is added.") % {"name": role}, role)


@ROLE.edit(_("Edit Role"), Action.EDIT_ROLE, RoleEditForm)
def role_edit(role: Role, form: RoleEditForm, **by: Any) -> Answer:
    role = edit_role(role.pk, **form.role_fields(), **by)
    return Done(gettext("%(name)s is edited.") % {"name": role}, role)


def _holders(role: Role) -> tuple[str, ...]:
    clients, people = role.clients.filter(removed_at=None).count(), role.people.count()
    return (
        ngettext("%(n)s client has it.", "%(n)s clients have it.", clients) % {"n": clients},
        ngettext("%(n)s person has it.", "%(n)s people have it.", people) % {"n": people},
        gettext("All of them lose it immediately."),
    )


@ROLE.removal(_("Remove Role"), Action.REMOVE_ROLE, _holders)
def role_remove(role: Role, form: PortalForm, **by: Any) -> Answer:
    remove_role(role.pk, **by)
    return Done(gettext("%(name)s is removed.") % {"name": role}, Role)
