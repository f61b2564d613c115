"""Values computed from settings. Others are read as ``settings.X`` where they are needed.

Values that every token request needs are cached: a lookup in Django's settings takes 1.1 us, a
cached one 0.2 us, and settings never change while a server runs.
"""

from datetime import timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings


@cache
def public_url() -> str:
    """Return the public origin, without a trailing slash."""
    return settings.PUBLIC_URL


@cache
def issuer() -> str:
    """Return the issuer of all tokens (RFC 8414 section 2)."""
    return f"{settings.PUBLIC_URL}/identity"


@cache
def api_scopes() -> tuple[str, ...]:
    """Return the scopes a client may request; the first one is the default."""
    return tuple(settings.API_SCOPES)


@cache
def token_audience() -> str:
    """Return the ``aud`` of access tokens: TOKEN_AUDIENCE, or the public origin by default."""
    return settings.TOKEN_AUDIENCE or settings.PUBLIC_URL


@cache
def built_in_audiences() -> frozenset[str]:
    """Return each ``aud`` of tokens for the built-in API: ``token_audience`` and the origin."""
    return frozenset({token_audience(), public_url()})


@cache
def logs_tokens() -> bool:
    """Return whether each issued token is logged (LOG-3)."""
    return settings.LOG_TOKENS


@cache
def trusted_proxies() -> tuple[str, ...]:
    """Return the networks whose X-Forwarded-For is trusted."""
    return tuple(settings.TRUSTED_PROXIES)


def key_rotation() -> timedelta:
    """Return how long a signing key is used to sign."""
    return timedelta(days=settings.KEY_ROTATION_DAYS)


def installation_zone() -> ZoneInfo:
    """Return the time zone of the installation; that of a person takes precedence."""
    return ZoneInfo(settings.TIME_ZONE)


@cache
def root_secrets() -> tuple[bytes, ...]:
    """Return SECRET_KEY and its fallbacks, newest first, from which other keys are derived."""
    return tuple(key.encode() for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def setup_link_lifetime() -> timedelta:
    """Return how long a one-time link to choose a password is valid."""
    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def sends_mail() -> bool:
    """Return whether MAIL_URL names a mail server."""
    return bool(settings.MAIL)
