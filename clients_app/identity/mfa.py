"""How the second factor of django-allauth works here, and the forms that take a code."""

import base64
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from clients_app import conf
from clients_app.identity.allauth_internals import record_authentication
from clients_app.identity.second_factors import opened, sealed, take_code
from clients_app.models import Person


class MFAAdapter(DefaultMFAAdapter):
    """The plug that allauth asks for."""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        """Return the host, by which the app tells several portals apart."""
        return f"Portal {urlsplit(conf.public_url()).hostname}"

    def encrypt(self, text: str) -> str:
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return opened(encrypted_text)


class _TakenOnce(forms.BaseAuthenticateForm):
    """Takes a code of the app or a recovery code, and each of them once."""

    def clean_code(self) -> str:
        code = super().clean_code()
        if not take_code(self.authenticator, code):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_TakenOnce, forms.AuthenticateForm):
    """The code of a sign-in."""


class CodeAgainForm(_TakenOnce, forms.ReauthenticateForm):
    """The code of a person who is signed in and confirms their identity."""


@sensitive_variables("secret", "svg")
def qr_code(person: Person, secret: str) -> str:
    """Return the address of an image that tells an authenticator app the secret."""
    adapter = get_mfa_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(person, secret))
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def note_new_app(request: HttpRequest) -> None:
    """Count the code that set the app up as a proof, in a session of a new key."""
    record_authentication(request, request.user, "mfa", type="totp", reauthenticated=True)
    request.session.cycle_key()
