"""A JWT that is to prove a client, and which of the client's credentials signed it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from clients_app.oauth.credential_query import (
    StoredCredentials,
    StoredIdentity,
    StoredKey,
    read_credentials,
)
from clients_app.oauth.errors import unavailable
from clients_app.rules.assertions import TRIED_MAX
from clients_app.rules.jwts import Jwt
from clients_app.rules.verdicts import Verdict, verdict_on_kid
from clients_app.services.credentials import key_sets, near_misses
from clients_app.services.credentials.public_keys import VerifyingKey, verifying_key, verifying_keys
from clients_app.services.failure_limits import seconds_left
from clients_app.services.tokens.credentials import Credential

_FETCHED_AFTER_S: Final = 2
Row = TypeVar("Row", StoredKey, StoredIdentity)


class Attempt(NamedTuple):
    """A JWT, the client that it names, and the credentials of that client."""

    jwt: Jwt
    client_id: UUID
    credentials: StoredCredentials
    address: str
    now: datetime


class Refused(Exception):
    """The JWT proves nothing; ``problem`` is one of ``rules.assertion_problems``.

    ``credential`` is the one of which a key signed it, if any did.
    """

    def __init__(self, problem: str, credential: Credential | None = None) -> None:
        super().__init__(problem)
        self.problem, self.credential = problem, credential


def signers(attempt: Attempt, rows_of: Callable[[StoredCredentials], Sequence[Row]]) -> list[Row]:
    """Return those of the credentials that ``rows_of`` chooses of which a key signed the JWT.

    Where keys are published, they are fetched again if the JWT names one that is not known.
    Errors: Refused if none did; OAuthError (503) while keys are being fetched.
    """
    rows = rows_of(attempt.credentials)
    named = named_keys(rows, attempt)
    if found := _verifying(named, attempt.jwt):
        return found
    names_one = attempt.jwt.header.get("kid") is not None
    if not (named and names_one) and _has_new_keys(rows):
        rows = rows_of(read_credentials(attempt.client_id, now=attempt.now))
        named = named_keys(rows, attempt)
        if found := _verifying(named, attempt.jwt):
            return found
    raise Refused("signature" if named else "unknown key")


def is_live(row: StoredKey | StoredIdentity, *, now: datetime) -> bool:
    """Return whether the credential has not expired."""
    return row.expires_at is None or row.expires_at > now


def keys_of(row: StoredKey | StoredIdentity, attempt: Attempt) -> Sequence[VerifyingKey]:
    """Return the public keys of a credential: registered, pasted or fetched.

    Those that are too old verify nothing, except where the JWT names another issuer than the
    credential: it is refused for that, but people may mend what has the right signature.
    """
    if isinstance(row, StoredKey) and row.jwk is not None:
        return (verifying_key(row.jwk),)
    if isinstance(row, StoredIdentity) and row.jwks is not None:
        return verifying_keys(row.jwks)
    if row.fetched is None:
        return ()
    is_other = isinstance(row, StoredIdentity) and attempt.jwt.claims.get("iss") != row.issuer
    is_usable = is_other or key_sets.is_fresh(row.fetched_at, now=attempt.now)
    return verifying_keys(row.fetched) if is_usable else ()


def named_keys(rows: Sequence[Row], attempt: Attempt) -> list[tuple[Row, VerifyingKey]]:
    """Return the keys that the JWT names by ``kid``, or all if it names none, with their rows."""
    kid = attempt.jwt.header.get("kid")
    return [(row, key) for row in rows for key in keys_of(row, attempt) if kid in (None, key.kid)]


def verifies(key: VerifyingKey, jwt: Jwt) -> bool:
    """Return whether ``key`` signed the JWT."""
    algorithm = jwt.header.get("alg")
    return isinstance(algorithm, str) and key.verifies(
        jwt.signed, jwt.signature, algorithm=algorithm
    )


def is_heard(attempt: Attempt) -> bool:
    """Return whether to find out what to tell people about a JWT that proves nothing.

    Not for a source with too many failures: that costs what good clients need.
    """
    return not seconds_left(attempt.address, now=attempt.now)


def may_look(attempt: Attempt, *, keys: int) -> bool:
    """Return whether to try ``keys`` that cannot prove the client, only to tell people."""
    return keys > 0 and near_misses.has_room(attempt.client_id) and near_misses.look(keys)


def note(attempt: Attempt, credential: Credential, verdicts: Sequence[Verdict]) -> None:
    """Note a near miss: what is wrong with a JWT that was signed by a key of ``credential``."""
    near_misses.note(
        attempt.client_id,
        verdicts,
        credential=credential,
        is_signed=True,
        address=attempt.address,
        now=attempt.now,
    )


def note_unsigned(
    attempt: Attempt,
    problem: str,
    rows: Sequence[StoredKey | StoredIdentity],
    verdicts: Callable[[], Sequence[Verdict]],
) -> None:
    """Note a near miss of a JWT that names a known issuer, but that no key of ``rows`` signed."""
    if not near_misses.has_room(attempt.client_id, is_signed=False):
        return
    known = [key.kid for row in rows for key in keys_of(row, attempt)]
    verdict = verdict_on_kid(attempt.jwt.header.get("kid"), known, problem if known else "no keys")
    near_misses.note(
        attempt.client_id,
        [verdict, *verdicts()],
        credential=None,
        is_signed=False,
        address=attempt.address,
        now=attempt.now,
    )


def _verifying(named: list[tuple[Row, VerifyingKey]], jwt: Jwt) -> list[Row]:
    """Return each credential of which a key signed the JWT; a key of several is tried once.

    Errors: Refused if it would have to be tried with too many.
    """
    algorithm = jwt.header.get("alg")
    tried = {id(key): key for _, key in named if algorithm in key.algorithms}
    if len(tried) > TRIED_MAX:
        raise Refused("many keys")
    good = [one for one, key in tried.items() if verifies(key, jwt)]
    return list(dict.fromkeys(row for row, key in named if id(key) in good)) if good else []


def _has_new_keys(rows: Sequence[StoredKey | StoredIdentity]) -> bool:
    """Return whether keys were fetched now. Errors: OAuthError (503) while they are."""
    sources = {source for row in rows if (source := _source_of(row)) is not None}
    try:
        return bool(sources) and key_sets.wait_for(sources)
    except key_sets.NotYet as error:
        raise unavailable("keys are being fetched", retry_after_s=_FETCHED_AFTER_S) from error


def _source_of(row: StoredKey | StoredIdentity) -> key_sets.Source | None:
    """Return where the keys are published; None if they are registered or were pasted."""
    if isinstance(row, StoredKey):
        return key_sets.Source(row.jwks_url, is_issuer=False) if row.jwks_url else None
    return key_sets.Source(row.issuer, is_issuer=True) if row.jwks is None else None
