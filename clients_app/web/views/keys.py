"""The windows that add, rotate, edit and remove the public keys of a client."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.http.credential_kinds import KEY
from clients_app.http.forms.key_forms import KeyEditForm, KeyForm, KeyRotateForm
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.credentials.keys import get_key
from clients_app.services.credentials.key_rotation import rotate_key
from clients_app.services.credentials.keys import add_keys
from clients_app.web.access import window
from clients_app.web.addresses import CLIENT, at
from clients_app.web.credential_windows import add_window, closed, edit_window, remove_window
from clients_app.web.form_window import added_by


@at(f"{CLIENT}/keys/add")
@window(Action.ADD_CREDENTIAL, KeyForm, "form_key")
def key_add(request: HttpRequest, client: Client) -> HttpResponse:
    """Add public keys that are pasted, or the address where a client publishes them."""
    now = timezone.now()

    def save(form: KeyForm) -> HttpResponse:
        added = add_keys(client, form.draft(), **added_by(request, now))
        names = ", ".join(map(str, added))
        return closed(request, client, KEY, gettext("Public key %(key)s added."), names)

    return add_window(
        request, client, "secrets/key_add", gettext("Add Public Key"), KeyForm, save, now=now
    )


@at(f"{CLIENT}/keys/<int:key_id>/rotate")
@window(Action.ADD_CREDENTIAL, KeyRotateForm, "form_key")
def key_rotate(request: HttpRequest, client: Client, key_id: int) -> HttpResponse:
    """Add a public key in place of another one, and set when that one expires."""
    now = timezone.now()
    key = get_key(client, key_id, now=now)

    def save(form: KeyRotateForm) -> HttpResponse:
        ends_at, by = form.cleaned_data["old_ends_at"], added_by(request, now)
        rotated = rotate_key(client, key_id, form.draft(), old_ends_at=ends_at, **by)
        return closed(request, client, KEY, gettext("Public key %(key)s added."), rotated.key)

    return add_window(
        request,
        client,
        "secrets/key_rotate",
        gettext("Rotate Public Key"),
        KeyRotateForm,
        save,
        {"key": key},
        now=now,
    )


@at(f"{CLIENT}/keys/<int:key_id>/edit")
@window(Action.EDIT_CREDENTIAL, KeyEditForm)
def key_edit(request: HttpRequest, client: Client, key_id: int) -> HttpResponse:
    """Change the description and the end of a public key; a later end needs a proof."""
    key = get_key(client, key_id, now=timezone.now())
    return edit_window(request, client, KEY, key, KeyEditForm)


@at(f"{CLIENT}/keys/<int:key_id>/remove")
@window(Action.REMOVE_CREDENTIAL)
def key_remove(request: HttpRequest, client: Client, key_id: int) -> HttpResponse:
    """Name the public key, then remove it."""
    return remove_window(request, client, KEY, key_id)
