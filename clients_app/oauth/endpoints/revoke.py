"""A client ends a token of its own before its time. Source: RFC 7009; security bar 41."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from clients_app import conf
from clients_app.oauth import request_log, responses
from clients_app.oauth.exchange import answered, asking_client, params_of
from clients_app.oauth.messages import Answer, Request, request_from
from clients_app.oauth.params import required
from clients_app.services.tokens.revocation import revoke_token
from clients_app.services.tokens.validity import counting_token


@csrf_exempt
def revoke(http_request: HttpRequest) -> HttpResponse:
    """The entrance through Django."""
    request = request_from(http_request.META)
    return responses.MachineResponse(answered(request, _revoke, asked_for="Revocation"))


def _revoke(request: Request) -> Answer:
    params = params_of(request)
    now = timezone.now()
    asking = asking_client(request, params, now=now)
    client_id = asking.token_client.id
    counting = counting_token(required(params, "token"), audience=conf.token_audience())
    if counting is not None and str(counting.client.pk) == client_id:
        revoke_token(counting, now=now)
        jti = counting.token["jti"]
        request_log.revoked(jti, client_id=client_id, address=request.address)
    return responses.json_answer({})  # the same for tokens that are unknown, ended or another's
