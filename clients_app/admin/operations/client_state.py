"""Disable, Enable, Remove and Restore a client; end its tokens."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.admin.forms.client_form import RemoveClientForm, RestoreForm
from clients_app.admin.forms.operation_form import OperationForm, data_of
from clients_app.admin.pages import done, show_form
from clients_app.errors import Conflict, RuleBroken
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import keeps
from clients_app.models import Client
from clients_app.selectors.tenants.installation import present_client, removed_client
from clients_app.services.clients.edits import set_enabled
from clients_app.services.clients.removal import (
    asks_for_name,
    remove_client,
    restore_client,
)
from clients_app.services.tokens.revocation import end_tokens


def client_disable(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Stop a client from getting tokens."""
    client, form = present_client(client_id), OperationForm(data_of(request))
    if form.is_valid():
        actor = actor_of(request, tenant_id=client.tenant_id)
        set_enabled(client, enabled=False, actor=actor, now=timezone.now())
        return done(request, gettext("%(name)s is disabled.") % _name(client), subject=client)
    return show_form(
        request,
        form,
        title=gettext("Disable %(name)s?") % _name(client),
        button=gettext("Disable Client"),
        subject=client,
        lines=(gettext("It gets no token from this moment on."),),
    )


def client_enable(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Let a client get tokens again."""
    client, form = present_client(client_id), OperationForm(data_of(request))
    if form.is_valid():
        actor = actor_of(request, tenant_id=client.tenant_id)
        set_enabled(client, enabled=True, actor=actor, now=timezone.now())
        return done(request, gettext("%(name)s is enabled.") % _name(client), subject=client)
    return show_form(
        request,
        form,
        title=gettext("Enable %(name)s?") % _name(client),
        button=gettext("Enable Client"),
        subject=client,
        lines=(gettext("It gets tokens again with its live secrets."),),
    )


def client_tokens_end(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """End every token that a client holds."""
    client, form = present_client(client_id), OperationForm(data_of(request))
    if form.is_valid():
        end_tokens(client, actor=actor_of(request, tenant_id=client.tenant_id), now=timezone.now())
        said = gettext("All tokens of %(name)s have ended.") % _name(client)
        return done(request, said, subject=client)
    return show_form(
        request,
        form,
        title=gettext("Revoke all tokens of %(name)s?") % _name(client),
        button=gettext("Revoke all tokens"),
        subject=client,
        lines=(
            gettext("APIs that ask the portal refuse them at once. It can request new ones."),
            gettext("APIs that only check the signature accept them for an hour at most."),
        ),
    )


@keeps(RemoveClientForm)
def client_remove(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Take a client and its secrets away."""
    client, now = present_client(client_id), timezone.now()
    form_class = RemoveClientForm if asks_for_name(client, now=now) else OperationForm
    form = form_class(data_of(request))
    if form.is_valid():
        typed_name = form.cleaned_data.get("confirm", "")
        try:
            actor = actor_of(request, tenant_id=client.tenant_id)
            remove_client(client, typed_name=typed_name, actor=actor, now=now)
        except RuleBroken as error:
            form.add_broken(error)
        else:
            return done(request, gettext("%(name)s is removed.") % _name(client), subject=client)
    return show_form(
        request,
        form,
        title=gettext("Remove %(name)s?") % _name(client),
        button=gettext("Remove Client"),
        subject=client,
        lines=(
            gettext("It gets no token from this moment on, and its secrets end."),
            gettext("It can be restored for 30 days, disabled and without its secrets."),
        ),
    )


@keeps(RestoreForm)
def client_restore(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Bring a removed client back, disabled and without its secrets."""
    client = removed_client(client_id)
    form = RestoreForm(data_of(request), initial={"name": client.name})
    if form.is_valid():
        name, actor = form.cleaned_data["name"], actor_of(request, tenant_id=client.tenant_id)
        try:
            restored = restore_client(client_id, name=name, actor=actor, now=timezone.now())
        except (RuleBroken, Conflict) as error:
            form.add_broken(error)
        else:
            said = gettext("%(name)s is restored, disabled.") % _name(restored)
            return done(request, said, subject=restored)
    return show_form(
        request,
        form,
        title=gettext("Restore %(name)s?") % _name(client),
        button=gettext("Restore Client"),
        subject=client,
        lines=(gettext("It comes back disabled and without its secrets."),),
    )


def _name(client: Client) -> dict[str, str]:
    return {"name": client.name}
