"""Add, Rotate and Edit Public Key, and the field that takes public keys alone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.errors import RuleBroken
from clients_app.http.forms.credential_edit_form import CredentialEditForm
from clients_app.http.forms.old_end_form import OldEndForm
from clients_app.http.forms.portal_form import TextField
from clients_app.http.forms.secret_form import SecretForm
from clients_app.services.credentials.keys import KeyDraft
from clients_app.services.credentials.public_keys import public_jwks_of


def _pasted_key(typed: str) -> str:
    """Return what was pasted, if it has public keys alone. Errors: RuleBroken."""
    if typed.strip():
        public_jwks_of(typed)
    return typed


def is_public(typed: str) -> bool:
    """Return whether a text has public keys alone, or nothing."""
    try:
        _pasted_key(typed)
    except RuleBroken:
        return False
    return True


class PublicKeyField(TextField):
    """Pasted public keys, if any. What could be a private one is not shown again."""

    widget = forms.Textarea

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, _pasted_key, **more)

    def prepare_value(self, value: Any) -> Any:
        """Return what the form shows."""
        return value if is_public(str(value or "")) else ""


class KeyForm(SecretForm):
    """A key that is pasted, or the address of a JWKS."""

    never_kept = ("key",)
    field_order = ("key", "jwks_url")
    description_help = _("Which machine has the private key.")

    key = PublicKeyField(
        _("Public key"),
        help_text=_(
            "A JWK, a JWKS, PEM or a certificate: RSA of at least 2048 bits, EC on P-256, or "
            "Ed25519. Never paste a private key."
        ),
    )
    jwks_url = TextField(
        _("JWKS URL"),
        help_text=_(
            "Or the address where the client publishes its keys, which the portal fetches. Then "
            "leave the key empty."
        ),
    )

    def draft(self) -> KeyDraft:
        """Return the key as the services take it."""
        given = self.cleaned_data
        return KeyDraft(
            pasted=given["key"].strip(),
            jwks_url=given["jwks_url"].strip(),
            description=given["secret_description"],
            expires_at=given["expires_at"],
        )


class KeyRotateForm(OldEndForm, KeyForm):
    """A key that replaces another one, and when that one expires."""

    old_label = _("The old key stops working")
    old_error = _("Choose when the old key stops working.")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["old_end"].label = str(_("The old key ends"))


class KeyEditForm(CredentialEditForm):
    """The description and the end of a public key; the key itself stays."""

    description_help = KeyForm.description_help
