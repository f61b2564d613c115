"""What the scopes about a person mean, in their words. Source: OpenID Connect Core 5.4, 11."""

from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.targets import OFFLINE_ACCESS

#: in the order of the screens
IDENTITY_TEXTS: Final = {
    "openid": gettext_noop("Know which account of this portal is yours, and your roles"),
    "profile": gettext_noop("See your name and username"),
    "email": gettext_noop("See your email address"),
    OFFLINE_ACCESS: gettext_noop("Keep access while you do not use it"),
}


def texts_of(scope: str) -> list[str]:
    """Return what those of the scopes mean that are about the person."""
    asked = scope.split()
    return [text for name, text in IDENTITY_TEXTS.items() if name in asked]
