"""The protocol addresses; each answers the same with a slash at its end, and never redirects."""

from django.urls import path

from clients_app.oauth.endpoints.introspect import introspect
from clients_app.oauth.endpoints.jwks import jwks
from clients_app.oauth.endpoints.metadata import metadata
from clients_app.oauth.endpoints.revoke import revoke
from clients_app.oauth.endpoints.token import token

urlpatterns = [
    path("identity/connect/token", token, name="token"),
    path("identity/connect/token/", token),
    path("identity/connect/introspect", introspect, name="introspect"),
    path("identity/connect/introspect/", introspect),
    path("identity/connect/revocation", revoke, name="revoke"),
    path("identity/connect/revocation/", revoke),
    path("identity/.well-known/openid-configuration", metadata, name="openid-configuration"),
    path("identity/.well-known/openid-configuration/", metadata),
    path("identity/.well-known/openid-configuration/jwks", jwks, name="jwks"),
    path("identity/.well-known/openid-configuration/jwks/", jwks),
    path(
        ".well-known/oauth-authorization-server/identity",
        metadata,
        name="authorization-server-metadata",
    ),
    path(".well-known/oauth-authorization-server/identity/", metadata),
]
