"""The token endpoint. Source: RFC 6749 section 3.2; TOK-1."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Final

from clients_app import conf
from clients_app.oauth import request_log, responses
from clients_app.oauth.authenticated_endpoint import django_view, posted_params, respond
from clients_app.oauth.client_authentication.methods import authenticate
from clients_app.oauth.client_query import AuthenticatedClient, GrantParameters
from clients_app.oauth.errors import OAuthError, invalid_request, unavailable
from clients_app.oauth.grants import client_credentials
from clients_app.oauth.grants.grant_types import GRANT_TYPES, Grant
from clients_app.oauth.params import USUAL, USUAL_MAX
from clients_app.oauth.plain_http import Request, Response
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.services.tokens.access_tokens import issue_access_token
from clients_app.services.tokens.claims import GrantResult, TokenTemplate
from clients_app.services.usage.counts import count_token
from clients_app.services.usage.refused_requests import count_refused_request

_SAME_MAX: Final = 10  # forms and credentials of a client
#: parameters that say who asks, and not what for
_PROVING: Final = frozenset(
    {"client_id", "client_secret", "client_assertion", "client_assertion_type"}
)


def _steps(request: Request) -> Response:
    params, now, address = posted_params(request), datetime.now(UTC), request.address
    client, credential = authenticated = authenticate(request, params, now=now)
    if client.active_kid is None:  # before a code is used
        raise unavailable("there is no active signing key", retry_after_s=5)
    try:
        asked = tuple([pair for pair in params.items() if pair[0] not in _PROVING])
        same = client.granted.get((credential, asked))
        granted, template = same or _granted(authenticated, request, params, asked, now=now)
        issued = issue_access_token(
            template, kid=client.active_kid, now=now, extra_claims=granted.extra_claims
        )
    except OAuthError as error:
        error.client_id = client.id  # for the log
        if not error.is_usual:
            count_refused_request(client.id, credential, error.error, address=address, now=now)
        raise
    count_token(
        client.id,
        credential,
        lifetime_s=issued.expires_in,
        chosen=granted.chosen,
        address=address,
        now=now,
    )
    request_log.issued(issued, address=address)
    if (person := granted.for_person) is not None:
        issued = issued._replace(scope=person.scope)
    return responses.token_json(issued, granted.members(issued.token))


def _granted(
    authenticated: AuthenticatedClient,
    request: Request,
    params: Mapping[str, str],
    asked: GrantParameters,
    *,
    now: datetime,
) -> tuple[GrantResult, TokenTemplate]:
    """Return what the client is granted, and what its tokens have in common.

    It stays with the client where only ``asked`` decides it, until the client is read again.
    """
    client, credential = authenticated
    grant_type = params.get("grant_type")
    grant = _grant(grant_type, client.client_type)
    granted = grant(client, params, address=request.address, now=now)
    result = granted, _template(authenticated, granted)
    is_usual = USUAL.issuperset(dict(asked)) and sum(map(len, chain(*asked))) <= USUAL_MAX
    if is_usual and grant_type == client_credentials.GRANT_TYPE and len(client.granted) < _SAME_MAX:
        client.granted[credential, asked] = result
    return result


def _grant(grant_type: str | None, client_type: str) -> Grant:
    """Return the requested grant if clients of this type may use it."""
    if not grant_type:
        raise invalid_request("The grant_type is missing.")
    grant = GRANT_TYPES.get(grant_type)
    if grant is None:
        raise OAuthError("unsupported_grant_type", "This server does not offer this grant_type.")
    if grant_type not in CLIENT_TYPES[client_type].grants:
        raise OAuthError("unauthorized_client", "This client may not use this grant_type.")
    return grant


def _template(authenticated: AuthenticatedClient, granted: GrantResult) -> TokenTemplate:
    client, credential = authenticated
    subject, chosen, person = granted.subject, granted.chosen, granted.for_person
    return TokenTemplate(
        conf.issuer(),
        chosen.target.identifier,
        client.id,
        client.tenant_id,
        client.token_lifetime_s,
        credential,
        subject,
        person.scope_of_token if person else chosen.scope,
        person.authorization_id if person else "",
    )


#: Returns the response to a token request: a token or an OAuth error.
respond_to_token_request = partial(respond, steps=_steps, endpoint="Token")
token = django_view(_steps, endpoint="Token", is_shared=True)  # short_entrance has another
