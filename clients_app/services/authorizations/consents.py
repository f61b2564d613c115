"""Consents: what a person let a client have, so that they are not asked again.

Source: OpenID Connect Core section 3.1.2.4; AUT-7.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.models import Authorization, Client, Consent, Person
from clients_app.rules.targets import Chosen, sorted_scope
from clients_app.services.authorizations.endings import EndedWhy, end
from clients_app.services.locks import locked


def allowed(person: Person, client: Client, chosen: Chosen) -> bool:
    """Return whether ``client`` may have this without asking ``person`` (again)."""
    if client.skips_consent:
        return True
    rows = Consent.objects.filter(person=person, client=client)
    given = {api_id: set(scope.split()) for api_id, scope in rows.values_list("api", "scope")}
    return all(
        api_id in given and set(scope.split()) <= given[api_id] for api_id, scope in _parts(chosen)
    )


@transaction.atomic
def grant(person: Person, client: Client, chosen: Chosen, *, actor: Actor, now: datetime) -> None:
    """Remember that ``person`` lets ``client`` have this, besides what they let it have before.

    Errors: NotFound if the client was removed.
    """
    client = locked(client)
    for api_id, scope in _parts(chosen):
        row = Consent.objects.filter(person=person, client=client, api=api_id).first()
        row = row or Consent(person=person, client=client, api_id=api_id)
        row.scope, row.granted_at = sorted_scope(f"{row.scope} {scope}"), now
        row.save()
    after = {"scopes": chosen.all_scope.split()}
    audit.record("client.consent.given", client, actor=actor, now=now, after=after)


@transaction.atomic
def withdraw(person: Person, client: Client, *, actor: Actor, now: datetime) -> None:
    """Forget what ``person`` let ``client`` have, and end what came of it, tokens too.

    If there is nothing to withdraw, nothing is recorded.
    Errors: NotFound if the client was removed.
    """
    client = locked(client)
    consents = Consent.objects.filter(person=person, client=client)
    scopes = sorted_scope(" ".join(consents.values_list("scope", flat=True)))
    authorizations = Authorization.objects.filter(person=person, client=client)
    ended = end(authorizations, EndedWhy.WITHDRAWN, now=now)
    if consents.delete()[0] or ended:
        before = {"scopes": scopes.split()}
        audit.record("client.consent.withdrawn", client, actor=actor, now=now, before=before)


def _parts(chosen: Chosen) -> Iterator[tuple[UUID | None, str]]:
    """Return the rows that a request needs: of the API, and of the identity scopes."""
    if chosen.target.api_id:
        yield UUID(chosen.target.api_id), chosen.scope
    if chosen.identity_scope:
        yield None, chosen.identity_scope
