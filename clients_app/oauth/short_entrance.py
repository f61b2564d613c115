"""The short entrance of the token endpoint: it responds before the WSGI application.

A token with its signature takes 310 us. Django's request, resolver, response and signals would add
124 us, its middleware 80 us, and the WSGI call 6. ``tests/oauth/test_short_entrance.py`` counts
what is skipped.
"""

from collections.abc import Mapping
from typing import Any, Final

from clients_app.http import operation_ids
from clients_app.oauth.endpoints.token import respond_to_token_request
from clients_app.oauth.plain_http import Response, request_from

TOKEN_PATHS: Final = frozenset({"/identity/connect/token", "/identity/connect/token/"})


def token_response(environ: Mapping[str, Any]) -> Response | None:
    """Return the response to a token request, given as a WSGI environ; None for other paths."""
    if environ["PATH_INFO"] not in TOKEN_PATHS:
        return None
    operation_ids.begin_unnamed()
    return respond_to_token_request(request_from(environ))
