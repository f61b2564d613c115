"""Which requests come last: those with an assertion, from a source with too many failures (AVA-1).

Refusing an assertion takes as long as a quarter of a token, because its signature must be verified.
"""

from datetime import UTC, datetime
from typing import Any, Final

from clients_app.oauth.client_authentication.private_key_jwt import has_assertion
from clients_app.oauth.errors import OAuthError
from clients_app.oauth.params import read_params
from clients_app.oauth.plain_http import Request, request_from
from clients_app.services.failure_limits import seconds_left

_PROTOCOL: Final = "/identity/connect/"  # the paths at which clients authenticate


def is_of_flood(request: Request | dict[str, Any]) -> bool:
    """Return whether the request, or the one in an environ, comes last.

    Only those of a source over its limit are parsed for that, which takes 10 us.
    """
    if not isinstance(request, Request):
        if request["REQUEST_METHOD"] != "POST" or not request["PATH_INFO"].startswith(_PROTOCOL):
            return False
        environ, request = request, request_from(request)
        environ["wsgi.input"].seek(0)  # the application reads it again
    if not seconds_left(request.address, now=datetime.now(UTC)):
        return False
    try:
        return has_assertion(request, read_params(request))
    except OAuthError:  # refused without a look at any signature
        return False
