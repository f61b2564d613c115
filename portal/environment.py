"""Reads what the operator set in the environment; each refusal is a sentence saying what to do."""

import ipaddress
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

from clients_app import data_files

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA")
RSA_KEY_BITS = ("2048", "3072", "4096")
T = TypeVar("T")
DATABASE_OPTIONS: dict[str, dict[str, Any]] = {
    "portal.storage.sqlite3": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,  # seconds to wait for another writer
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA recursive_triggers=ON;"  # else INSERT OR REPLACE removes rows unseen
        ),
    },
    "django.db.backends.postgresql": {
        "connect_timeout": 5,
        "options": "-c statement_timeout=10000 -c lock_timeout=5000",
    },
}


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding space; ``default`` when unset or empty."""
    return os.environ.get(name, "").strip() or default


def words(name: str, default: str = "") -> list[str]:
    """Return the words of a variable that lists several, with spaces or commas between them."""
    return text(name, default).replace(",", " ").split()


def scopes(name: str, default: str) -> list[str]:
    """Return the words of the variable, which must be scopes (RFC 6749 section 3.3)."""
    found = list(dict.fromkeys(words(name, default)))
    if not found or not all(re.fullmatch(r"[\x21\x23-\x5B\x5D-\x7E]+", word) for word in found):
        raise ImproperlyConfigured(
            f"{name} is {text(name)!r}; set it to words without quotes and backslashes, "
            "in plain ASCII, such as api."
        )
    return found


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    """Return the variable, which must be one of ``allowed``."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to one of {', '.join(allowed)}.")
    return value


def stream(name: str) -> str:
    """Return ``stdout`` or the absolute path of a file whose folder exists; empty if unset."""
    value = text(name)
    if value in {"", "stdout"} or (Path(value).is_absolute() and Path(value).parent.is_dir()):
        return value
    raise ImproperlyConfigured(
        f"{name} is {value!r}; set it to stdout or to a file by its absolute path, whose folder "
        "exists."
    )


def switch(name: str) -> bool:
    """Return whether the variable is ``on``; it may only be that or ``off``, the default."""
    return choice(name, ("off", "on"), "off") == "on"


