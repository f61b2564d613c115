"""What the addresses of secrets, public keys and federated identities share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clients_app.actors import Actor
from clients_app.api.etags import expected_version, shown
from clients_app.api.idempotency import form_key_of
from clients_app.api.parameters import Parameters, none_but
from clients_app.api.serializers.fields import repeats, values_from
from clients_app.api.serializers.secrets import expiration_in
from clients_app.api.views.clients import TOTAL_COUNT, client_of
from clients_app.api.views.resource import caller
from clients_app.http.credential_kinds import CredentialKind
from clients_app.models import Client, ClientKey, ClientSecret
from clients_app.permissions import Action, require
from clients_app.rules.names import key_of
from clients_app.rules.rotation import life_of_successor
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.credentials.changes import CredentialDraft

Address = Mapping[str, str]  # what the parts of an address say, by their names


def permitted(request: Request, action: Action, address: Address) -> tuple[Client, Actor]:
    """Return the client of the ``address`` if the caller may do ``action`` to it, and the caller.

    Errors: Forbidden; NotFound; ProofRequired.
    """
    client = client_of(request, address["client_id"], address["client_type"])
    actor = caller(request)
    require(actor, action, client=client)
    return client, actor


def to_add(
    request: Request, action: Action, model: type[Any], address: Address
) -> tuple[Client, dict[str, Any], dict[str, Any]]:
    """Return the client, the values of the body, and by whom and when its credential is added.

    Errors: Forbidden; NotFound; Refusal.
    """
    none_but(request)
    client, actor = permitted(request, action, address)
    by = {"actor": actor, "now": timezone.now(), "form_key": form_key_of(request, actor=actor)}
    return client, values_from(model, request.data, current=None), by


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How one kind of credential is listed, shown, edited and removed: see ``method_of``.

    ``draft_of`` makes the draft of an edit from the values of a body, a ``model``, and the row.
    """

    kind: CredentialKind
    as_json: Callable[[Any], dict[str, Any]]
    model: type[Any]
    draft_of: Callable[[dict[str, Any], Any], CredentialDraft]

    def page(self, request: Request, **address: str) -> Response:
        """Return those that match, newest first."""
        given = Parameters(request, ("query", "skip", "count"))
        client, _actor = permitted(request, Action.READ_SECRETS, address)
        skip, count = given.page()
        words, listed = key_of(given.text("query")), self.kind.listed(client, now=timezone.now())
        found = [self.as_json(one) for one in listed if words in key_of(one.description)]
        return Response(found[skip : skip + count], headers={TOTAL_COUNT: str(len(found))})

    def one(self, request: Request, **address: str) -> Response:
        """Return the one that the address names."""
        none_but(request)
        client, _actor = permitted(request, Action.READ_SECRETS, address)
        return shown(self.as_json(self.found(client, address)))

    def edited(self, request: Request, **address: str) -> Response:
        """Save what the body says, and return it."""
        none_but(request)
        client, actor = permitted(request, self.kind.may_edit, address)
        row = self.found(client, address)
        current = self.as_json(row)
        draft = self.draft_of(values_from(self.model, request.data, current=current), row)
        version = expected_version(request, row, current)
        if not repeats(request.data, current):
            now = timezone.now()
            self.kind.edit(client, row.pk, draft, actor=actor, now=now, expected_version=version)
            current = self.as_json(self.found(client, address))
        return shown(current)

    def removed(self, request: Request, **address: str) -> Response:
        """Remove it."""
        none_but(request)
        client, actor = permitted(request, self.kind.may_remove, address)
        row = self.found(client, address)
        version = expected_version(request, row, self.as_json(row))
        self.kind.remove(client, row.pk, expected_version=version, actor=actor, now=timezone.now())
        return Response(status=204)

    def found(self, client: Client, address: Address) -> Any:
        """Return the one that the address names. Errors: NotFound."""
        number = address[f"{self.kind.word}_id"]
        is_id = number.isascii() and number.isdecimal() and len(number) < 19
        return self.kind.get(client, int(number) if is_id else 0, now=timezone.now())


def method_of(answer: Callable[..., Response], about: str) -> Callable[..., Response]:
    """Return a method for a view that returns what ``answer`` does; its docstring is ``about``."""

    def method(_view: APIView, request: Request, **address: str) -> Response:
        return answer(request, **address)

    method.__doc__ = about
    return method


def edit_in(values: dict[str, Any], row: ClientSecret | ClientKey) -> CredentialDraft:
    """Return the description and the expiration that a body gives ``row``."""
    return CredentialDraft(
        description=values.get("Description", row.description),
        expires_at=expiration_in(values, now=row.expires_at),
    )


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
