"""Edit: the description and the end of a secret, a public key or a federated identity."""

from datetime import datetime
from typing import Any

from clients_app.http.forms.portal_form import EditForm
from clients_app.http.forms.secret_form import SecretForm
from clients_app.models import ClientKey, ClientSecret, FederatedIdentity


class CredentialEditForm(EditForm, SecretForm):
    """An existing ``credential``; what it proves the client by stays."""

    def __init__(
        self,
        *args: Any,
        credential: ClientSecret | ClientKey | FederatedIdentity,
        now: datetime,
        **more: Any,
    ) -> None:
        self.credential = credential
        super().__init__(*args, now=now, **more)
        self.open_with(credential)

    def read_expiration(self, typed: str) -> datetime:
        """Return the typed moment; an unchanged one keeps its seconds."""
        expires_at = self.credential.expires_at
        if expires_at is not None and typed == self.as_typed(expires_at):
            return expires_at
        return super().read_expiration(typed)

    def values_of(self, row: Any) -> dict[str, Any]:
        values = {"secret_description": row.description, "never_expires": row.expires_at is None}
        if row.expires_at is not None:
            values["expiration"] = self.as_typed(row.expires_at)
        return values
