"""Devices where a person has signed in before, which guesses of strangers do not slow (SES-3).

Each person has a signed cookie on them, as OWASP describes in "Slow Down Online Guessing Attacks
with Device Cookies". It lets nobody in: wrong guesses that carry it are counted on their own.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from clients_app.rules.names import key_of

LASTS: Final = timedelta(days=180)  # since the last sign-in
_SALT: Final = "known device"
_PREFIX: Final = "device-"  # of the names of cookies


def known_device(request: HttpRequest, username: str) -> str:
    """Return the id of a device where ``username`` has signed in before; empty for others."""
    name = _cookie_of(username)
    return request.get_signed_cookie(name, "", salt=_SALT, max_age=LASTS) or ""


def device_of_anybody(request: HttpRequest) -> str:
    """Return the id of a device where anybody has signed in before; empty for others."""
    for name in request.COOKIES:
        if name.startswith((_PREFIX, f"__Host-{_PREFIX}")):
            device = request.get_signed_cookie(name, "", salt=_SALT, max_age=LASTS)
            if device:
                return device
    return ""


def remember_device(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Let ``response`` make the device known to ``username``, who has proved who they are."""
    response.set_signed_cookie(
        _cookie_of(username),
        known_device(request, username) or secrets.token_hex(8),
        salt=_SALT,
        max_age=LASTS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _cookie_of(username: str) -> str:
    digest = hashlib.sha256(key_of(username).encode()).hexdigest()[:16]
    return f"{'__Host-' if settings.HTTPS else ''}{_PREFIX}{digest}"
