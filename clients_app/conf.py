"""Deployment facts: the only reader of Django settings in the app.

What every token request asks is read once in a process: Django's own look-up takes ten times as
long, and settings never change while a server runs.
"""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
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


def token_signing_algorithm() -> str:
    """Return the JWS algorithm of new signing keys (RFC 7518 section 3.1)."""
    return settings.TOKEN_SIGNING_ALGORITHM


def audit_stream() -> str:
    """Return where audit events go as JSON lines: ``stdout``, the path of a file, or nowhere."""
    return settings.AUDIT_STREAM


def logs_tokens() -> bool:
    """Return whether each issued token gets a line of the log (product rule, "Usage")."""
    return settings.LOG_TOKENS


def requires_mfa() -> bool:
    """Return whether everybody must set up a second factor."""
    return settings.REQUIRE_MFA


def token_signing_key_bits() -> int:
    """Return the length in bits of new RSA signing keys."""
    return settings.TOKEN_SIGNING_KEY_BITS


def key_rotation() -> timedelta:
    """Return for how long a signing key signs."""
    return timedelta(days=settings.KEY_ROTATION_DAYS)


def jwks_max_age_s() -> int:
    """Return for how many seconds verifiers may keep the public keys."""
    return settings.JWKS_MAX_AGE


def installation_zone() -> ZoneInfo:
    """Return the zone of the installation; a person's own goes over it."""
    return ZoneInfo(settings.TIME_ZONE)


def clients_per_tenant() -> int:
    """Return how many clients that are not removed a tenant may have."""
    return settings.CLIENTS_PER_TENANT


@cache
def activity_keep_days() -> int:
    """Return after how many days audit events are sealed away; 0 where they stay for ever."""
    return settings.ACTIVITY_KEEP_DAYS


def root_secrets() -> tuple[bytes, ...]:
    """Return SECRET_KEY and its fallbacks, newest first: all other keys are derived from them."""
    return tuple(key.encode() for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def setup_link_lifetime() -> timedelta:
    """Return how long a one-time link to choose a password is valid."""
    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


@cache
def trusted_proxies() -> tuple[str, ...]:
    """Return the networks whose X-Forwarded-For is believed."""
    return tuple(settings.TRUSTED_PROXIES)


class Listener(NamedTuple):
    """Where the server listens; ``tls_files`` are the certificate and its key, both in PEM."""

    address: str
    port: int
    workers: int
    tls_files: tuple[Path, Path] | None


def listener() -> Listener:
    """Return where the server listens, and with how many workers."""
    return Listener(settings.BIND, settings.PORT, settings.WORKERS, settings.TLS_FILES)


def facts() -> dict[str, str | int]:
    """Return the settings that an operator may ask the log for; none of them is secret."""
    return {
        "PUBLIC_URL": settings.PUBLIC_URL,
        "WORKERS": settings.WORKERS,
        "DATABASE": settings.DATABASES["default"]["ENGINE"].rpartition(".")[2],
        "TRUSTED_PROXIES": " ".join(settings.TRUSTED_PROXIES),
        "API_SCOPES": " ".join(settings.API_SCOPES),
        "TOKEN_AUDIENCE": token_audience(),
        "TOKEN_SIGNING_ALGORITHM": settings.TOKEN_SIGNING_ALGORITHM,
        "CLIENTS_PER_TENANT": settings.CLIENTS_PER_TENANT,
        "TIME_ZONE": settings.TIME_ZONE,
        "LOG_TOKENS": settings.LOG_TOKENS,
        "AUDIT_STREAM": settings.AUDIT_STREAM,
    }


def wsgi_application() -> str:
    """Return the dotted path of what the server serves."""
    return settings.WSGI_APPLICATION


def data_dir() -> Path:
    """Return the folder of the database, the key file and the collected static files."""
    return settings.DATA_DIR


def static_root() -> Path:
    """Return the folder of the collected static files."""
    return Path(settings.STATIC_ROOT)


class FirstAdministrator(NamedTuple):
    username: str
    password: str | None


def first_administrator() -> FirstAdministrator:
    """Return who the first administrator shall be; the password is None where none is given."""
    return FirstAdministrator(settings.FIRST_ADMINISTRATOR, settings.FIRST_PASSWORD() or None)


def first_tenant_name() -> str:
    """Return the name of the tenant that the first start makes."""
    return settings.FIRST_TENANT_NAME


def sends_mail() -> bool:
    """Return whether MAIL_URL names a mail server; without one nothing is mailed."""
    return bool(settings.MAIL)


def notice_hour() -> int:
    """Return the hour, in the installation's zone, from which a day's notices go out."""
    return settings.NOTICE_HOUR


def outgoing_allowed_hosts() -> tuple[str, ...]:
    """Return the internal hosts and networks that webhooks may reach, also by http."""
    return tuple(settings.OUTGOING_ALLOWED_HOSTS)


def metrics_token() -> str:
    """Return what a reader of the metrics must present; empty: nobody reads them."""
    return settings.METRICS_TOKEN
