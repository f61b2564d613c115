"""The protocol addresses. Each also answers with a slash at its end, and never redirects."""

from django.urls import path

from clients_app.oauth.endpoints.authorize import authorize
from clients_app.oauth.endpoints.consent import consent
from clients_app.oauth.endpoints.end_session import end_session, end_session_confirmed
from clients_app.oauth.endpoints.introspect import introspect
from clients_app.oauth.endpoints.jwks import jwks
from clients_app.oauth.endpoints.metadata import metadata
from clients_app.oauth.endpoints.revoke import revoke
from clients_app.oauth.endpoints.token import token
from clients_app.oauth.endpoints.userinfo import userinfo

_ADDRESSES = [
    path("identity/connect/authorize", authorize, name="authorize"),
    path("identity/connect/consent", consent, name="consent"),
    path("identity/connect/endsession", end_session, name="end-session"),
    path(
        "identity/connect/endsession/confirmed",
        end_session_confirmed,
        name="end-session-confirmed",
    ),
    path("identity/connect/token", token, name="token"),
    path("identity/connect/introspect", introspect, name="introspect"),
    path("identity/connect/revocation", revoke, name="revoke"),
    path("identity/connect/userinfo", userinfo, name="userinfo"),
    path("identity/.well-known/openid-configuration", metadata, name="openid-configuration"),
    path("identity/.well-known/openid-configuration/jwks", jwks, name="jwks"),
    path(".well-known/oauth-authorization-server/identity", metadata, name="server-metadata"),
]
urlpatterns = _ADDRESSES + [path(f"{one.pattern}/", one.callback) for one in _ADDRESSES]
