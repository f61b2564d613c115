"""Signing keys: which keys sign tokens, and when the next one does. Nothing is changed here."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from clients_app import conf
from clients_app.permissions import Action
from clients_app.selectors.signing_keys import keys
from clients_app.web.access import screen
from clients_app.web.addresses import at
from clients_app.web.htmx import show


@at("security/keys")
@screen(Action.READ_KEYS)
def signing_keys(request: HttpRequest) -> HttpResponse:
    """Show the keys of the installation, the newest first."""
    context = {
        "rows": keys.signing_keys(),
        "jwks_url": conf.public_url() + reverse("jwks"),
        "rotation_days": conf.key_rotation().days,
    }
    title = gettext("Signing keys")
    return show(request, "settings/signing_keys", context, title=title, fragments=())
