"""The database, the cache and the mail server, from the environment."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ

from clients_app import data_files
from portal.environment import invalid, parsed_url
from portal.secret_files import secret_from

DATABASE_EXAMPLE = "postgres://user:password@localhost:5432/portal"
DATABASE_OPTIONS: dict[str, dict[str, Any]] = {
    "portal.storage.sqlite3": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,  # seconds to wait for another writer
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA recursive_triggers=ON;"  # otherwise INSERT OR REPLACE deletes without triggers
        ),
    },
    "portal.storage.postgresql": {  # and the deadlines of the client in that package
        "connect_timeout": 2,
        "keepalives_idle": 10,  # seconds
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,  # milliseconds
        "options": "-c statement_timeout=10000 -c lock_timeout=5000"
        " -c idle_in_transaction_session_timeout=15000"
        " -c jit=off",  # compiling a plan takes ten times as long as any query here
    },
}

CACHE_OPTIONS: dict[str, Any] = {
    "serializer": "clients_app.services.outside_cache.Json",
    "socket_connect_timeout": 0.5,  # seconds
    "socket_timeout": 0.5,
}


def cache() -> dict[str, Any]:
    """Return Django's settings for CACHE_URL; when unset, a cache that all workers share."""
    url = secret_from("CACHE_URL")
    if not url:
        return {"BACKEND": "clients_app.services.shared_cache.SharedCache"}
    example, parse = "rediscache://localhost:6379/1", environ.Env.cache_url_config
    found = parsed_url("CACHE_URL", url, parse, example)
    if url.partition(":")[0] not in {"rediscache", "redis", "rediss"}:
        raise invalid("CACHE_URL", "names no Redis or Valkey server", f"something like {example}")
    options = CACHE_OPTIONS | found.get("OPTIONS", {})
    return (
        found
        | {"BACKEND": "clients_app.services.outside_cache.OutsideCache"}
        | {"OPTIONS": options}
    )


def databases(data_dir: Path, url: str = "") -> dict[str, dict[str, Any]]:
    """Return Django's DATABASES: ``url``, DATABASE_URL, or a file in ``data_dir`` when unset.

    SQLite gets a second database, for the short-lived rows.
    """
    default = _database(data_dir, url)
    if default["ENGINE"] == "portal.storage.postgresql":
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


def _database(data_dir: Path, url: str) -> dict[str, Any]:
    name, advice = "DATABASE_URL", f"something like {DATABASE_EXAMPLE}"
    url = url or secret_from(name) or f"sqlite:///{quote(str(data_dir / data_files.DATABASE))}"
    if url.partition(":")[0] not in {"postgres", "postgresql", "sqlite"}:
        raise invalid(name, "is neither PostgreSQL nor SQLite", advice)
    found = parsed_url(name, url, environ.Env.db_url_config, DATABASE_EXAMPLE)
    if found["NAME"] in {"", ":memory:"}:
        raise invalid(name, "names no database", advice)
    is_sqlite = found["ENGINE"].endswith("sqlite3")
    engine = f"portal.storage.{'sqlite3' if is_sqlite else 'postgresql'}"
    return found | {
        "ENGINE": engine,
        "OPTIONS": DATABASE_OPTIONS[engine] | found.get("OPTIONS", {}),
        "CONN_MAX_AGE": None,  # persistent
        "CONN_HEALTH_CHECKS": not is_sqlite,
    }


def mail(name: str) -> dict[str, Any]:
    """Return Django's settings for the URL of a mail server; nothing when unset."""
    url, example = secret_from(name), "smtp+tls://user:password@mail.example.com:587"
    if not url:
        return {}
    ports, scheme = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}, url.partition(":")[0]
    found = parsed_url(name, url, environ.Env.email_url_config, example)
    if scheme not in ports or not found["EMAIL_HOST"]:
        raise invalid(name, "names no mail server", f"something like {example}")
    found["EMAIL_PORT"] = found["EMAIL_PORT"] or ports[scheme]
    return found
