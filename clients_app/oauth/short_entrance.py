"""The short entrance of the token endpoint: it responds before the WSGI application.

A token with its signature takes 310 us. Django's request, resolver, response and signals would add
124 us, its middleware 80 us, and the WSGI call with its environ 26. ``tests/oauth/
test_short_entrance.py`` counts what is skipped.
"""

from datetime import UTC, datetime

from clients_app.http import operation_ids
from clients_app.oauth.endpoints.token import respond_to_token_request
from clients_app.oauth.plain_http import Request, Response
from clients_app.services.failure_limits import seconds_left


def is_of_flood(request: Request) -> bool:
    """Return whether a token request has an assertion of a source with too many failures (AVA-1).

    To refuse one takes as long as half a token, because its signature must be verified.
    """
    if b"client_assertion=" not in request.body:
        return False
    return bool(seconds_left(request.address, now=datetime.now(UTC)))


def token_response(request: Request) -> Response:
    """Return the response to a complete token request."""
    operation_ids.begin_unnamed()
    return respond_to_token_request(request)
