"""Edit Secret: its description and its end; never its value."""

from datetime import datetime
from typing import Any

from clients_app.http.ruled_form import VersionField
from clients_app.models import ClientSecret
from clients_app.web.forms.secret_form import SecretForm


class SecretEditForm(SecretForm):
    """A secret that exists."""

    version = VersionField()

    def __init__(self, *args: Any, secret: ClientSecret, now: datetime, **more: Any) -> None:
        self.secret = secret
        super().__init__(*args, now=now, **more)
        self.initial.update(self._held(secret), version=str(secret.version))

    def read_expiration(self, typed: str) -> datetime:
        """Return the moment that is typed; untouched, it keeps its seconds."""
        ends = self.secret.expires_at
        if ends is not None and typed == self.as_typed(ends):
            return ends
        return super().read_expiration(typed)

    def show_changes(self, secret: ClientSecret) -> None:
        """Say beside each field what it is now; sent again, what is typed is meant."""
        held = self._held(secret)
        if secret.expires_at is None:
            del held["expiration"]
        self.tell_apart(held, version=secret.version)

    def _held(self, secret: ClientSecret) -> dict[str, Any]:
        ends = secret.expires_at
        return {
            "secret_description": secret.description,
            "expiration": self.as_typed(ends) if ends else self.initial["expiration"],
            "never_expires": ends is None,
        }
