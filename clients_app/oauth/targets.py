"""The API that a token request names. Source: RFC 8707 section 2; RES-2, RES-3, RES-6."""

from collections.abc import Mapping

from clients_app.errors import RuleBroken
from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.errors import OAuthError
from clients_app.rules.targets import RESOURCE, Chosen, chosen_target


def requested_target(client: StoredClient, params: Mapping[str, str]) -> Chosen:
    """Return the API and the scopes that the client gets a token for.

    ``audience`` means the same as ``resource``. An API that is unknown, of another tenant or not
    for this client is refused by the same steps and the same bytes.
    Errors: OAuthError invalid_target, invalid_scope.
    """
    resource, audience = params.get("resource"), params.get("audience")
    if resource and audience and resource != audience:
        raise _invalid_target()
    try:
        return chosen_target(client.reach, named=resource or audience, scope=params.get("scope"))
    except RuleBroken as error:
        if error.field == RESOURCE:
            raise _invalid_target() from error
        raise OAuthError(
            "invalid_scope", "Ask for scopes that this client may have at one API."
        ) from error


def _invalid_target() -> OAuthError:
    return OAuthError("invalid_target", "Ask for one API that this client may call.")
