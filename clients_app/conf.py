"""What is computed from settings; a plain fact is read as ``settings.X`` where it is needed.

What every token request asks is read once in a process: a look-up in Django's settings takes 1.1 us
and a remembered one 0.2 us, and settings never change while a server runs.
"""

from datetime import timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings


@cache
def public_url() -> str:
    """Return the public origin, without a slash at the end."""
    return settings.PUBLIC_URL


@cache
def issuer() -> str:
    """Return the issuer of all tokens (RFC 8414 section 2)."""
    return f"{settings.PUBLIC_URL}/identity"


@cache
def api_scopes() -> tuple[str, ...]:
    """Return the scopes a client may ask for; the first is given when none is asked."""
    return tuple(settings.API_SCOPES)


@cache
def token_audience() -> str:
    """Return the ``aud`` of access tokens: TOKEN_AUDIENCE, else the public origin."""
    return settings.TOKEN_AUDIENCE or settings.PUBLIC_URL


@cache
def logs_tokens() -> bool:
    """Return whether each issued token gets a line of the log (LOG-3)."""
    return settings.LOG_TOKENS


@cache
def trusted_proxies() -> tuple[str, ...]:
    """Return the networks whose X-Forwarded-For is believed."""
    return tuple(settings.TRUSTED_PROXIES)


def key_rotation() -> timedelta:
    """Return for how long a signing key signs."""
    return timedelta(days=settings.KEY_ROTATION_DAYS)


def installation_zone() -> ZoneInfo:
    """Return the zone of the installation; a person's own takes precedence."""
    return ZoneInfo(settings.TIME_ZONE)


def root_secrets() -> tuple[bytes, ...]:
    """Return SECRET_KEY and its fallbacks, newest first: all other keys are derived from them."""
    return tuple(key.encode() for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def setup_link_lifetime() -> timedelta:
    """Return how long a one-time link to choose a password is valid."""
    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def sends_mail() -> bool:
    """Return whether MAIL_URL names a mail server; without one nothing is mailed."""
    return bool(settings.MAIL)
