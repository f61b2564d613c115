"""Add, Edit and Remove API."""

from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.forms import TenantApiForm
from clients_app.admin.operations.kinds import API, added
from clients_app.admin.operations.operation import Answer, Done
from clients_app.errors import Conflict
from clients_app.http.forms.api_form import ApiEditForm
from clients_app.http.forms.portal_form import PortalForm
from clients_app.models import Api
from clients_app.permissions import Action
from clients_app.selectors.apis.apis import callers_of, callers_stamp
from clients_app.services.apis.apis import add_api, edit_api, remove_api

_NAMED_MAX = 20  # clients; an API may have 50,000


class ApiRemoveForm(PortalForm):
    """The confirmation, which knows the clients that it listed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def list_again(self, api: Api) -> None:
        """Take the stamp of the clients that the form lists now."""
        sent: Any = self.data
        self.data = data = sent.copy()
        data["seen"] = callers_stamp(api)


@added(Api, _("Add API"), Action.ADD_API, form=TenantApiForm)
def api_add(model: type[Api], form: TenantApiForm, **by: Any) -> Answer:
    api = add_api(form.api_draft(), **by)
    return Done(gettext("%(name)s is added.") % {"name": api}, api)


@API.edit(_("Edit API"), Action.EDIT_API, ApiEditForm)
def api_edit(api: Api, form: ApiEditForm, **by: Any) -> Answer:
    version = form.cleaned_data["version"]
    api = edit_api(api.pk, form.api_draft(), expected_version=version, **by)
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


@API.removal(
    _("Remove API"),
    Action.REMOVE_API,
    _callers,
    form=ApiRemoveForm,
    arguments=lambda api, now: {"initial": {"seen": callers_stamp(api)}},
)
def api_remove(api: Api, form: ApiRemoveForm, **by: Any) -> Answer:
    try:
        remove_api(api.pk, seen=form.cleaned_data["seen"], **by)
    except Conflict:
        form.list_again(api)
        raise
    return Done(gettext("%(name)s is removed.") % {"name": api}, Api)
