"""What a token is worth now, for the API that got it. Source: RFC 7662; security bars 39, 40."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from clients_app import conf
from clients_app.oauth import request_log, responses
from clients_app.oauth.client_row import ClientRow
from clients_app.oauth.exchange import answered, asking_client, params_of
from clients_app.oauth.messages import Answer, Request, request_from
from clients_app.oauth.params import required
from clients_app.selectors.clients.lookup import may_introspect
from clients_app.services.tokens.validity import CountingToken, counting_token

_SAID_OF_IT = ("scope", "client_id", "sub", "aud", "iss", "exp", "iat", "nbf", "jti", "tid")


@csrf_exempt
def introspect(http_request: HttpRequest) -> HttpResponse:
    """The entrance through Django."""
    request = request_from(http_request.META)
    return responses.MachineResponse(answered(request, _introspect, asked_for="Introspection"))


def _introspect(request: Request) -> Answer:
    params = params_of(request)
    asking = asking_client(request, params, now=timezone.now())
    plain = required(params, "token")
    counting = counting_token(plain, audience=conf.token_audience())
    if counting is not None and not _may_know(asking, counting):
        counting = None
    jti = counting.token["jti"] if counting else ""
    request_log.introspected(jti, client_id=asking.token_client.id, address=request.address)
    if counting is None:
        return responses.json_answer({"active": False})
    return responses.json_answer(_described(counting))


def _may_know(asking: ClientRow, counting: CountingToken) -> bool:
    """Return whether the token is the asking client's own, or the business of a resource server."""
    asks, issued_to = asking.token_client, counting.client
    if asks.id == str(issued_to.pk):
        return True
    return asks.tenant_id == str(issued_to.tenant_id) and may_introspect(asks.id)


def _described(counting: CountingToken) -> dict[str, Any]:
    """Return what the token says, with the roles that its client carries now."""
    roles = sorted((role.name, str(role.pk)) for role in counting.client.roles.all())
    return {
        "active": True,
        "token_type": "Bearer",
        **{name: counting.token[name] for name in _SAID_OF_IT},
        "roles": [name for name, _ in roles],
        "role_ids": [role_id for _, role_id in roles],
    }
