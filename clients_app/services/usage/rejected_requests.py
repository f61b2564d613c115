"""Refused token requests, counted by client, cause and secret.

The request only notes what was presented, as tags. Which secret that was, and why it was refused,
is found out later by the thread that writes the counts.

Source: LOG-4.
"""

import hmac
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from clients_app import derived_keys
from clients_app.models import Client, ClientSecret, TokenRefusal
from clients_app.services.secrets.digests import tag_of
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import hourly_rows
from clients_app.services.usage.pending_counts import PendingCounts, Seen

Cause = TokenRefusal.Cause

#: Of one batch. Where the secret is not looked at any more there is one entry for each client.
SECRETS_MAX: Final = 4_000
STRANGERS_MAX: Final = 1_000  # ids that no client seems to have


class Presented(NamedTuple):
    """What was refused; ``tags`` of the secret by their keys' ids, none where it is too many."""

    client_id: UUID
    tags: tuple[tuple[str, bytes], ...] = ()
    cause: str = ""  # empty: not known yet
    secret_id: int | None = None


refused: Final[PendingCounts[Presented]] = PendingCounts()


def count_refused_secret(
    client_id: UUID, plain: str, *, is_known: bool, address: str, now: datetime
) -> None:
    """Count that ``plain``, right in form, was not accepted; the text itself is not kept."""
    if not is_known and len(refused) >= STRANGERS_MAX:
        return
    tags = tuple(
        (key.id, tag_of(plain, client_id=client_id, key=key))
        for key in derived_keys.keys_for(derived_keys.SECRET_TAGS)
    )
    presented = Presented(client_id, tags)
    if len(refused) >= SECRETS_MAX and presented not in refused:
        presented = Presented(client_id)
    refused.add(presented, at=now, address=address)


def count_refused_request(
    client_id: str, credential: Credential | None, error: str, *, address: str, now: datetime
) -> None:
    """Count that an authenticated client got no token; ``error`` as OAuth spells it."""
    cause = error.replace("_", "-")
    if cause in Cause.values:
        secret_id = credential.secret_id if credential else None
        refused.add(Presented(UUID(client_id), (), cause, secret_id), at=now, address=address)


def flush() -> None:
    """Write all that was counted.

    Errors: django.db.Error; what was not written is counted again.
    """
    taken = refused.take()
    try:
        for some in hourly_rows.in_pieces(sorted(taken, key=lambda one: one.client_id)):
            rows = _grouped(some, taken)
            hourly_rows.write_refused(rows)
            for presented in some:
                del taken[presented]
    finally:
        refused.give_back(taken)


def _grouped(
    some: Iterable[Presented], seen_by: Mapping[Presented, Seen]
) -> list[hourly_rows.Refused]:
    """Return the rows to add; ids that no client has are left out."""
    ids = {presented.client_id for presented in some}
    clients = Client.objects.in_bulk(ids)
    secrets: dict[UUID, list[ClientSecret]] = {}
    for secret in ClientSecret.objects.filter(client__in=clients).order_by():
        secrets.setdefault(secret.client_id, []).append(secret)
    groups: dict[tuple[UUID, int | None, str, date], Seen] = {}
    for presented in some:
        if (client := clients.get(presented.client_id)) is None:
            continue
        seen = seen_by[presented]
        cause, secret_id = _diagnosis(presented, client, secrets.get(client.pk, ()), seen.last_at)
        group = (client.pk, secret_id, cause, seen.last_at.date())
        if group in groups:
            groups[group].absorb(seen)
        else:
            groups[group] = Seen(seen.count, seen.first_at, seen.last_at, seen.address)
    return [hourly_rows.Refused(*group, seen) for group, seen in groups.items()]


def _diagnosis(
    presented: Presented, client: Client, secrets: Collection[ClientSecret], at: datetime
) -> tuple[str, int | None]:
    """Return why this was refused, and the id of the secret if it is one of the client's."""
    if presented.cause:
        return presented.cause, presented.secret_id
    secret = next((one for one in secrets if _fits(one, presented.tags)), None)
    secret_id = secret.pk if secret else None
    if client.removed_at:
        return Cause.CLIENT_REMOVED, secret_id
    if not client.is_enabled:
        return Cause.CLIENT_DISABLED, secret_id
    if secret and secret.removed_at:
        return Cause.SECRET_REMOVED, secret_id
    if secret and secret.expires_at and secret.expires_at <= at:
        return Cause.SECRET_EXPIRED, secret_id
    return Cause.UNKNOWN_SECRET, secret_id


def _fits(secret: ClientSecret, tags: Iterable[tuple[str, bytes]]) -> bool:
    return any(
        key_id == secret.tag_key_id and hmac.compare_digest(tag, bytes(secret.tag))
        for key_id, tag in tags
    )
