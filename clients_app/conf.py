"""Deployment facts: the only reader of Django settings in the app."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def public_url() -> str:
    """Return the public origin, without a slash at the end."""
    return settings.PUBLIC_URL


def issuer() -> str:
    """Return the issuer of all tokens (RFC 8414 section 2)."""
    return f"{settings.PUBLIC_URL}/identity"


def api_scopes() -> tuple[str, ...]:
    """Return the scopes a client may ask for; the first is given when none is asked."""
    return tuple(settings.API_SCOPES)


def token_audience() -> str:
    """Return the ``aud`` of access tokens: TOKEN_AUDIENCE, else the public origin."""
    return settings.TOKEN_AUDIENCE or settings.PUBLIC_URL


def token_signing_algorithm() -> str:
    """Return the JWS algorithm of new signing keys (RFC 7518 section 3.1)."""
    return settings.TOKEN_SIGNING_ALGORITHM


def installation_zone() -> ZoneInfo:
    """Return the zone of the installation; a person's own goes over it."""
    return ZoneInfo(settings.TIME_ZONE)


def clients_per_tenant() -> int:
    """Return how many clients that are not removed a tenant may have."""
    return settings.CLIENTS_PER_TENANT


def root_secrets() -> list[bytes]:
    """Return SECRET_KEY and its fallbacks, newest first: all other keys are derived from them."""
    return [key.encode() for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def setup_link_lifetime() -> timedelta:
    """Return how long a one-time link to choose a password is valid."""
    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def trusted_proxies() -> tuple[str, ...]:
    """Return the networks whose X-Forwarded-For is believed."""
    return tuple(settings.TRUSTED_PROXIES)
