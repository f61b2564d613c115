"""Authenticates a client by a JWT that it signed with a private key which only it has.

Source: RFC 7521 section 4.2; RFC 7523 sections 2.2 and 3; draft-ietf-oauth-rfc7523bis; CRE-3 to
CRE-7.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.urls import reverse

from clients_app import conf
from clients_app.oauth.client_query import AuthenticatedClient, read_client
from clients_app.oauth.credential_query import StoredCredentials, StoredKey, read_credentials
from clients_app.oauth.errors import OAuthError, invalid_client, unavailable
from clients_app.oauth.plain_http import Request
from clients_app.rules.assertions import (
    LEEWAY_S,
    PROBLEMS,
    Verdict,
    Wanted,
    first_problem,
    shown,
    verdicts_on,
)
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.jwts import Jwt, Malformed, parse_jwt
from clients_app.services.credentials import key_sets, near_misses, used_assertions
from clients_app.services.credentials.public_keys import VerifyingKey, verifying_key, verifying_keys
from clients_app.services.tokens.credentials import KEY, Credential
from clients_app.services.usage.refused_requests import count_unproved_request

_FETCHED_AFTER_S: Final = 2
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Attempt(NamedTuple):
    """A JWT, the client that it names, and the credentials of that client."""

    jwt: Jwt
    client_id: UUID
    credentials: StoredCredentials
    address: str
    now: datetime


class Refused(Exception):
    """The JWT proves nothing; ``problem`` is one of ``rules.assertions.PROBLEMS``."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def has_assertion(request: Request, params: Mapping[str, str]) -> bool:
    """Return whether the body has a client assertion, of any type."""
    return bool(params.get("client_assertion") or params.get("client_assertion_type"))


def by_assertion(request: Request, params: Mapping[str, str], now: datetime) -> AuthenticatedClient:
    """Return the client that signed the assertion.

    Errors: OAuthError invalid_client, the same for every reason.
    """
    if params.get("client_assertion_type") != ASSERTION_TYPE:
        raise invalid_client("the client_assertion_type is not jwt-bearer", counts=True)
    try:
        jwt = parse_jwt(params.get("client_assertion", ""))
    except Malformed as error:
        raise _refusal(_named(params, None), "malformed", request.address, now) from error
    client_id = _named(params, jwt)
    if client_id is None:
        raise invalid_client("the assertion names no client", counts=True)
    client = read_client(client_id, now=now)
    try:
        if not client.is_active:
            raise Refused("unknown key")
        credentials = read_credentials(client_id, now=now)
        attempt = Attempt(jwt, client_id, credentials, request.address, now)
        return AuthenticatedClient(client, _proved(attempt))
    except Refused as error:
        raise _refusal(client_id, error.problem, request.address, now) from error


def _named(params: Mapping[str, str], jwt: Jwt | None) -> UUID | None:
    """Return the client that the body names, or else the JWT; client_id is optional there."""
    names = [params.get("client_id"), *([jwt.claims.get("sub")] if jwt else [])]
    text = next((name for name in names if name), None)
    return parse_client_id(text) if isinstance(text, str) else None


def _refusal(client_id: UUID | None, problem: str, address: str, now: datetime) -> OAuthError:
    if client_id is not None:
        cause = PROBLEMS[problem][1].replace("-", "_")
        count_unproved_request(str(client_id), cause, address=address, now=now)
    named = str(client_id) if client_id else ""
    return invalid_client(f"client assertion: {problem}", client_id=named, counts=True)


def _proved(attempt: Attempt) -> Credential:
    """Return the key that signed the JWT, which fits in every way and was never used before.

    Errors: Refused.
    """
    key = _signing_key(attempt)
    credential, wanted = Credential(KEY, key.id), _wanted(attempt)
    if problem := first_problem(attempt.jwt, wanted):
        _note(attempt, credential, verdicts_on(attempt.jwt, wanted))
        raise Refused(problem.problem)
    claims = attempt.jwt.claims
    jti, ends_at = str(claims["jti"]), claims["exp"] + LEEWAY_S
    if not used_assertions.use(wanted.client_id, jti, ends_at=ends_at):
        used = Verdict("jti", shown(jti), "", "used")
        _note(attempt, credential, [*verdicts_on(attempt.jwt, wanted)[:-1], used])
        raise Refused("used")
    return credential


