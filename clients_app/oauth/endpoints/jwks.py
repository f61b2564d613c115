"""The public keys that verify our tokens. Source: RFC 7517 section 5; security bar 28."""

import logging
from http import HTTPStatus
from typing import Any

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from clients_app.oauth.documents import document, read_only, refusal
from clients_app.services.signing_keys import published_jwks

log = logging.getLogger("clients_app.oauth")
_last_read: dict[str, Any] = {}  # served while the database does not answer


@csrf_exempt
def jwks(request: HttpRequest) -> HttpResponse:
    """The JWK Set; the last one that was read while the database is down."""
    if no := read_only(request):
        return no
    try:
        _last_read.update(published_jwks())
    except DatabaseError as error:
        log.error("The public keys cannot be read: %s", error)
    if not _last_read:
        return refusal(
            HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable", **{"Retry-After": "5"}
        )
    return document(request, _last_read)
