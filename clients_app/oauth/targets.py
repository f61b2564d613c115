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
    named = named_resource(params)
    try:
        return chosen_target(client.reach, named=named, scope=params.get("scope"))
    except RuleBroken as error:
        raise refused_target(error) from error


def named_resource(params: Mapping[str, str]) -> str:
    """Return the Identifier that a request names; empty if it names none.

    Errors: OAuthError invalid_target for two that differ.
    """
    resource, audience = params.get("resource"), params.get("audience")
    if resource and audience and resource != audience:
        raise invalid_target()
    return resource or audience or ""


def refused_target(error: RuleBroken) -> OAuthError:
    """Return the error for a request whose API or scopes ``rules/targets`` refused."""
    if error.field == RESOURCE:
        return invalid_target()
    return OAuthError("invalid_scope", "Ask for scopes that this client may have at one API.")


def invalid_target() -> OAuthError:
    """Return the error for an API that a client may not call, or more than one."""
    return OAuthError("invalid_target", "Ask for one API that this client may call.")
