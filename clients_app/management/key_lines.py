"""A signing key as `manage.py keys` prints it."""

from collections.abc import Sized
from typing import Any

from clients_app import conf
from clients_app.http.json_models import moment
from clients_app.models import SigningKey
from clients_app.rules.key_schedule import removed_from
from clients_app.selectors.signing_keys.former_keys import UnderFormerKeys


def key_kind(row: SigningKey) -> str:
    """Return the algorithm with the size, such as RS256 2048."""
    return f"{row.algorithm} {row.bits}" if row.bits else row.algorithm


def key_values(row: SigningKey) -> dict[str, Any]:
    """Return a key for programs, without its private part."""
    return {
        "Kid": row.kid,
        "State": row.state,
        "Algorithm": row.algorithm,
        "Bits": row.bits,
        "Created": moment(row.created_at),
        "SignsFrom": moment(row.signs_from),
        "Activated": moment(row.activated_at),
        "Retired": moment(row.retired_at),
        "Removed": moment(row.removed_at),
    }


def key_times(row: SigningKey) -> str:
    """Return what happens to the key and when, in the installation's zone."""
    state, kept_until = SigningKey.State, row.retired_at and removed_from(row.retired_at)
    words, at = {
        state.NEXT: ("signs from", row.signs_from),
        state.ACTIVE: ("signs since", row.activated_at),
        state.RETIRED: ("published until", kept_until),
        state.REMOVED: ("removed", row.removed_at),
    }[state(row.state)]
    zone = conf.installation_zone()
    return f"{words} {at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}" if at else f"{words} -"


def reencrypted_values(keys: Sized, factors: int, left: UnderFormerKeys) -> dict[str, int]:
    """Return for programs what was encrypted again, and what a former or lost key still holds."""
    return {
        "SigningKeys": len(keys),
        "SecondFactors": factors,
        "SecretsUnderFormerKey": left.secrets,
        "SecretsUnderLostKey": left.lost_secrets,
        "WebhooksUnderFormerKey": left.webhooks,
        "EventsUnderFormerKey": left.events,
    }


def reencrypted_lines(keys: Sized, factors: int, left: UnderFormerKeys) -> str:
    """Return the same as sentences."""
    return (
        f"Signing keys re-encrypted: {len(keys)}.\n"
        f"Second factors re-encrypted: {factors}.\n"
        f"Client secrets under a former key: {left.secrets}; "
        "each is renewed when it is next used.\n"
        f"Client secrets under a lost key: {left.lost_secrets}; "
        "the next use of each takes a run of Argon2id, which renews it.\n"
        f"Webhooks under a former key: {left.webhooks}; "
        "give each a new secret before you remove the former SECRET_KEY.\n"
        f"Audit events under a former key: {left.events}; "
        "they do not change, keep the former SECRET_KEY to verify them."
    )
