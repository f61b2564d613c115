"""Add Public Key and Edit Public Key."""

from datetime import datetime
from typing import Any, ClassVar, Final, Self

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clients_app.errors import RuleBroken
from clients_app.http.forms.old_end_form import OldEndForm
from clients_app.http.forms.portal_form import EditForm, TextField
from clients_app.http.forms.secret_form import SECRET_INPUTS, SecretForm
from clients_app.models import ClientKey
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.keys import KeyDraft
from clients_app.services.credentials.public_keys import public_jwks_of

#: what survives a sign-in in between: all but the key, because a private one may be pasted
KEPT_INPUTS: Final = (*SECRET_INPUTS, "jwks_url")


def pasted_key(typed: str) -> str:
    """Return what was pasted, if anything, when it has public keys alone.

    Errors: RuleBroken; the form shows such a text to nobody again.
    """
    if typed.strip():
        public_jwks_of(typed)
    return typed


def is_public(typed: str) -> bool:
    """Return whether ``pasted_key`` takes it."""
    try:
        pasted_key(typed)
    except RuleBroken:
        return False
    return True


class PastedKeyForm(SecretForm):
    """A form with a text area for keys, which does not show what could be a private one."""

    pasted: ClassVar[str]

    @classmethod
    def shown(cls, typed: QueryDict, **arguments: Any) -> Self:
        """Return the form as it was typed, unchecked."""
        form = super().shown(typed, **arguments)
        if not is_public(str(form.initial.get(cls.pasted, ""))):
            form.initial[cls.pasted] = ""
        return form


class KeyForm(PastedKeyForm):
    """A key that is pasted, or the address of a JWKS."""

    pasted = "key"
    key = TextField(_("Public key"), pasted_key, widget=forms.Textarea)
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


class KeyRotateForm(OldEndForm, KeyForm):
    """A key that replaces another one, and when that one expires."""

    old_label = _("The old key stops working")
    old_error = _("Choose when the old key stops working.")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["old_end"].label = str(_("The old key ends"))


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