def number(name: str, default: int, lowest: int, highest: int) -> int:
    """Return the variable as a whole number from ``lowest`` to ``highest``."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
        raise ImproperlyConfigured(
            f"{name} is {value!r}; set it to a whole number from {lowest} to {highest}."
        )
    return int(value)


def no_debug(name: str) -> bool:
    """Return False; refuse to start where the operator believes there is a debug mode."""
    if text(name, "0").lower() not in {"0", "false", "no", "off"}:
        raise ImproperlyConfigured(f"{name} is set; unset it, for this portal has no debug mode.")
    return False


def networks(name: str) -> list[str]:
    """Return the words of the variable, which must be IP addresses or networks."""
    for word in words(name):
        try:
            ipaddress.ip_network(word, strict=False)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} contains {word!r}; set it to addresses or networks such as 10.0.0.0/8."
            ) from None
    return words(name)


def time_zone(name: str) -> str:
    """Return the name of a zone of the IANA database; UTC when unset."""
    value = text(name, "UTC")
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError) as error:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; set it to a zone such as UTC or Europe/Berlin."
        ) from error
    return value


def parsed(name: str, default: str, parse: Callable[[str], T], *, example: str) -> T:
    """Return what ``parse`` makes of a URL-shaped variable; its password is in no message."""
    try:
        return parse(text(name, default))
    except (ValueError, LookupError, AttributeError, ImproperlyConfigured):
        raise ImproperlyConfigured(
            f"{name} cannot be understood; set it to something like {example}."
        ) from None


def cache() -> dict[str, Any]:
    """Return what Django wants to know of CACHE_URL; what all workers share when unset."""
    if not text("CACHE_URL", ""):
        return {"BACKEND": "clients_app.services.shared_cache.SharedCache"}
    example, parse = "rediscache://localhost:6379/1", environ.Env.cache_url_config
    found: dict[str, Any] = parsed("CACHE_URL", "", parse, example=example)
    return found


def database(data_dir: Path) -> dict[str, Any]:
    """Return what Django wants to know of DATABASE_URL; a file in ``data_dir`` when unset."""
    url = text("DATABASE_URL", f"sqlite:///{quote(str(data_dir / data_files.DATABASE))}")
    example = "postgres://user:password@localhost:5432/portal"
    if url.partition(":")[0] not in {"postgres", "postgresql", "sqlite"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL is neither PostgreSQL nor SQLite; set it to something like {example}."
        )
    found: dict[str, Any] = parsed("DATABASE_URL", url, environ.Env.db_url_config, example=example)
    if found["NAME"] in {"", ":memory:"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL names no database; set it to something like {example}."
        )
    if found["ENGINE"].endswith("sqlite3"):
        found["ENGINE"] = "portal.storage.sqlite3"
    found["OPTIONS"] = DATABASE_OPTIONS[found["ENGINE"]] | found.get("OPTIONS", {})
    found["CONN_MAX_AGE"] = None  # persistent
    found["CONN_HEALTH_CHECKS"] = found["ENGINE"].endswith("postgresql")
    return found


def databases(data_dir: Path) -> dict[str, dict[str, Any]]:
    """Return the database, and beside one of SQLite that of the short-lived rows."""
    default = database(data_dir)
    if default["ENGINE"] == "django.db.backends.postgresql":
        return {"default": default}
    short_lived = {
        "ENGINE": "portal.storage.short_lived",
        "NAME": str(data_dir / data_files.SHORT_LIVED),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 0.2,  # seconds to wait for another writer
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
        },
        "CONN_MAX_AGE": None,
    }
    return {"default": default, "short_lived": short_lived}


def mail(name: str) -> dict[str, Any]:
    """Return what Django wants to know of a mail server's URL; nothing when unset."""
    url = text(name)
    if not url:
        return {}
    example = "smtp+tls://user:password@mail.example.com:587"
    found = parsed(name, url, environ.Env.email_url_config, example=example)
    if url.partition(":")[0] not in {"smtp", "smtp+tls", "smtp+ssl"} or not found["EMAIL_HOST"]:
        raise ImproperlyConfigured(
            f"{name} names no mail server; set it to something like {example}."
        )
    found["EMAIL_PORT"] = found["EMAIL_PORT"] or {"smtp": 25, "smtp+tls": 587}.get(
        url.partition(":")[0], 465
    )
    return {setting: value for setting, value in found.items() if value is not None}


def address(name: str, default: str) -> str:
    """Return the variable, an IP address; localhost is taken for 127.0.0.1."""
    value = text(name, default)
    try:
        return str(ipaddress.ip_address("127.0.0.1" if value == "localhost" else value))
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; set it to an IP address such as 127.0.0.1 or 0.0.0.0."
        ) from None


def tls_files() -> tuple[Path, Path] | None:
    """Return the files of TLS_CERT and TLS_KEY, both in PEM; None when neither is set."""
    certificate, key = text("TLS_CERT"), text("TLS_KEY")
    if not certificate and not key:
        return None
    for name, path in (("TLS_CERT", certificate), ("TLS_KEY", key)):
        if not path:
            raise ImproperlyConfigured(f"{name} is not set; set both TLS_CERT and TLS_KEY.")
        if not os.access(path, os.R_OK) or not Path(path).is_file():
            raise ImproperlyConfigured(
                f"{name} {path} cannot be read; set it to a PEM file that this user may read."
            )
    return Path(certificate), Path(key)


def public_url(default: str) -> str:
    """Return the public origin (scheme, host, port); https, or http on loopback only."""
    value = text("PUBLIC_URL", default)
    parts = urlsplit(value.rstrip("/"))
    wrong = ImproperlyConfigured(
        f"PUBLIC_URL is {value!r}; set it to an origin such as https://portal.example.com "
        "(http is for localhost only)."
    )
    try:
        usable = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise wrong from error
    if not usable or parts.path or parts.query or parts.fragment or parts.username is not None:
        raise wrong
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in LOOPBACK):
        raise wrong
    return f"{parts.scheme}://{parts.netloc.lower()}"
