"""Authenticates a client by the token that a platform gave it, such as that of a CI job or a pod.

Source: RFC 7521 section 6.1; RFC 7523 section 3; FED-1 to FED-3, CRE-7.
"""

import json
from collections.abc import Callable, Sequence

from clients_app.oauth.client_authentication.attempts import (
    Attempt,
    Refused,
    is_heard,
    is_live,
    may_look,
    named_keys,
    note,
    note_unsigned,
    signers,
    verifies,
)
from clients_app.oauth.credential_query import StoredCredentials, StoredIdentity
from clients_app.rules.federation.platform_tokens import verdicts_on
from clients_app.rules.federation.trust import Trust
from clients_app.rules.verdicts import Verdict, shown
from clients_app.services.tokens.credentials import IDENTITY, Credential


def is_of_platform(attempt: Attempt) -> bool:
    """Return whether the JWT names the issuer of a federated identity of the client.

    A slash more or less at the end is enough for that; the issuer's verdict is about it.
    """
    return bool(_of_issuer(attempt, attempt.credentials))


def proved_by_platform(attempt: Attempt) -> Credential:
    """Return the federated identity whose rules the token fits.

    Where several have its issuer, one is enough; the near miss is about the nearest.
    Errors: Refused; OAuthError (503).
    """
    now = attempt.now

    def live(credentials: StoredCredentials) -> list[StoredIdentity]:
        return [one for one in _of_issuer(attempt, credentials) if is_live(one, now=now)]

    if not live(attempt.credentials):
        raise _expired(attempt)
    misses: list[tuple[StoredIdentity, list[Verdict], list[Verdict]]] = []
    for identity in _signers(attempt, live):
        verdicts = _verdicts(attempt, identity)
        wrong = [one for one in verdicts if one.problem]
        if not wrong:
            return Credential(IDENTITY, identity.id)
        misses.append((identity, verdicts, wrong))
    identity, verdicts, wrong = min(misses, key=lambda miss: len(miss[2]))
    nearest = Credential(IDENTITY, identity.id)
    note(attempt, nearest, verdicts)
    raise Refused(wrong[0].problem, nearest)


def _signers(
    attempt: Attempt, live: Callable[[StoredCredentials], list[StoredIdentity]]
) -> list[StoredIdentity]:
    """Return the identities of which a key signed the token. Errors: as ``signers``."""
    try:
        return signers(attempt, live)
    except Refused as error:
        if is_heard(attempt):
            rows = live(attempt.credentials)
            note_unsigned(attempt, error.problem, rows, lambda: _verdicts(attempt, rows[0]))
        raise


def _of_issuer(attempt: Attempt, credentials: StoredCredentials) -> Sequence[StoredIdentity]:
    if not credentials.identities:
        return ()
    issuer = attempt.jwt.claims.get("iss")
    named = issuer.rstrip("/") if isinstance(issuer, str) else None
    return [one for one in credentials.identities if one.issuer.rstrip("/") == named]


def _verdicts(attempt: Attempt, identity: StoredIdentity) -> list[Verdict]:
    trust = Trust(
        preset="other",  # nothing here depends on it
        issuer=identity.issuer,
        subject_rule=identity.subject_rule,
        claim_rules=json.loads(identity.claim_rules),
    )
    now = attempt.now.timestamp()
    return verdicts_on(attempt.jwt, trust, audience=identity.audience, now=now)


def _expired(attempt: Attempt) -> Refused:
    """Return the refusal of a token that only an expired identity trusts; note it if it is real."""
    rows = _of_issuer(attempt, attempt.credentials)
    named = named_keys(rows, attempt)
    if is_heard(attempt) and may_look(attempt, keys=len(named)):
        identity = next((row for row, key in named if verifies(key, attempt.jwt)), None)
        if identity is not None:
            ended = Verdict("identity", "", shown(str(identity.expires_at)), "expired identity")
            verdicts = [ended, *_verdicts(attempt, identity)]
            expired = Credential(IDENTITY, identity.id)
            note(attempt, expired, verdicts)
            return Refused("expired identity", expired)
    return Refused("expired identity")
