"""The answer that a visit was for: a code and, where it was asked for, an id token."""

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from clients_app.identity.last_proof import proof_methods
from clients_app.identity.sessions import lasting_id
from clients_app.oauth.authorization.answers import answer
from clients_app.oauth.authorization.visit import Visit
from clients_app.oauth.client_query import read_client
from clients_app.oauth.errors import OAuthError
from clients_app.rules.authorization_requests import CODE_ID_TOKEN, TENANT
from clients_app.services.authorizations.codes import SignedIn, issue_code
from clients_app.services.tokens.id_tokens import issue_id_token


@transaction.atomic
def code_answer(visit: Visit) -> HttpResponse:
    """Return the response that takes the code to the application."""
    now, request = timezone.now(), visit.request
    amr, tenant = " ".join(proof_methods(visit.http)), f"{TENANT}{visit.client.tenant_id}"
    acr = tenant if tenant in request.acr_values.split() else ""
    signed_in = SignedIn(visit.proved_at, amr, lasting_id(visit.http), acr)
    issued = issue_code(
        visit.person, visit.client, request, visit.chosen, signed_in=signed_in, now=now
    )
    members = {"code": issued.plain}
    if request.response_type == CODE_ID_TOKEN:
        kid = read_client(visit.client.pk, now=now).active_kid
        if kid is None:
            raise OAuthError("temporarily_unavailable", "The server cannot sign now.")
        members["id_token"] = issue_id_token(
            issued.authorization, kid=kid, now=now, code=issued.plain
        )
    return answer(visit, members)
