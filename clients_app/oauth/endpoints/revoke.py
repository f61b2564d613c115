"""Revocation: a client revokes one of its own tokens. Source: RFC 7009; INT-3."""

from uuid import UUID

from django.utils import timezone

from clients_app.oauth import request_log, responses
from clients_app.oauth.authenticated_endpoint import client_and_token, django_view
from clients_app.oauth.plain_http import Request, Response
from clients_app.services.authorizations.refresh import is_refresh_token, revoke_refresh_token
from clients_app.services.tokens.revocation import revoke_token
from clients_app.services.tokens.validity import active_token


def _steps(request: Request) -> Response:
    caller, plain = client_and_token(request, must_prove=False)
    now, revoked = timezone.now(), ""
    if is_refresh_token(plain):
        revoked = revoke_refresh_token(plain, client_id=UUID(caller.id), now=now)
    elif (active := active_token(plain)) is not None and str(active.client.pk) == caller.id:
        revoke_token(active, now=now)
        revoked = active.token["jti"]
    if revoked:
        request_log.revoked(revoked, client_id=caller.id, address=request.address)
    return responses.json_response({})  # the same for unknown and inactive tokens, and for others'


revoke = django_view(_steps, endpoint="Revocation", is_shared=True)
