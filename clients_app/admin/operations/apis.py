"""Add, Edit and Remove API."""

from dataclasses import replace
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.operation import Answer, Done, Operation
from clients_app.errors import ChangedMeanwhile, Conflict
from clients_app.http.forms.api_form import ApiEditForm, ApiForm
from clients_app.http.forms.portal_form import PortalForm
from clients_app.models import Api
from clients_app.permissions import Action
from clients_app.selectors.apis.apis import callers_of, callers_stamp
from clients_app.selectors.tenants.installation import any_api, first_tenant, tenants
from clients_app.services.apis.apis import add_api, edit_api, remove_api

_NAMED_MAX = 20  # clients; an API may have 50,000


class TenantApiForm(ApiForm):
    """A new API of any tenant."""

    tenant = forms.ModelChoiceField(tenants().order_by("name"), label=_("Tenant"))
    field_order = ("tenant", "name", "identifier", "description", "scopes")


class ApiRemoveForm(PortalForm):
    """The confirmation, which knows the clients that it listed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def list_again(self, api: Api) -> None:
        """Take the stamp of the clients that the form lists now."""
        sent: Any = self.data
        self.data = data = sent.copy()
        data["seen"] = callers_stamp(api)


@partial(
    Operation,
    "clients_app_api_add",
    "add/",
    _("Add API"),
    Action.ADD_API,
    lambda: Api,
    form=TenantApiForm,
    arguments=lambda model, now: {"initial": {"tenant": first_tenant()}},
)
def api_add(model: type[Api], form: TenantApiForm, **by: Any) -> Answer:
    by["actor"] = replace(by["actor"], tenant_id=form.cleaned_data["tenant"].pk)
    api = add_api(form.api_draft(), **by)
    return Done(gettext("%(name)s is added.") % {"name": api}, api)


@partial(
    Operation,
    "api-edit",
    "<uuid:api_id>/edit/",
    _("Edit API"),
    Action.EDIT_API,
    any_api,
    button=_("Save"),
    form=ApiEditForm,
    arguments=lambda api, now: {"api": api},
    is_offered=lambda api: not api.is_built_in,
)
def api_edit(api: Api, form: ApiEditForm, **by: Any) -> Answer:
    try:
        version = form.cleaned_data["version"]
        api = edit_api(api.pk, form.api_draft(), expected_version=version, **by)
    except ChangedMeanwhile:
        form.show_changes(any_api(api.pk))
        raise
    return Done(gettext("%(name)s is edited.") % {"name": api}, api)


def _callers(api: Api) -> tuple[str, ...]:
    callers = callers_of(api)
    number = callers.count()
    names = ", ".join(client.name for client in callers[:_NAMED_MAX])
    return (
        ngettext("%(n)s client may call it.", "%(n)s clients may call it.", number) % {"n": number},
        *([names + (", ..." if number > _NAMED_MAX else "")] if number else []),
        gettext("From the next request on, they get no tokens for it."),
    )


@partial(
    Operation,
    "api-remove",
    "<uuid:api_id>/remove/",
    _("Remove API"),
    Action.REMOVE_API,
    any_api,
    title=_("Remove %(row)s?"),
    lines=_callers,
    form=ApiRemoveForm,
    arguments=lambda api, now: {"initial": {"seen": callers_stamp(api)}},
    is_offered=lambda api: not api.is_built_in,
)
def api_remove(api: Api, form: ApiRemoveForm, **by: Any) -> Answer:
    try:
        remove_api(api.pk, seen=form.cleaned_data["seen"], **by)
    except Conflict:
        form.list_again(api)
        raise
    return Done(gettext("%(name)s is removed.") % {"name": api}, Api)
