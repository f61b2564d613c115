"""A client ends a token of its own before its time. Source: RFC 7009; INT-3."""

from django.utils import timezone

from clients_app.oauth import request_log, responses
from clients_app.oauth.authenticated_endpoint import client_and_token, django_view
from clients_app.oauth.plain_http import Request, Response
from clients_app.services.tokens.revocation import revoke_token


def _steps(request: Request) -> Response:
    asking, counting = client_and_token(request)
    if counting is not None and str(counting.client.pk) == asking.id:
        revoke_token(counting, now=timezone.now())
        jti = counting.token["jti"]
        request_log.revoked(jti, client_id=asking.id, address=request.address)
    return responses.json_answer({})  # the same for tokens that are unknown, ended or another's


revoke = django_view(_steps, asked_for="Revocation")
