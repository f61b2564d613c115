"""The public keys that verify our tokens. Source: RFC 7517 section 5; KEY-3."""

from http import HTTPStatus

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from clients_app.oauth.public_documents import json_document, refusal, refuse_writes
from clients_app.services.signing_keys.public_keys import published_jwks


@csrf_exempt
def jwks(request: HttpRequest) -> HttpResponse:
    """The JWK Set; the last one that was read while the database is down."""
    if no := refuse_writes(request):
        return no
    try:
        members = published_jwks()
    except DatabaseError:
        return refusal(
            HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable", **{"Retry-After": "5"}
        )
    return json_document(request, members, max_age_s=settings.JWKS_MAX_AGE)
