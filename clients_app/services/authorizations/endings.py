"""Ends authorizations, and with them their codes, refresh tokens and access tokens.

Whatever ends an authorization by itself, such as a person's access or Revoke all tokens, is read
(``Authorization.objects.standing``) and needs no write.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor, ActorKind
from clients_app.models import Authorization, Client
from clients_app.models.authorization import AuthorizationQuerySet
from clients_app.rules.secret_format import digest_of
from clients_app.rules.targets import OFFLINE_ACCESS

EndedWhy = Authorization.EndedWhy

_EVENTS: Final = {
    EndedWhy.CODE_REUSED: "client.code.reused",
    EndedWhy.REFRESH_REUSED: "client.refresh.reused",
}


def end(authorizations: AuthorizationQuerySet, why: EndedWhy, *, now: datetime) -> int:
    """End those of ``authorizations`` that have not ended; return how many."""
    return authorizations.filter(ended_at=None).update(ended_at=now, ended_why=why)


def end_one(authorization: Authorization, why: EndedWhy, *, now: datetime) -> bool:
    """End ``authorization``; return whether it had not ended before."""
    return bool(end(Authorization.objects.filter(pk=authorization.pk), why, now=now))


def end_of_session(session_key: str, *, now: datetime) -> int:
    """End what was allowed in a session that a person ends, except where they let a client stay.

    With ``offline_access`` a client keeps access while its person is away (OpenID Connect Core
    section 11).
    """
    of_session = Authorization.objects.filter(session=digest_of(session_key))
    online = [one.pk for one in of_session if OFFLINE_ACCESS not in one.scope.split()]
    return end(Authorization.objects.filter(pk__in=online), EndedWhy.SIGNED_OUT, now=now)


@transaction.atomic
def end_for_reuse(
    authorization: Authorization, why: EndedWhy, *, address: str, now: datetime
) -> None:
    """End ``authorization`` because a code or refresh token was used twice: somebody stole it.

    Only the first time is an event, so that a thief cannot fill the chain.
    Source: RFC 6749 section 4.1.2; RFC 9700 section 4.14.2.
    """
    if end_one(authorization, why, now=now):
        client = authorization.client
        after = {"person": str(authorization.person)}
        actor = _actor_of(client, address=address)
        audit.record(_EVENTS[why], client, actor=actor, now=now, after=after)


def _actor_of(client: Client, *, address: str) -> Actor:
    """Return the client that a request names: a public one cannot prove who it is."""
    return Actor(
        kind=ActorKind.CLIENT,
        tenant_id=client.tenant_id,
        id=str(client.pk),
        name=client.name,
        address=address,
    )
