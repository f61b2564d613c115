"""Bulk operations on clients: one confirmation that names them and shows the effect."""

from typing import Any, Final, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clients_app.identity import kept_forms
from clients_app.identity.actor import actor_of
from clients_app.identity.proof import open_window
from clients_app.permissions import Action
from clients_app.selectors.clients.lookup import clients_named
from clients_app.services.clients import bulk
from clients_app.services.clients.removal import asks_for_name
from clients_app.services.clients.undo import undo_disable
from clients_app.web.access import button, window
from clients_app.web.addresses import CLIENTS, at
from clients_app.web.form_window import Screen, form_window
from clients_app.web.forms.bulk_form import (
    BulkForm,
    BulkOwnersForm,
    BulkRemoveForm,
    BulkRolesForm,
    BulkTagsForm,
)
from clients_app.web.htmx import done
from clients_app.web.list_state import guid


class Operation(NamedTuple):
    heading: str | Promise
    verb: str | Promise  # on the button
    form: type[BulkForm]
    action: Action


OPERATIONS: Final = {
    "disable": Operation(_("Disable clients"), _("Disable"), BulkForm, Action.DISABLE_CLIENT),
    "enable": Operation(_("Enable clients"), _("Enable"), BulkForm, Action.DISABLE_CLIENT),
    "tags": Operation(_("Edit tags"), _("Save"), BulkTagsForm, Action.EDIT_CLIENT),
    "owners": Operation(_("Add owners"), _("Save"), BulkOwnersForm, Action.ASSIGN_ROLES),
    "roles": Operation(_("Edit roles"), _("Save"), BulkRolesForm, Action.ASSIGN_ROLES),
    "remove": Operation(_("Remove clients"), _("Remove"), BulkRemoveForm, Action.REMOVE_CLIENT),
}


@at(f"{CLIENTS}/bulk/<slug:operation>")
@window(None, BulkForm, BulkTagsForm, BulkOwnersForm, BulkRolesForm, BulkRemoveForm)
def client_bulk(request: HttpRequest, operation: str) -> HttpResponse:
    """Show the clients and the effect, then change all of them or none."""
    if operation not in OPERATIONS:
        raise Http404
    heading, verb, form_class, action = OPERATIONS[operation]
    open_window(request, action)

    def save(form: BulkForm) -> HttpResponse:
        result = _do(operation, form)
        message, to = _message(operation, result), kept_forms.own_path(form.cleaned_data["to"])
        undo = form.actor.operation_id if operation == "disable" and result.changed else ""
        return done(request, message, to, undo=undo)

    def context(form: BulkForm) -> dict[str, Any]:
        clients = clients_named(form.actor.tenant_id, form.client_ids)
        ends = [client.last_token_expires_at for client in clients if client.last_token_expires_at]
        now = timezone.now()
        in_use = [client for client in clients if asks_for_name(client, now=now)]
        return {
            "operation": operation,
            "verb": verb,
            "clients": [*in_use, *(one for one in clients if one not in in_use)],
            "in_use": in_use,
            "effect": {"last_token_expires_at": max(ends, default=None)},
            "to": kept_forms.own_path(form["to"].value()),
        }

    page = Screen("clients/bulk", str(heading), context)
    return form_window(
        request,
        page,
        form_class,
        save,
        typed=request.POST if request.method == "POST" else request.GET,  # the list sends a GET
        actor=actor_of(request),
    )


@at(f"{CLIENTS}/undo")
@button("client-list", Action.DISABLE_CLIENT, "operation", "next")
def client_undo(request: HttpRequest) -> HttpResponse:
    """Enable again what the operation disabled that the message was about."""
    operation_id = guid(request.POST.get("operation", ""))
    result = undo_disable(str(operation_id), actor=actor_of(request), now=timezone.now())
    count = result.changed
    message = ngettext("%(n)s client enabled again.", "%(n)s clients enabled again.", count)
    message %= {"n": count}
    if result.unchanged:
        message += " " + gettext("%(n)s skipped: changed in the meantime.") % {
            "n": result.unchanged
        }
    return done(request, message, kept_forms.own_path(request.POST.get("next")))


def _do(operation: str, form: Any) -> bulk.Done:
    ids, actor, now = form.client_ids, form.actor, timezone.now()
    if operation == "tags":
        add, remove = form.cleaned_data["add"], form.cleaned_data["remove"]
        return bulk.tag_all(ids, add=add, remove=remove, actor=actor, now=now)
    if operation == "owners":
        return bulk.add_owners(ids, form.owner_ids, actor=actor, now=now)
    if operation == "roles":
        confirms, kept = form.cleaned_data["confirm_admin"], form.secrets
        return bulk.change_roles(
            ids,
            **form.role_ids,
            confirms_administrator=confirms,
            kept_secrets=kept,
            actor=actor,
            now=now,
        )
    if operation == "remove":
        return bulk.remove_all(ids, confirmed=form.confirmed, actor=actor, now=now)
    return bulk.enable_all(ids, enabled=operation == "enable", actor=actor, now=now)


def _message(operation: str, result: bulk.Done) -> str:
    count = result.changed
    restorable = "%(n)s client removed. It can be restored for 30 days."
    sentences = {
        "disable": ngettext("%(n)s client disabled.", "%(n)s clients disabled.", count),
        "enable": ngettext("%(n)s client enabled.", "%(n)s clients enabled.", count),
        "remove": ngettext(
            restorable, "%(n)s clients removed. They can be restored for 30 days.", count
        ),
    }
    changed = ngettext("%(n)s client changed.", "%(n)s clients changed.", count)
    message = sentences.get(operation, changed)
    message %= {"n": count}
    if result.unchanged:
        message += " " + gettext("%(n)s needed no change.") % {"n": result.unchanged}
    if result.gone:
        message += " " + gettext("%(n)s had already been removed.") % {"n": result.gone}
    return message
