"""Edit Secret: its description and its end; never its value."""

from datetime import datetime
from typing import Any

from clients_app.models import ClientSecret
from clients_app.web.forms.secret_form import SecretForm
from clients_app.web.forms.window_form import stamp_field


class SecretEditForm(SecretForm):
    """``seen`` is what the secret was when the window was opened."""

    seen = stamp_field()

    def __init__(self, *args: Any, secret: ClientSecret, now: datetime, **kwargs: Any) -> None:
        self.secret = secret
        super().__init__(*args, now=now, **kwargs)
        self.initial.update(self._held(secret), seen=secret.stamp)

    def read_expiration(self, typed: str) -> datetime:
        """Return the moment that is typed; untouched, it keeps its seconds."""
        ends = self.secret.expires_at
        if ends is not None and typed == self.typed(ends):
            return ends
        return super().read_expiration(typed)

    def show_changes(self, secret: ClientSecret) -> None:
        """Say beside each field what it is now; sent again, what is typed is meant."""
        held = self._held(secret)
        if secret.expires_at is None:
            del held["expiration"]
        self.tell_apart(held)
        self.hold("seen", secret.stamp)

    def _held(self, secret: ClientSecret) -> dict[str, Any]:
        ends = secret.expires_at
        return {
            "secret_description": secret.description,
            "expiration": self.typed(ends) if ends else self.initial["expiration"],
            "never_expires": ends is None,
        }
