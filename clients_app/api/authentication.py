"""Who calls: the client or the person of an access token of this portal (API-2).

Source: RFC 6750; RFC 9470; API-2 and API-11.
"""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clients_app import conf
from clients_app.actors import Actor, ActorKind
from clients_app.api.errors import CHALLENGE, Refusal, challenged
from clients_app.http import operation_ids
from clients_app.http.peer_address import address_of
from clients_app.http.scheme import is_https
from clients_app.identity.actor import person_actor
from clients_app.identity.last_proof import LASTS
from clients_app.models import Client
from clients_app.rules.client_ids import parse_client_id
from clients_app.selectors.authorizations.allowed import signed_in_at
from clients_app.selectors.people.lookup import get_person, rights_of
from clients_app.selectors.roles.roles import rights_of_client
from clients_app.services.tokens.validity import ActiveToken, active_token


class BearerAuthentication(BaseAuthentication):
    """Reads the access token in the Authorization header; cookies never count."""

    def authenticate(self, request: Request) -> tuple[Actor, ActiveToken]:
        """Return who calls, and their token, or raise an error: no call is anonymous."""
        if conf.public_url().startswith("https:") and not is_https(request.META):
            raise Refusal(400, "Use https.")
        plain = _bearer(request)
        if not plain:
            raise challenged(401, "Send an access token in the Authorization header.")
        active = active_token(plain)
        origin = conf.public_url()
        if active is not None and active.token["aud"] == conf.token_audience() != origin:
            # those who are sent such tokens must not manage clients with them (JWT-4)
            sentence = f"The access token is for another API. Request one with resource={origin}."
            raise challenged(401, sentence, "invalid_token")
        if active is None or active.token["aud"] != origin:
            raise challenged(401, "The access token is not valid here.", "invalid_token")
        if not set(active.token.get("scope", "").split()) & set(conf.api_scopes()):
            sentence = "The access token has no scope of this API."
            raise challenged(403, sentence, "insufficient_scope")
        return _actor_of(active, request), active

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return CHALLENGE


class OwnTenant(BasePermission):
    """Callers reach their own tenant alone; services check all other permissions."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True, or raise the same 404 for another tenant as for one that never was."""
        named = view.kwargs.get("tenant_id")
        actor: Any = request.user
        if named is not None and parse_client_id(named) != actor.tenant_id:
            raise Refusal(404, "There is no such tenant.")
        return True


def _actor_of(active: ActiveToken, request: Request) -> Actor:
    """Return the caller with the rights that they have now in the database."""
    token, client = active
    address, operation_id = address_of(request._request), operation_ids.current()
    if "authorization_id" not in token:
        return Actor(
            kind=ActorKind.CLIENT,
            tenant_id=client.tenant_id,
            id=str(client.pk),
            name=client.name,
            rights=rights_of_client(client),
            credential=token.get("cred"),
            address=address,
            operation_id=operation_id,
        )
    person = get_person(client.tenant_id, UUID(token["sub"]))
    return replace(
        person_actor(person, rights_of(person)),
        has_fresh_proof=partial(_is_fresh, client, token["authorization_id"]),
        address=address,
        operation_id=operation_id,
    )


def _is_fresh(client: Client, authorization_id: str) -> bool:
    """Return whether the organisation's own application has just let the person sign in.

    Others act for people who may only have agreed to a list of scopes.
    """
    if not client.skips_consent:
        return False
    at = signed_in_at(authorization_id)
    return at is not None and timezone.now() - at <= LASTS


def _bearer(request: Request) -> str:
    scheme, _, plain = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return plain.strip(" ") if scheme.lower() == "bearer" else ""
