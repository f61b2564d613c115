"""Revocation: a client revokes one of its own tokens. Source: RFC 7009; INT-3."""

from django.utils import timezone

from clients_app.oauth import request_log, responses
from clients_app.oauth.authenticated_endpoint import client_and_token, django_view
from clients_app.oauth.plain_http import Request, Response
from clients_app.services.tokens.revocation import revoke_token


def _steps(request: Request) -> Response:
    caller, active = client_and_token(request)
    if active is not None and str(active.client.pk) == caller.id:
        revoke_token(active, now=timezone.now())
        jti = active.token["jti"]
        request_log.revoked(jti, client_id=caller.id, address=request.address)
    return responses.json_response({})  # the same for unknown and inactive tokens, and for others'


revoke = django_view(_steps, endpoint="Revocation")
