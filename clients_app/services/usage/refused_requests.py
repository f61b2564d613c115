"""Refused token requests, counted by client, cause and secret.

The request only keeps what was presented, as tags. The thread that writes the counts finds out
which secret that was and why it was refused.

Source: LOG-4.
"""

import hmac
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from clients_app import derived_keys, measures
from clients_app.models import Client, ClientSecret, TokenRefusal
from clients_app.services.secrets.digests import tag_of
from clients_app.services.tokens.credentials import IDENTITY, KEY, Credential
from clients_app.services.usage import tenant_hours, upserts
from clients_app.services.usage.pending_counts import PendingCounts, Seen, merge

Cause = TokenRefusal.Cause

#: by OAuth's codes, which leave open why a client is not authenticated
_CAUSES: Final = {
    **{cause.replace("-", "_"): cause for cause in Cause.values},
    "invalid_client": Cause.NO_SECRET.value,
}

ASSERTION_CAUSES: Final = frozenset(
    {
        *(Cause.UNKNOWN_KEY, Cause.WRONG_CLAIMS, Cause.WRONG_AUDIENCE, Cause.WRONG_TIME),
        *(Cause.USED_ASSERTION, Cause.BAD_ASSERTION),
    }
)
SECRETS_MAX: Final = 4_000  # in one batch; after that, one entry for each client
STRANGERS_MAX: Final = 1_000  # ids that no client seems to have

_ADD_REFUSED: Final = """
INSERT INTO clients_app_tokenrefusal
  (client_id, secret_id, cause, day, requests, first_at, last_at, last_address, key_id, identity_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (client_id, cause, day, COALESCE(secret_id, 0)) DO UPDATE SET
  requests = clients_app_tokenrefusal.requests + excluded.requests,
  first_at = CASE WHEN excluded.first_at < clients_app_tokenrefusal.first_at
    THEN excluded.first_at ELSE clients_app_tokenrefusal.first_at END,
  key_id = CASE WHEN excluded.last_at >= clients_app_tokenrefusal.last_at
    THEN excluded.key_id ELSE clients_app_tokenrefusal.key_id END,
  identity_id = CASE WHEN excluded.last_at >= clients_app_tokenrefusal.last_at
    THEN excluded.identity_id ELSE clients_app_tokenrefusal.identity_id END,
  last_address = CASE WHEN excluded.last_at >= clients_app_tokenrefusal.last_at
    THEN excluded.last_address ELSE clients_app_tokenrefusal.last_address END,
  last_at = CASE WHEN excluded.last_at >= clients_app_tokenrefusal.last_at
    THEN excluded.last_at ELSE clients_app_tokenrefusal.last_at END
"""
_ADD_HOUR: Final = """
INSERT INTO clients_app_refusedhour (client_id, hour, requests) VALUES (%s, %s, %s)
ON CONFLICT (client_id, hour) DO UPDATE SET
  requests = clients_app_refusedhour.requests + excluded.requests
"""
_SET_LAST_REFUSAL: Final = """
UPDATE clients_app_client SET
  last_refused_at = CASE WHEN last_refused_at > %s THEN last_refused_at ELSE %s END
 WHERE id = %s
"""


class Presented(NamedTuple):
    """What was refused; ``tags`` of the secret with their keys' ids, none after SECRETS_MAX."""

    client_id: UUID
    tags: tuple[tuple[str, bytes], ...] = ()
    cause: str = ""  # empty: not known yet
    credential: Credential | None = None


class _Group(NamedTuple):
    """What a row is about."""

    client_id: UUID
    secret_id: int | None
    cause: str
    day: date


refused: Final[PendingCounts[Presented]] = PendingCounts()


def count_refused_secret(
    client_id: UUID, plain: str, *, is_known: bool, address: str, now: datetime
) -> None:
    """Count that ``plain``, a well-formed secret, was refused; the text itself is not kept."""
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
    """Count that an authenticated client got no token; ``error`` is OAuth's code."""
    if cause := _CAUSES.get(error):
        refused.add(Presented(UUID(client_id), (), cause, credential), at=now, address=address)


def count_unproved_request(
    client_id: UUID,
    error: str,
    *,
    address: str,
    now: datetime,
    credential: Credential | None = None,
) -> None:
    """Count a refused request that only names ``client_id``: anyone can send as many as they like.

    ``error`` is OAuth's code, or a cause. ``credential`` is whose key signed the assertion, if any.
    """
    if cause := _CAUSES.get(error):
        presented = Presented(client_id, (), cause, credential)
        if len(refused) < STRANGERS_MAX or presented in refused:
            refused.add(presented, at=now, address=address)