def _wanted(attempt: Attempt) -> Wanted:
    return Wanted(
        client_id=str(attempt.client_id),
        issuer=conf.issuer(),
        token_endpoint=conf.public_url() + reverse("token"),
        now=attempt.now.timestamp(),
        accepts_token_endpoint=attempt.credentials.accepts_token_endpoint,
        demands_type=attempt.credentials.demands_type,
    )


def _signing_key(attempt: Attempt) -> StoredKey:
    """Return the live key that verifies the signature. Errors: Refused; OAuthError (503)."""
    named = _named_keys(attempt)
    if (key := _verifying_one(named, attempt.jwt)) is not None:
        return key
    if named and attempt.jwt.header.get("kid") is not None:
        raise Refused("signature")
    if _has_new_keys(attempt):
        credentials = read_credentials(attempt.client_id, now=attempt.now)
        named = _named_keys(attempt._replace(credentials=credentials))
        if (key := _verifying_one(named, attempt.jwt)) is not None:
            return key
    _note_unusable_key(attempt)
    raise Refused("signature" if named else "unknown key")


def _named_keys(attempt: Attempt) -> list[tuple[StoredKey, VerifyingKey]]:
    """Return the live keys that the JWT names by ``kid``, or all if it names none."""
    kid = attempt.jwt.header.get("kid")
    return [
        (key, own)
        for key in _live_keys(attempt)
        for own in _keys_in(key, attempt.now)
        if kid in (None, own.kid)
    ]


def _verifying_one(named: list[tuple[StoredKey, VerifyingKey]], jwt: Jwt) -> StoredKey | None:
    return next((key for key, own in named if _verifies(own, jwt)), None)


def _live_keys(attempt: Attempt) -> list[StoredKey]:
    return [key for key in attempt.credentials.keys if not _is_expired(key, attempt.now)]


def _has_new_keys(attempt: Attempt) -> bool:
    """Return whether keys were fetched now, where the client publishes its keys.

    Errors: OAuthError (503) while they are being fetched.
    """
    urls = [key.jwks_url for key in _live_keys(attempt) if key.jwks_url]
    try:
        return key_sets.wait_for([key_sets.Source(url, is_issuer=False) for url in urls])
    except key_sets.NotYet as error:
        raise unavailable("keys are being fetched", retry_after_s=_FETCHED_AFTER_S) from error


def _keys_in(key: StoredKey, now: datetime) -> Sequence[VerifyingKey]:
    if key.jwk is not None:
        return (verifying_key(key.jwk),)
    is_fresh = key.fetched is not None and key_sets.is_fresh(key.fetched_at, now=now)
    return verifying_keys(key.fetched) if key.fetched and is_fresh else ()


def _verifies(key: VerifyingKey, jwt: Jwt) -> bool:
    algorithm = jwt.header.get("alg")
    return isinstance(algorithm, str) and key.verifies(
        jwt.signed, jwt.signature, algorithm=algorithm
    )


def _note_unusable_key(attempt: Attempt) -> None:
    """Note a near miss if a key of the client signed it that has another kid or has expired."""
    if not near_misses.has_room(attempt.client_id):
        return
    for key in attempt.credentials.keys:
        for own in _keys_in(key, attempt.now):
            if _verifies(own, attempt.jwt):
                problem = "expired key" if _is_expired(key, attempt.now) else "unknown key"
                kid = Verdict("kid", shown(attempt.jwt.header.get("kid")), own.kid, problem)
                verdicts = [kid, *verdicts_on(attempt.jwt, _wanted(attempt))]
                _note(attempt, Credential(KEY, key.id), verdicts)
                return


def _note(attempt: Attempt, credential: Credential, verdicts: list[Verdict]) -> None:
    near_misses.note(
        attempt.client_id,
        verdicts,
        credential=credential,
        address=attempt.address,
        now=attempt.now,
    )


def _is_expired(key: StoredKey, now: datetime) -> bool:
    return key.expires_at is not None and key.expires_at <= now
