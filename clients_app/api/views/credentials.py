"""What the addresses of secrets, public keys and federated identities share."""

from rest_framework.request import Request

from clients_app.actors import Actor
from clients_app.api.views.clients import client_of
from clients_app.api.views.resource import caller
from clients_app.errors import NotFound
from clients_app.models import Client
from clients_app.permissions import Action, require


def readable(request: Request, client_id: str, client_type: str) -> tuple[Client, Actor]:
    """Return a client whose credentials the caller may read, and the caller.

    Errors: Forbidden; NotFound.
    """
    return permitted(request, client_id, client_type, Action.READ_SECRETS)


def permitted(
    request: Request, client_id: str, client_type: str, action: Action
) -> tuple[Client, Actor]:
    """Return a client to which the caller may do ``action``, and the caller.

    Errors: Forbidden; NotFound; ProofRequired.
    """
    client, actor = client_of(request, client_id, client_type), caller(request)
    require(actor, action, client=client)
    return client, actor


def number_of(text: str, sentence: str) -> int:
    """Return the number in an address, or raise NotFound with the ``sentence``."""
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    raise NotFound(sentence)