def flush() -> None:
    """Write all counts.

    Errors: django.db.Error; what was not written is kept.
    """
    refused.write(_add_refused, order=lambda presented: presented.client_id)


def _add_refused(counts: dict[Presented, Seen]) -> None:
    """Add to the rows; ids that no client has are left out."""
    clients = Client.objects.in_bulk({presented.client_id for presented in counts})
    secrets: dict[UUID, list[ClientSecret]] = {}
    for secret in ClientSecret.objects.filter(client__in=clients).order_by():
        secrets.setdefault(secret.client_id, []).append(secret)
    groups: dict[_Group, Seen] = {}
    proofs: dict[_Group, Credential | None] = {}  # the last of each group
    hours: Counter[tuple[UUID, datetime]] = Counter()
    causes: Counter[str] = Counter()
    for presented, seen in counts.items():
        if client := clients.get(presented.client_id):
            cause, credential = _cause_of(
                presented, client, secrets.get(client.pk, ()), seen.last_at
            )
            causes[cause] += seen.times
            secret_id = credential.secret_id if credential else None
            group = _Group(client.pk, secret_id, cause, seen.last_at.date())
            if group not in groups or seen.last_at >= groups[group].last_at:
                proofs[group] = credential
            merge(groups, group, seen)
            hours[client.pk, _hour_of(seen.last_at)] += seen.times
    rows = (
        (
            *(*group, seen.times, seen.first_at, seen.last_at, upserts.address(seen.address)),
            *_ids(proofs[group]),
        )
        for group, seen in groups.items()
    )
    of_hours = [(*place, hours[place]) for place in sorted(hours)]
    requests = (tenant_hours.Requests(*place, refused=hours[place]) for place in hours)
    upserts.run(
        (_ADD_REFUSED, rows),
        (_SET_LAST_REFUSAL, _last_refusals(groups)),
        (_ADD_HOUR, of_hours),
        (tenant_hours.ADD, tenant_hours.rows(requests)),
    )
    for cause, times in causes.items():
        measures.count(measures.REFUSALS, cause, by=times)


def _ids(credential: Credential | None) -> tuple[int | None, ...]:
    """Return the ids of a key and of an identity: at most one has one."""
    kind, row_id = credential or ("", None)
    return tuple(row_id if kind == one else None for one in (KEY, IDENTITY))


def _last_refusals(
    groups: dict[_Group, Seen],
) -> list[tuple[datetime, datetime, UUID]]:
    """Return rows for _SET_LAST_REFUSAL, in the order in which all processes lock clients."""
    last: dict[UUID, datetime] = {}
    for group, seen in groups.items():
        last[group.client_id] = max(seen.last_at, last.get(group.client_id, seen.last_at))
    return [(at, at, client_id) for client_id, at in sorted(last.items())]


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _cause_of(
    presented: Presented, client: Client, secrets: Iterable[ClientSecret], at: datetime
) -> tuple[str, Credential | None]:
    """Return why this was refused, and the credential if the client has or had it."""
    of_client = (client.removed_at and Cause.CLIENT_REMOVED) or (
        not client.is_enabled and Cause.CLIENT_DISABLED
    )
    if presented.cause in ASSERTION_CAUSES:
        return of_client or presented.cause, presented.credential
    needs_none = presented.cause == Cause.NO_SECRET and not client.type.has_secrets
    if presented.cause and not needs_none:
        return presented.cause, presented.credential
    tags = dict(presented.tags)
    tagged = (one for one in secrets if one.tag_key_id in tags)
    secret = next(
        (one for one in tagged if hmac.compare_digest(tags[one.tag_key_id], bytes(one.tag))), None
    )
    credential = Credential.of_secret(secret.pk) if secret else None
    if of_client:
        return of_client, credential
    if secret and secret.removed_at:
        return Cause.SECRET_REMOVED, credential
    if secret and secret.expires_at and secret.expires_at <= at:
        return Cause.SECRET_EXPIRED, credential
    if secret:  # it fits now: the client was enabled since
        return Cause.CLIENT_DISABLED, credential
    return Cause.UNKNOWN_SECRET, credential
