"""The client that sends a person here, and where the person may be sent back to.

Nothing that a request says is trusted before these two are known (AUT-1).
"""

from uuid import UUID

from clients_app.models import Client, ClientUrl
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.client_types import (
    CLIENT_TYPES,
    CORS_ORIGIN,
    LOGOUT_REDIRECT,
    REDIRECT,
    UrlKind,
)
from clients_app.rules.redirect_uris import matches

_TYPES = [one.id for one in CLIENT_TYPES.values() if one.response_types]


def application_named(client_id: str) -> Client | None:
    """Return the client with this id if it is enabled and sends people here."""
    parsed = parse_client_id(client_id)
    if parsed is None:
        return None
    clients = Client.objects.present().filter(is_enabled=True, client_type__in=_TYPES)
    return clients.select_related("tenant").filter(pk=parsed).first()


def may_send_to(client: Client, url: str, *, kind: UrlKind = REDIRECT) -> bool:
    """Return whether ``url`` is one of the registered URLs of this kind, exactly."""
    registered = client.urls.filter(kind=kind.id).values_list("url", flat=True)
    return any(matches(one, url) for one in registered)


def may_send_after_sign_out(client: Client, url: str) -> bool:
    """Return whether people may be sent to ``url`` after they signed out, exactly."""
    return may_send_to(client, url, kind=LOGOUT_REDIRECT)


def is_own_origin(origin: str, client_id: UUID | None) -> bool:
    """Return whether an enabled client, or the one with this id, has registered the origin."""
    origins = ClientUrl.objects.filter(
        kind=CORS_ORIGIN.id, url=origin, client__is_enabled=True, client__removed_at=None
    )
    if client_id is not None:
        origins = origins.filter(client=client_id)
    return origins.exists()
