"""Add Public Key and Edit Public Key."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.http.forms.portal_form import EditForm, TextField
from clients_app.http.forms.secret_form import SECRET_INPUTS, SecretForm
from clients_app.models import ClientKey
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.keys import KeyDraft

#: what survives a sign-in in between: all but the key, because a private one may be pasted
KEPT_INPUTS: Final = (*SECRET_INPUTS, "jwks_url")


class KeyForm(SecretForm):
    """A key that is pasted, or the address of a JWKS."""

    key = TextField(_("Public key"), widget=forms.Textarea)
    jwks_url = TextField(_("JWKS URL"))

    def key_draft(self) -> KeyDraft:
        """Return the key as the services take it."""
        given = self.cleaned_data
        return KeyDraft(
            pasted=given["key"].strip(),
            jwks_url=given["jwks_url"].strip(),
            description=given["secret_description"],
            expires_at=given["expires_at"],
        )


class KeyEditForm(EditForm, SecretForm):
    """The description and the end of a public key; the key itself stays."""

    def __init__(self, *args: Any, key: ClientKey, now: datetime, **more: Any) -> None:
        self.key = key
        super().__init__(*args, now=now, **more)
        self.open_with(key)

    def read_expiration(self, typed: str) -> datetime:
        """Return the typed moment; an unchanged one keeps its seconds."""
        expires_at = self.key.expires_at
        if expires_at is not None and typed == self.as_typed(expires_at):
            return expires_at
        return super().read_expiration(typed)

    def values_of(self, row: ClientKey) -> dict[str, Any]:
        values = {"secret_description": row.description, "never_expires": row.expires_at is None}
        if row.expires_at is not None:
            values["expiration"] = self.as_typed(row.expires_at)
        return values

    def credential_draft(self) -> CredentialDraft:
        """Return the fields as the services take them."""
        given = self.cleaned_data
        return CredentialDraft(
            description=given["secret_description"], expires_at=given["expires_at"]
        )
