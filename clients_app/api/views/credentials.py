"""What the addresses of secrets, public keys and federated identities share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.actors import Actor
from clients_app.api.etags import expected_version, shown
from clients_app.api.idempotency import form_key_of
from clients_app.api.parameters import Parameters, none_but
from clients_app.api.serializers.fields import repeats, values_from
from clients_app.api.views.clients import TOTAL_COUNT, client_of
from clients_app.api.views.resource import caller
from clients_app.errors import NotFound
from clients_app.models import Client, ClientKey, ClientSecret
from clients_app.permissions import Action, require
from clients_app.rules.names import key_of
from clients_app.rules.rotation import life_of_successor
from clients_app.selectors.tenants.policies import tenant_policy


def permitted(
    request: Request, client_id: str, client_type: str, action: Action
) -> tuple[Client, Actor]:
    """Return a client to which the caller may do ``action``, and the caller.

    Errors: Forbidden; NotFound; ProofRequired.
    """
    client, actor = client_of(request, client_id, client_type), caller(request)
    require(actor, action, client=client)
    return client, actor


def to_add(
    request: Request, client_id: str, client_type: str, action: Action, model: type[Any]
) -> tuple[Client, dict[str, Any], dict[str, Any]]:
    """Return the client, the values of the body, and by whom and when its credential is added.

    Errors: Forbidden; NotFound; Refusal.
    """
    none_but(request)
    client, actor = permitted(request, client_id, client_type, action)
    by = {"actor": actor, "now": timezone.now(), "form_key": form_key_of(request, actor=actor)}
    return client, values_from(model, request.data, current=None), by


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How one kind of credential is listed, shown, edited and removed."""

    listed: Callable[..., Iterable[Any]]
    get: Callable[..., Any]
    edit: Callable[..., Any]
    remove: Callable[..., Any]
    as_json: Callable[[Any], dict[str, Any]]
    may_edit: Action
    may_remove: Action
    gone: str

    def page(self, request: Request, client_id: str, client_type: str) -> Response:
        """Return a page of those whose description has the words of ``query``, newest first."""
        given = Parameters(request, ("query", "skip", "count"))
        client, _actor = permitted(request, client_id, client_type, Action.READ_SECRETS)
        skip, count = given.page()
        words, listed = key_of(given.text("query")), self.listed(client, now=timezone.now())
        found = [self.as_json(one) for one in listed if words in key_of(one.description)]
        return Response(found[skip : skip + count], headers={TOTAL_COUNT: str(len(found))})

    def one(self, request: Request, client_id: str, client_type: str, number: str) -> Response:
        """Return one of them."""
        none_but(request)
        client, _actor = permitted(request, client_id, client_type, Action.READ_SECRETS)
        return shown(self.as_json(self.found(client, number)))

    def edited(
        self,
        request: Request,
        client_id: str,
        client_type: str,
        number: str,
        *,
        model: type[Any],
        draft_of: Callable[[dict[str, Any], Any], Any],
    ) -> Response:
        """Save the draft of the values in the body, and return what is saved."""
        none_but(request)
        client, actor = permitted(request, client_id, client_type, self.may_edit)
        row = self.found(client, number)
        current = self.as_json(row)
        draft = draft_of(values_from(model, request.data, current=current), row)
        version = expected_version(request, row, current)
        if not repeats(request.data, current):
            now = timezone.now()
            self.edit(client, row.pk, draft, actor=actor, now=now, expected_version=version)
            current = self.as_json(self.found(client, number))
        return shown(current)

    def removed(self, request: Request, client_id: str, client_type: str, number: str) -> Response:
        """Remove it: no token is issued for it from now on."""
        none_but(request)
        client, actor = permitted(request, client_id, client_type, self.may_remove)
        row = self.found(client, number)
        version = expected_version(request, row, self.as_json(row))
        self.remove(client, row.pk, expected_version=version, actor=actor, now=timezone.now())
        return Response(status=204)

    def found(self, client: Client, number: str) -> Any:
        """Return the one with the ``number`` of the address. Errors: NotFound."""
        if number.isascii() and number.isdecimal() and len(number) < 19:
            return self.get(client, int(number), now=timezone.now())
        raise NotFound(self.gone)


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
