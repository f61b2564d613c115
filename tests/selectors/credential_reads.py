"""How to read what one tenant has with the selectors of secrets, keys and identities."""

from collections.abc import Callable
from typing import Any, Final

from clients_app.selectors.credentials import expirations as credential_expirations
from clients_app.selectors.credentials import identities, keys, near_misses, rotations, uses
from clients_app.selectors.notices import expirations
from clients_app.selectors.secrets import lookup as secrets
from tests.moments import NOW
from tests.selectors.tenant_world import World


def rows_of(own: World, rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    return [row for row in rows if row[column] == own.tenant.pk]


CREDENTIAL_READS: Final[dict[Any, list[Callable[[World], Any]]]] = {
    expirations.secret_counts: [
        lambda own: rows_of(own, expirations.secret_counts(now=NOW), "client__tenant_id"),
    ],
    credential_expirations.credential_counts: [
        lambda own: rows_of(
            own,
            credential_expirations.credential_counts("key", now=NOW),
            "client__tenant_id",
        ),
    ],
    expirations.delivery_counts: [
        lambda own: rows_of(own, expirations.delivery_counts(), "tenant_id"),
    ],
    expirations.successor_of: [
        lambda own: expirations.successor_of(own.client.secrets.order_by("pk").first()),
    ],
    expirations.last_uses: [
        lambda own: expirations.last_uses([uses.used_of(one) for one in own.client.secrets.all()]),
    ],
    expirations.channels_of: [lambda own: expirations.channels_of(own.tenant.pk)],
    expirations.feed_of: [lambda own: expirations.feed_of(own.person)],
    expirations.feed_owner: [lambda own: expirations.feed_owner(own.feed.digest)],
    expirations.calendar_credentials: [
        lambda own: expirations.calendar_credentials(own.person, sees_all=True, now=NOW),
        lambda own: expirations.calendar_credentials(own.person, sees_all=False, now=NOW),
    ],
    expirations.recent_deliveries: [lambda own: expirations.recent_deliveries(own.tenant.pk)],
    secrets.listed_secrets: [lambda own: secrets.listed_secrets(own.client, now=NOW)],
    secrets.live_others: [lambda own: secrets.live_others(own.client, now=NOW)],
    secrets.live_secrets: [lambda own: secrets.live_secrets(own.client, now=NOW)],
    secrets.get_secret: [lambda own: secrets.get_secret(own.client, own.secret.pk, now=NOW)],
    identities.listed_identities: [
        lambda own: identities.listed_identities(own.client, now=NOW),
    ],
    identities.get_identity: [
        lambda own: identities.get_identity(own.client, own.identity.pk, now=NOW),
    ],
    near_misses.near_misses_of: [lambda own: near_misses.near_misses_of(own.client, now=NOW)],
    near_misses.fit_of: [
        lambda own: near_misses.fit_of(own.identity, str(own.client.near_misses.get().pk), now=NOW),
    ],
    near_misses.get_near_miss: [
        lambda own: near_misses.get_near_miss(own.client, own.client.near_misses.get().pk, now=NOW),
    ],
    keys.listed_keys: [lambda own: keys.listed_keys(own.client, now=NOW)],
    keys.get_key: [lambda own: keys.get_key(own.client, own.client.keys.get().pk, now=NOW)],
    identities.with_last_use: [
        lambda own: identities.with_last_use(own.client.identities.all(), "identity"),
    ],
    identities.trust_of_row: [lambda own: identities.trust_of_row(own.identity)],
    rotations.rotations: [
        lambda own: rotations.rotations(
            secrets.listed_secrets(own.client, now=NOW), token_lifetime_s=3600, now=NOW
        ),
    ],
    secrets.is_only_proof: [
        lambda own: secrets.is_only_proof(own.client, own.identity, now=NOW),
    ],
    rotations.move_of: [
        lambda own: rotations.move_of(
            secrets.listed_secrets(own.client, now=NOW),
            keys.listed_keys(own.client, now=NOW),
            token_lifetime_s=3600,
            now=NOW,
        ),
    ],
    rotations.move_of_client: [lambda own: rotations.move_of_client(own.client, now=NOW)],
    uses.uses_of: [
        lambda own: uses.uses_of(secrets.listed_secrets(own.client, now=NOW), now=NOW),
    ],
    uses.used_of: [lambda own: uses.used_of(own.identity)],
    uses.used_in: [lambda own: uses.used_in(own.client.tokenusage_set.first())],
}
