"""How the second factors of django-allauth work here, and the forms for codes."""

import base64
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from clients_app import conf
from clients_app.identity.allauth_internals import record_authentication
from clients_app.identity.second_factors import decrypt, encrypt, take_code
from clients_app.models import Person


class MFAAdapter(DefaultMFAAdapter):
    """The second factor adapter of allauth."""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        """Return name and host, so that the app can distinguish several portals.

        Apps split what they show at a colon, so the name is without.
        """
        name = settings.PORTAL_NAME.replace(":", "")
        return f"{name} {urlsplit(conf.public_url()).hostname}"

    encrypt, decrypt = staticmethod(encrypt), staticmethod(decrypt)


class _OnceForm(forms.BaseAuthenticateForm):
    """Accepts a code of the app or a recovery code, each only once."""

    def clean_code(self) -> str:
        code = super().clean_code()
        if not take_code(self.authenticator, code):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_OnceForm, forms.AuthenticateForm):
    """The code of a sign-in."""


class CodeAgainForm(_OnceForm, forms.ReauthenticateForm):
    """The code of a signed-in person who confirms their identity."""


@sensitive_variables("secret", "svg")
def qr_code(person: Person, secret: str) -> str:
    """Return the QR code of the secret as a data URL."""
    adapter = get_mfa_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(person, secret))
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def note_new_factor(request: HttpRequest, kind: str) -> None:
    """Count what set up a second factor as a proof, and give the session a new key."""
    record_authentication(request, request.user, "mfa", type=kind, reauthenticated=True)
    request.session.cycle_key()
