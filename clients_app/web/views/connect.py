"""How a machine proves a client by a public key or a federated identity: addresses, programs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.credentials.identities import get_identity
from clients_app.selectors.credentials.keys import get_key
from clients_app.web.access import screen
from clients_app.web.addresses import CLIENT, at
from clients_app.web.connecting import connection_of
from clients_app.web.htmx import show


@at(f"{CLIENT}/keys/<int:key_id>/connect")
@screen(Action.READ_SECRETS)
def key_connect(request: HttpRequest, client: Client, key_id: int) -> HttpResponse:
    """Show programs that sign with the private key of a public key."""
    return _shown(request, client, get_key(client, key_id, now=timezone.now()))


@at(f"{CLIENT}/identities/<int:identity_id>/connect")
@screen(Action.READ_SECRETS)
def identity_connect(request: HttpRequest, client: Client, identity_id: int) -> HttpResponse:
    """Show how a job of the platform exchanges its token."""
    return _shown(request, client, get_identity(client, identity_id, now=timezone.now()))


def _shown(request: HttpRequest, client: Client, credential: Any) -> HttpResponse:
    connection = connection_of(client, credential)
    context = {"client": client, "credential": credential, "connection": connection}
    return show(request, "secrets/connect", context, title=gettext("Connect"))
