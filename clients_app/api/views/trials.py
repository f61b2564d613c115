"""Why tokens of a client are refused: near misses, and a test that keeps nothing."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.errors import Refusal
from clients_app.api.parameters import Parameters, none_but
from clients_app.api.serializers.credentials import TokenModel
from clients_app.api.serializers.fields import values_from
from clients_app.api.views.clients import TOTAL_COUNT
from clients_app.api.views.credentials import permitted
from clients_app.api.views.resource import Resource
from clients_app.http.credential_json import near_miss_json, trial_json
from clients_app.permissions import Action
from clients_app.selectors.credentials.near_misses import near_misses_of
from clients_app.services.credentials.trials import trials_of


class NearMissesView(Resource):
    """Refused tokens of the last 24 hours that came close, claim by claim."""

    resource = "near_misses"

    def get(self, request: Request, **address: str) -> Response:
        """Return them, the newest first; neither tokens nor signatures are kept."""
        given = Parameters(request, ("skip", "count"))
        client, _actor = permitted(request, Action.READ_SECRETS, address)
        skip, count = given.page()
        found = [near_miss_json(one) for one in near_misses_of(client, now=timezone.now())]
        return Response(found[skip : skip + count], headers={TOTAL_COUNT: str(len(found))})


class TokenTrialView(Resource):
    """A test of a token."""

    resource = "test_token"

    def post(self, request: Request, **address: str) -> Response:
        """Return for each live key and identity what is right and wrong; nothing is kept."""
        none_but(request)
        client, _actor = permitted(request, Action.READ_SECRETS, address)
        token = values_from(TokenModel, request.data, current=None)["Token"]
        trials = trials_of(client, token.strip(), now=timezone.now())
        if trials is None:
            raise Refusal(400, "This is not a JSON Web Token. Send all of it.", prop="Token")
        return Response([trial_json(one) for one in trials])
