"""Operations on several clients: one confirmation that names them and says the effect."""

from typing import Any, Final, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.identity import kept_forms
from clients_app.identity.actor import actor_of
from clients_app.identity.proof import open_window
from clients_app.permissions import Action
from clients_app.selectors.clients.lookup import clients_named
from clients_app.services.clients import bulk
from clients_app.web.access import signed_in
from clients_app.web.forms.bulk_form import BulkForm, BulkOwnersForm, BulkTagsForm
from clients_app.web.htmx import done, show


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
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@kept_forms.keeps(BulkForm, BulkTagsForm, BulkOwnersForm)
def client_bulk(request: HttpRequest, operation: str) -> HttpResponse:
    """Say which clients and what happens to them, then do it to all or to none."""
    if operation not in OPERATIONS:
        raise Http404
    open_window(request, OPERATIONS[operation].action)
    actor, form_class = actor_of(request), OPERATIONS[operation].form
    if request.method != "POST" or kept_forms.BACK in request.POST:
        sent = request.POST if request.method == "POST" else request.GET
        return _ask(request, operation, form_class.shown(sent, actor=actor))
    form = form_class(request.POST, actor=actor)
    if not form.is_valid():
        return _ask(request, operation, form, status=422)
    try:
        did = _do(operation, form, actor=actor)
    except RuleBroken as error:
        form.add_broken(error)
        return _ask(request, operation, form, status=422)
    to = kept_forms.own_path(form.cleaned_data["to"])
    return done(request, to=to, said=_said(did), tell="clientChanged")


def _do(operation: str, form: Any, *, actor: Actor) -> bulk.Done:
    ids, now = form.client_ids, timezone.now()
    if operation == "tags":
        add, remove = form.cleaned_data["add"], form.cleaned_data["remove"]
        return bulk.tag_all(ids, add=add, remove=remove, actor=actor, now=now)
    if operation == "owners":
        return bulk.add_owners(ids, form.owner_ids, actor=actor, now=now)
    return bulk.enable_all(ids, enabled=operation == "enable", actor=actor, now=now)


def _said(did: bulk.Done) -> str:
    count = did.changed
    said = ngettext("%(n)s client changed.", "%(n)s clients changed.", count) % {"n": count}
    if did.unchanged:
        said += " " + gettext("%(n)s needed no change.") % {"n": did.unchanged}
    if did.gone:
        said += " " + gettext("%(n)s had already been removed.") % {"n": did.gone}
    return said


def _ask(request: HttpRequest, operation: str, form: Any, *, status: int = 200) -> HttpResponse:
    clients = clients_named(actor_of(request).tenant_id, form.client_ids)
    ends = [client.last_token_expires_at for client in clients if client.last_token_expires_at]
    context = {
        "operation": operation,
        "heading": OPERATIONS[operation].heading,
        "verb": OPERATIONS[operation].verb,
        "form": form,
        "clients": clients,
        "effect": {"last_token_expires_at": max(ends, default=None)},
        "to": kept_forms.own_path(form["to"].value()),
    }
    return show(
        request, "clients/bulk", context, title=str(OPERATIONS[operation].heading), status=status
    )
