"""A resource server with Django REST framework and simplejwt. It needs api.py beside it.

It reads ISSUER, AUDIENCE, TENANT_ID and PORT from the environment.
"""

import os
import secrets
from wsgiref.simple_server import make_server

import django
from django.conf import settings

ISSUER = os.environ["ISSUER"]
SIMPLE_JWT = {
    "ALGORITHM": "RS256",  # the portal's TOKEN_SIGNING_ALGORITHM
    "JWK_URL": f"{ISSUER}/.well-known/openid-configuration/jwks",
    "ISSUER": ISSUER,
    "AUDIENCE": os.environ["AUDIENCE"],
    "LEEWAY": 60,  # seconds by which clocks may differ
    "USER_ID_CLAIM": "sub",
    "TOKEN_TYPE_CLAIM": None,  # the type is in the header
}

settings.configure(
    SECRET_KEY=secrets.token_urlsafe(50),  # simplejwt needs one; it signs nothing here
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    SIMPLE_JWT=SIMPLE_JWT,
)
django.setup()

import jwt  # these imports need the settings
from api import PortalAway, PortalKeys  # the file beside this one
from django.core.wsgi import get_wsgi_application
from django.urls import path
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.authentication import JWTStatelessUserAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.state import token_backend
from rest_framework_simplejwt.tokens import Token


class CannotVerify(APIException):
    status_code, default_detail, wait = 503, "The token cannot be verified now.", 30


class PortalAuthentication(JWTStatelessUserAuthentication):
    """simplejwt checks signature, iss, aud and exp. This class checks the type and the tenant."""

    def get_validated_token(self, raw_token: bytes) -> Token:
        try:
            token = super().get_validated_token(raw_token)
        except PortalAway:
            raise CannotVerify from None
        kind = str(jwt.get_unverified_header(raw_token).get("typ")).lower()
        if kind not in {"at+jwt", "application/at+jwt"}:
            raise InvalidToken("This is not an access token.")
        if token.get("tid") != os.environ["TENANT_ID"]:
            raise InvalidToken("This token belongs to another tenant.")
        return token


token_backend.jwks_client = PortalKeys(ISSUER)  # goes on while the portal is away


class TenantMember(BasePermission):
    """Requires the role Tenant Member. Check any other role in the same way."""

    def has_permission(self, request: Request, view: object) -> bool:
        return request.auth is not None and "Tenant Member" in request.auth["roles"]


@api_view(["GET"])
@authentication_classes([PortalAuthentication])
@permission_classes([TenantMember])
def who(request: Request) -> Response:
    return Response({"client_id": request.auth["client_id"], "roles": request.auth["roles"]})


urlpatterns = [path("", who)]

if __name__ == "__main__":
    with make_server("127.0.0.1", int(os.environ["PORT"]), get_wsgi_application()) as server:
        server.serve_forever()
