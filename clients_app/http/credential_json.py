"""What programs read about the public keys and federated identities of a client, by all doors.

Source: API-14.
"""

from collections.abc import Iterable
from typing import Any

from clients_app.http.json_models import moment
from clients_app.models import ClientKey, ClientSecret, FederatedIdentity
from clients_app.rules.federation.presets import grade_of
from clients_app.rules.federation.trust import Trust
from clients_app.rules.verdicts import Verdict
from clients_app.selectors.credentials.identities import trust_of_row
from clients_app.services.credentials.trials import Trial

Row = ClientKey | FederatedIdentity


def key_json(key: ClientKey) -> dict[str, Any]:
    """Return a public key: its public members, or the address where the client publishes keys."""
    return {
        **credential_json(key),
        "Jwk": dict(sorted(key.jwk.items())) if key.jwk else None,  # in one order on every database
        "Thumbprint": key.thumbprint or None,
        "JwksUrl": key.jwks_url or None,
    }


def listed_key_json(key: Any) -> dict[str, Any]:
    """Return one of ``listed_keys`` with its last use, and when its address was last asked."""
    return {
        **key_json(key),
        "LastUsed": moment(key.last_used_at),
        "LastFetched": moment(key.fetched_at),
        "FetchFailure": key.failure or None,
    }


def identity_json(identity: FederatedIdentity) -> dict[str, Any]:
    """Return a federated identity with its grade."""
    return {
        **credential_json(identity),
        "Platform": identity.preset,
        "Issuer": identity.issuer,
        "Audience": identity.audience,
        **rules_json(trust_of_row(identity)),
        "Jwks": identity.jwks,
    }


def listed_identity_json(identity: Any) -> dict[str, Any]:
    """Return one of ``listed_identities`` with its last use."""
    return {**identity_json(identity), "LastUsed": moment(identity.last_used_at)}


def rules_json(trust: Trust) -> dict[str, Any]:
    """Return the rules of an identity, and how much they let in."""
    grade = grade_of(trust)
    return {
        "Subject": trust.subject_rule,
        "Claims": dict(trust.claim_rules),
        "Grade": str(grade.level),
        "GradeReason": grade.sentence,
    }


def near_miss_json(near_miss: Any) -> dict[str, Any]:
    """Return one of ``near_misses_of``, and the rules changed to fit it, if any."""
    return {
        "Id": near_miss.pk,
        "Time": moment(near_miss.at),
        "Address": near_miss.address,
        "Signed": near_miss.is_signed,
        "PublicKeyId": near_miss.key_id,
        "FederatedIdentityId": near_miss.identity_id,
        "Checks": checks_json(near_miss.checks),
        "Fit": None
        if near_miss.fit is None
        else {"Issuer": near_miss.fit.issuer, **rules_json(near_miss.fit)},
    }


def trial_json(trial: Trial) -> dict[str, Any]:
    """Return what is right and wrong with a token for one credential."""
    row = trial.credential
    return {
        "Accepted": trial.is_accepted,
        "PublicKeyId": row.pk if isinstance(row, ClientKey) else None,
        "FederatedIdentityId": row.pk if isinstance(row, FederatedIdentity) else None,
        "Description": row.description,
        "Checks": checks_json(trial.checks),
    }


def checks_json(checks: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Return what each claim says beside what is expected; ``Problem`` says what to do."""
    return [
        {
            "Claim": check.claim,
            "Sent": check.sent,
            "Expected": check.expected,
            "Fits": check.fits,
            "Problem": check.sentence or None,
        }
        for check in checks
    ]


def credential_json(row: ClientSecret | Row) -> dict[str, Any]:
    """Return what all credentials have, which is all that can be read of a secret."""
    return {
        "Id": row.pk,
        "Description": row.description,
        "Expiration": moment(row.expires_at),
        "Expires": row.expires_at is not None,
        "Created": moment(row.created_at),
    }
