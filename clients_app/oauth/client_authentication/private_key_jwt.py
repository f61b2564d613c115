"""Authenticates a client by a JWT: signed with a key that only it has, or given by its platform.

Source: RFC 7521 section 4.2; RFC 7523 sections 2.2 and 3; draft-ietf-oauth-rfc7523bis; CRE-3 to
CRE-7.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.urls import reverse

from clients_app import conf
from clients_app.oauth.client_authentication.attempts import (
    Attempt,
    Refused,
    is_heard,
    is_live,
    keys_of,
    may_look,
    note,
    note_unsigned,
    signers,
    verifies,
)
from clients_app.oauth.client_authentication.platform_token import (
    is_of_platform,
    proved_by_platform,
)
from clients_app.oauth.client_query import AuthenticatedClient, credentials_of, read_client
from clients_app.oauth.credential_query import StoredCredentials, StoredKey
from clients_app.oauth.errors import OAuthError, invalid_client
from clients_app.oauth.plain_http import Request
from clients_app.rules.assertion_problems import PROBLEMS
from clients_app.rules.assertions import LEEWAY_S, Expected, first_problem, verdicts_on
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.jwts import Jwt, Malformed, parse_jwt
from clients_app.rules.verdicts import Verdict, shown, verdict_on_kid
from clients_app.services.credentials import used_assertions
from clients_app.services.tokens.credentials import KEY, Credential
from clients_app.services.usage.refused_requests import count_unproved_request

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def has_assertion(request: Request, params: Mapping[str, str]) -> bool:
    """Return whether the body has a client assertion, of any type."""
    return bool(params.get("client_assertion") or params.get("client_assertion_type"))


def by_assertion(request: Request, params: Mapping[str, str], now: datetime) -> AuthenticatedClient:
    """Return the client that the assertion proves, and by which key or federated identity.

    Errors: OAuthError invalid_client, the same for every reason.
    """
    if params.get("client_assertion_type") != ASSERTION_TYPE:
        raise invalid_client("the client_assertion_type is not jwt-bearer", counts=True)
    try:
        jwt = parse_jwt(params.get("client_assertion", ""))
    except Malformed as error:
        malformed = Refused("malformed")
        raise _refusal(_named(params, None), malformed, request.address, now) from error
    client_id = _named(params, jwt)
    if client_id is None:
        raise invalid_client("the assertion names no client", counts=True)
    client = read_client(client_id, now=now)
    try:
        if not client.is_active:
            raise Refused("unknown key")
        attempt = Attempt(jwt, client_id, credentials_of(client, now=now), request.address, now)
        proved = proved_by_platform if is_of_platform(attempt) else _proved
        return AuthenticatedClient(client, proved(attempt))
    except Refused as error:
        raise _refusal(client_id, error, request.address, now) from error


def _named(params: Mapping[str, str], jwt: Jwt | None) -> UUID | None:
    """Return the client that the body names, or else the JWT; client_id is optional there."""
    if client_id := params.get("client_id"):
        return parse_client_id(client_id)
    claims = jwt.claims if jwt else {}
    for name in (claims.get("sub"), claims.get("iss")):  # one may be wrong
        if isinstance(name, str) and (found := parse_client_id(name)):
            return found
    return None


def _refusal(client_id: UUID | None, error: Refused, address: str, now: datetime) -> OAuthError:
    named = str(client_id or "")
    if client_id is not None:
        cause = PROBLEMS[error.problem][1].replace("-", "_")
        count_unproved_request(
            client_id, cause, address=address, now=now, credential=error.credential
        )
    return invalid_client(f"client assertion: {error.problem}", client_id=named, counts=True)


def _proved(attempt: Attempt) -> Credential:
    """Return the key that signed the JWT, which fits in every way and was never used before.

    Errors: Refused; OAuthError (503).
    """
    credential, expected = Credential(KEY, _signing_key(attempt).id), _expected(attempt)
    if problem := first_problem(attempt.jwt, expected):
        note(attempt, credential, verdicts_on(attempt.jwt, expected))
        raise Refused(problem, credential)
    claims = attempt.jwt.claims
    jti, ends_at = str(claims["jti"]), claims["exp"] + LEEWAY_S
    if not used_assertions.use(expected.client_id, jti, ends_at=ends_at):
        used = Verdict("jti", shown(jti), "", "used")
        note(attempt, credential, [*verdicts_on(attempt.jwt, expected)[:-1], used])
        raise Refused("used", credential)
    return credential


def _expected(attempt: Attempt) -> Expected:
    return Expected(
        client_id=str(attempt.client_id),
        issuer=conf.issuer(),
        token_endpoint=_token_endpoint(conf.public_url()),
        now=attempt.now.timestamp(),
        accepts_token_endpoint=attempt.credentials.accepts_token_endpoint,
        demands_type=attempt.credentials.demands_type,
    )


@lru_cache
def _token_endpoint(public_url: str) -> str:
    return public_url + reverse("token")


def _signing_key(attempt: Attempt) -> StoredKey:
    """Return the live key that signed the JWT. Errors: Refused; OAuthError (503)."""

    def live(credentials: StoredCredentials) -> list[StoredKey]:
        return [key for key in credentials.keys if is_live(key, now=attempt.now)]

    try:
        return signers(attempt, live)[0]
    except Refused as error:
        if is_heard(attempt):
            error.credential = _note_other_key(attempt, error.problem)
        raise


def _note_other_key(attempt: Attempt, problem: str) -> Credential | None:
    """Note a near miss, and return the key of the client that signed it all the same.

    It has another kid, or expired.
    """
    kid, rows = attempt.jwt.header.get("kid"), attempt.credentials.keys
    others = [
        (row, key)
        for row in rows
        for key in keys_of(row, attempt)
        if kid not in (None, key.kid) or not is_live(row, now=attempt.now)
    ]
    if may_look(attempt, keys=len(others)):
        for row, key in others:
            if verifies(key, attempt.jwt):
                problem = "unknown key" if is_live(row, now=attempt.now) else "expired key"
                verdict = verdict_on_kid(kid, [key.kid], problem)
                verdicts = [verdict, *verdicts_on(attempt.jwt, _expected(attempt))]
                note(attempt, Credential(KEY, row.id), verdicts)
                return Credential(KEY, row.id)
    if rows:
        note_unsigned(attempt, problem, rows, lambda: verdicts_on(attempt.jwt, _expected(attempt)))
    return None
