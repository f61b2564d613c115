"""The windows that add, rotate, edit and remove the public keys of a client."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.http.forms.key_forms import KeyEditForm, KeyForm, KeyRotateForm
from clients_app.http.forms.portal_form import form_key_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.credentials.keys import get_key
from clients_app.selectors.secrets.lookup import is_only_proof
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.credentials.key_rotation import rotate_key
from clients_app.services.credentials.keys import add_keys, edit_key, remove_key
from clients_app.web.access import window
from clients_app.web.form_window import edited_by, form_window
from clients_app.web.htmx import done, show


@window(Action.ADD_CREDENTIAL, KeyForm, "form_key")
def key_add(request: HttpRequest, client: Client) -> HttpResponse:
    """Add public keys that are pasted, or the address where a client publishes them."""
    now, form_key = timezone.now(), form_key_of(request.POST)

    def save(form: KeyForm) -> HttpResponse:
        added = add_keys(client, form.draft(), actor=actor_of(request), now=now, form_key=form_key)
        message = gettext("Public key %(key)s added.")
        return _done(request, message, ", ".join(map(str, added)), client)

    return form_window(
        request,
        "secrets/key_add",
        gettext("Add Public Key"),
        KeyForm,
        save,
        {"client": client, "name": client.name, "form_key": form_key},
        now=now,
        policy=tenant_policy(client.tenant_id),
    )


@window(Action.ADD_CREDENTIAL, KeyRotateForm, "form_key")
def key_rotate(request: HttpRequest, client: Client, key_id: int) -> HttpResponse:
    """Add a public key in place of another one, and set when that one expires."""
    now, form_key = timezone.now(), form_key_of(request.POST)
    key = get_key(client, key_id, now=now)

    def save(form: KeyRotateForm) -> HttpResponse:
        rotated = rotate_key(
            client,
            key_id,
            form.draft(),
            old_ends_at=form.cleaned_data["old_ends_at"],
            actor=actor_of(request),
            now=now,
            form_key=form_key,
        )
        return _done(request, gettext("Public key %(key)s added."), str(rotated.key), client)

    return form_window(
        request,
        "secrets/key_rotate",
        gettext("Rotate Public Key"),
        KeyRotateForm,
        save,
        {"client": client, "key": key, "form_key": form_key},
        now=now,
        policy=tenant_policy(client.tenant_id),
    )


@window(Action.EDIT_CREDENTIAL, KeyEditForm)
def key_edit(request: HttpRequest, client: Client, key_id: int) -> HttpResponse:
    """Change the description and the end of a public key; a later end needs a proof."""
    now = timezone.now()
    key = get_key(client, key_id, now=now)

    def save(form: KeyEditForm) -> HttpResponse:
        saved = edit_key(client, key_id, form.draft(), **edited_by(request, form))
        return _done(request, gettext("Public key %(key)s saved."), str(saved), client)

    return form_window(
        request,
        "secrets/key_edit",
        gettext("Edit Public Key"),
        KeyEditForm,
        save,
        {"client": client, "key": key},
        latest=lambda: get_key(client, key_id, now=now),
        credential=key,
        now=now,
        policy=tenant_policy(client.tenant_id),
    )


@window(Action.REMOVE_CREDENTIAL)
def key_remove(request: HttpRequest, client: Client, key_id: int) -> HttpResponse:
    """Name the public key, then remove it."""
    now = timezone.now()
    if is_sent(request):
        removed = remove_key(client, key_id, actor=actor_of(request), now=now)
        return _done(request, gettext("Public key %(key)s removed."), str(removed), client)
    key = get_key(client, key_id, now=now)
    context = {"client": client, "key": key, "is_only": is_only_proof(client, key, now=now)}
    return show(request, "secrets/key_remove", context, title=gettext("Remove Public Key"))


def _done(request: HttpRequest, message: str, name: str, client: Client) -> HttpResponse:
    return done(request, message % {"key": name}, "client-secrets", client_id=client.pk)
