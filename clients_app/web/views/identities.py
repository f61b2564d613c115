"""The windows that add, edit and remove the federated identities of a client."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.errors import NotFound, gettext_noop
from clients_app.http.forms.portal_form import form_key_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent
from clients_app.models import Client, FederatedIdentity
from clients_app.permissions import Action
from clients_app.rules.federation.presets import PRESETS
from clients_app.selectors.credentials.identities import get_identity
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.credentials.identities import (
    add_identity,
    edit_identity,
    remove_identity,
)
from clients_app.web.access import screen, window
from clients_app.web.form_window import form_window
from clients_app.web.forms.identity_forms import PlatformForm, RuleEditForm, RuleForm, graded
from clients_app.web.htmx import done, show


@screen(Action.ADD_CREDENTIAL)
def identity_platforms(request: HttpRequest, client: Client) -> HttpResponse:
    """Ask which platform gives the machine its identity."""
    context = {"client": client, "presets": PRESETS.values()}
    return show(
        request, "secrets/identity_platforms", context, title=gettext("Add Federated Identity")
    )


@window(Action.ADD_CREDENTIAL, RuleForm, PlatformForm, "form_key")
def identity_add(request: HttpRequest, client: Client, preset: str) -> HttpResponse:
    """Add a federated identity by the names of a platform, or by the rules themselves."""
    if preset not in PRESETS:
        raise NotFound(gettext_noop("There is no such platform."))
    now, form_key = timezone.now(), form_key_of(request.POST)
    form_class: Any = RuleForm if preset == "other" else PlatformForm

    def save(form: PlatformForm | RuleForm) -> HttpResponse:
        added = add_identity(
            client, form.identity_draft(), actor=actor_of(request), now=now, form_key=form_key
        )
        return _done(request, gettext("Federated identity %(identity)s added."), added, client)

    return form_window(
        request,
        "secrets/identity_add",
        form_class,
        save,
        title=gettext("Add Federated Identity"),
        context=lambda form: {
            "client": client,
            "preset": PRESETS[preset],
            "form_key": form_key,
        },
        preset=PRESETS[preset],
        now=now,
        policy=tenant_policy(client.tenant_id),
    )


@window(Action.EDIT_CREDENTIAL, RuleEditForm)
def identity_edit(request: HttpRequest, client: Client, identity_id: int) -> HttpResponse:
    """Change the rules of a federated identity, and when it ends."""
    now = timezone.now()
    identity = get_identity(client, identity_id, now=now)

    def save(form: RuleEditForm) -> HttpResponse:
        saved = edit_identity(
            client,
            identity_id,
            form.identity_draft(),
            expected_version=form.cleaned_data["version"],
            actor=actor_of(request),
            now=now,
        )
        return _done(request, gettext("Federated identity %(identity)s saved."), saved, client)

    return form_window(
        request,
        "secrets/identity_edit",
        RuleEditForm,
        save,
        title=gettext("Edit Federated Identity"),
        context=lambda form: {"client": client, "identity": identity},
        latest=lambda: get_identity(client, identity_id, now=now),
        identity=identity,
        now=now,
        policy=tenant_policy(client.tenant_id),
    )


@window(Action.REMOVE_CREDENTIAL)
def identity_remove(request: HttpRequest, client: Client, identity_id: int) -> HttpResponse:
    """Show the rules, then remove the federated identity."""
    now = timezone.now()
    if is_sent(request):
        removed = remove_identity(client, identity_id, actor=actor_of(request), now=now)
        return _done(request, gettext("Federated identity %(identity)s removed."), removed, client)
    context = {
        "client": client,
        "identity": graded(get_identity(client, identity_id, now=now)),
    }
    return show(
        request, "secrets/identity_remove", context, title=gettext("Remove Federated Identity")
    )


def _done(
    request: HttpRequest, message: str, identity: FederatedIdentity, client: Client
) -> HttpResponse:
    message %= {"identity": str(identity)}
    return done(request, message, "client-secrets", client_id=client.pk)
