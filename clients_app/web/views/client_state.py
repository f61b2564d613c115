"""Windows that stop or start a client: disable, enable, revoke its tokens, remove, restore."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.errors import Conflict
from clients_app.http.forms.confirm_form import ConfirmForm, RestoreForm
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import give_notice, is_sent
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.clients.lookup import get_removed_client, name_is_taken
from clients_app.selectors.clients.usage import client_summary
from clients_app.selectors.secrets.lookup import live_others
from clients_app.services.clients.edits import set_enabled
from clients_app.services.clients.removal import asks_for_name, remove_client, restore_client
from clients_app.services.tokens.revocation import end_tokens
from clients_app.web.access import window
from clients_app.web.addresses import CLIENT, CLIENTS, at
from clients_app.web.form_window import Screen, form_window
from clients_app.web.htmx import done, go, show, with_query


@at(f"{CLIENT}/disable")
@window(Action.DISABLE_CLIENT)
def client_disable(request: HttpRequest, client: Client) -> HttpResponse:
    """Show what stops and what stays, then disable the client."""
    message = gettext("%(client)s disabled.")
    return _set_enabled(request, client, False, gettext("Disable Client"), message)


@at(f"{CLIENT}/enable")
@window(Action.DISABLE_CLIENT)
def client_enable(request: HttpRequest, client: Client) -> HttpResponse:
    """Show what starts, then enable the client."""
    message = gettext("%(client)s enabled.")
    return _set_enabled(request, client, True, gettext("Enable Client"), message)


@at(f"{CLIENT}/tokens/end")
@window(Action.END_TOKENS, "seen")
def client_tokens_end(request: HttpRequest, client: Client) -> HttpResponse:
    """Show which APIs refuse the tokens immediately, then revoke them all."""
    now, status = timezone.now(), 200
    if is_sent(request):
        seen = request.POST.get("seen", "")
        try:
            end_tokens(client, actor=actor_of(request), now=now, seen=seen)
            return _done(request, gettext("All tokens of %(client)s revoked."), client)
        except Conflict as error:
            give_notice(request, sentence_of(error))
            status = 422
    context = {"client": client, "summary": client_summary(client, now=now)}
    title = gettext("Revoke all tokens of this client")
    return show(request, "clients/client_tokens_end", context, title=title, status=status)


@at(f"{CLIENT}/remove")
@window(Action.REMOVE_CLIENT, ConfirmForm)
def client_remove(request: HttpRequest, client: Client) -> HttpResponse:
    """Show how the client is used, then remove it; a recently used one needs its name typed."""
    now = timezone.now()

    def save(form: ConfirmForm) -> HttpResponse:
        typed = form.cleaned_data["confirm"]
        remove_client(client, typed_name=typed, actor=actor_of(request), now=now)
        message = gettext("%(client)s removed. It can be restored for 30 days.")
        to = with_query(reverse("client-list"), type=client.client_type)
        return done(request, message % {"client": client.name}, to, event="clientRemoved")

    page = Screen(
        "clients/client_remove",
        gettext("Remove Client"),
        lambda form: {**_usage(client), "asks_for_name": asks_for_name(client, now=now)},
    )
    return form_window(request, page, ConfirmForm, save)


@at(f"{CLIENTS}/<guid:removed_id>/restore")
@window(Action.RESTORE_CLIENT, RestoreForm)
def client_restore(request: HttpRequest, removed_id: UUID) -> HttpResponse:
    """Restore a removed client, disabled; it needs a new name if another client has its name."""
    actor, now = actor_of(request), timezone.now()
    client = get_removed_client(actor.tenant_id, removed_id, now=now)

    def save(form: RestoreForm) -> HttpResponse:
        name = form.cleaned_data["name"] if "name" in request.POST else None
        restored = restore_client(removed_id, name=name, actor=actor, now=now)
        message = gettext("%(client)s restored. It is disabled and has no secrets.")
        messages.success(request, message % {"client": restored.name})
        details = reverse("client-details", kwargs={"client_id": restored.pk})
        return go(request, f"{details}#row-{restored.pk}")

    def context(form: RestoreForm) -> dict[str, Any]:
        is_taken = name_is_taken(client.tenant_id, client.name)
        form.initial.setdefault("name", client.name)
        if form.is_bound and "name" not in request.POST:  # the window did not ask for it
            form.data = {"name": client.name}
        asks = is_taken or bool(form.first_wrong)
        return {"client": client, "is_taken": is_taken, "asks_for_name": asks}

    title = gettext("Restore Client")
    page = Screen("clients/client_restore", title, context)
    return form_window(request, page, RestoreForm, save)


def _set_enabled(
    request: HttpRequest, client: Client, enable: bool, title: str, message: str
) -> HttpResponse:
    if is_sent(request):
        actor = actor_of(request)
        set_enabled(client, enabled=enable, actor=actor, now=timezone.now())
        undo = "" if enable or not client.is_enabled else actor.operation_id
        return _done(request, message, client, undo=undo)
    context = {**_usage(client), "enable": enable}
    return show(request, "clients/client_state", context, title=title)


def _usage(client: Client) -> dict[str, Any]:
    now = timezone.now()
    live_secrets = client.secrets.live(now).count()
    return {
        "client": client,
        "summary": client_summary(client, now=now),
        "live_secrets": live_secrets,
        "has_others": bool(live_others(client, now=now)),
    }


def _done(request: HttpRequest, message: str, client: Client, *, undo: str = "") -> HttpResponse:
    message %= {"client": client.name}
    return done(request, message, "client-details", undo=undo, client_id=client.pk)
