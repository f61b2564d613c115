"""What the addresses of secrets, public keys and federated identities share."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.actors import Actor
from clients_app.api.parameters import Parameters
from clients_app.api.views.clients import TOTAL_COUNT, client_of
from clients_app.api.views.resource import caller
from clients_app.errors import NotFound
from clients_app.models import Client, ClientKey, ClientSecret
from clients_app.permissions import Action, require
from clients_app.rules.names import key_of
from clients_app.rules.rotation import life_of_successor
from clients_app.selectors.tenants.policies import tenant_policy


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


def page_of(
    request: Request, listed: Iterable[Any], *, as_json: Callable[[Any], dict[str, Any]]
) -> Response:
    """Return a page of the credentials whose description has the words of ``query``."""
    given = Parameters(request, ("query", "skip", "count"))
    skip, count = given.page()
    words = key_of(given.text("query"))
    found = [as_json(one) for one in listed if words in key_of(one.description)]
    return Response(found[skip : skip + count], headers={TOTAL_COUNT: str(len(found))})


def successor_end(
    old: ClientSecret | ClientKey, client: Client, *, now: datetime
) -> datetime | None:
    """Return when what replaces ``old`` expires, unless the body says it: after the same time."""
    return life_of_successor(
        created_at=old.created_at,
        expires_at=old.expires_at,
        policy=tenant_policy(client.tenant_id),
        now=now,
    )


def number_of(text: str, sentence: str) -> int:
    """Return the number in an address, or raise NotFound with the ``sentence``."""
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    raise NotFound(sentence)
