"""Readers of environment variables; each error is a sentence that says what to set."""

import ipaddress
import os
import re
import shlex
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

from clients_app.rules.scopes import SCOPES
from portal.version import CHECKOUT

AGE_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")  # https://age-encryption.org/v1
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
T = TypeVar("T")


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding space; ``default`` when unset or empty."""
    return os.environ.get(name, "").strip() or default


def words(name: str, default: str = "") -> list[str]:
    """Return the words of the variable, separated by spaces or commas."""
    return text(name, default).replace(",", " ").split()


def invalid(name: str, problem: str, advice: str) -> ImproperlyConfigured:
    """Return the error for a variable."""
    return ImproperlyConfigured(f"{name} {problem}; set it to {advice}.")


def parsed(name: str, default: str, parse: Callable[[str], T], advice: str) -> T:
    """Return what ``parse`` makes of the variable, which is shown if ``parse`` fails."""
    value = text(name, default)
    try:
        return parse(value)
    except (ValueError, LookupError, OSError):
        raise invalid(name, f"is {value!r}", advice) from None


def parsed_url(name: str, url: str, parse: Callable[[str], Any], example: str) -> dict[str, Any]:
    """Return what django-environ makes of ``url``, whose password is not shown if it fails."""
    try:
        found: dict[str, Any] = parse(url)
    except (ValueError, LookupError, AttributeError, ImproperlyConfigured):
        raise invalid(name, "cannot be parsed", f"something like {example}") from None
    return found


def choice(name: str, default: str, *others: str) -> str:
    """Return the variable, which must be ``default`` or one of ``others``."""
    allowed = (default, *others)
    if text(name, default) not in allowed:
        raise invalid(name, f"is {text(name)!r}", f"one of {', '.join(allowed)}")
    return text(name, default)


def switch(name: str) -> bool:
    """Return whether the variable is ``on``; the default is ``off``."""
    return choice(name, "off", "on") == "on"


def number(name: str, default: int, lowest: int, highest: int) -> int:
    """Return the variable, a whole number from ``lowest`` to ``highest``."""

    def parse(value: str) -> int:
        if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
            raise ValueError
        return int(value)

    return parsed(name, str(default), parse, f"a whole number from {lowest} to {highest}")


def line(name: str, default: str, longest: int) -> str:
    """Return the variable: one line of at most ``longest`` characters that can be seen."""

    def parse(value: str) -> str:
        if not value.isprintable() or len(value) > longest:
            raise ValueError
        return value

    return parsed(name, default, parse, f"one line of at most {longest} characters")


def scopes(name: str, default: str) -> list[str]:
    """Return the words of the variable, which must be scopes (RFC 6749 section 3.3)."""
    found = list(dict.fromkeys(words(name, default)))
    if not SCOPES.fullmatch(" ".join(found)):
        advice = "words without quotes and backslashes, in ASCII, such as api"
        raise invalid(name, f"is {text(name)!r}", advice)
    return found


def audience(name: str) -> str:
    """Return an ``aud`` of characters that a URI may have (RFC 3986): programs quote it."""

    def parse(value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*", value):
            raise ValueError
        return value

    return parsed(name, "", parse, "a URI such as https://api.example.com")


def stream(name: str) -> str:
    """Return ``stdout`` or the absolute path of a file whose folder exists; empty if unset."""
    value = text(name)
    if value in {"", "stdout"} or (Path(value).is_absolute() and Path(value).parent.is_dir()):
        return value
    advice = "stdout or to the absolute path of a file whose folder exists"
    raise invalid(name, f"is {value!r}", advice)


def no_debug(name: str) -> bool:
    """Return False; an operator who turns on debug mode gets an error."""
    if text(name, "0").lower() not in {"0", "false", "no", "off"}:
        raise ImproperlyConfigured(f"{name} is set; unset it: this portal has no debug mode.")
    return False


def networks(name: str) -> list[str]:
    """Return the words of the variable, which must be IP addresses or networks."""

    def parse(_: str) -> list[str]:
        for word in words(name):
            ipaddress.ip_network(word, strict=False)
        return words(name)

    return parsed(name, "", parse, "addresses or networks such as 10.0.0.0/8")


def time_zone(name: str) -> str:
    """Return the name of a zone of the IANA database; UTC when unset."""
    advice = "a zone such as UTC or Europe/Berlin"
    return parsed(name, "UTC", lambda value: ZoneInfo(value).key, advice)


def address(name: str, default: str) -> str:
    """Return the variable, an IP address; localhost is taken for 127.0.0.1."""

    def parse(value: str) -> str:
        return str(ipaddress.ip_address("127.0.0.1" if value == "localhost" else value))

    return parsed(name, default, parse, "an IP address such as 127.0.0.1 or 0.0.0.0")


def age_recipients(name: str) -> list[str]:
    """Return public keys of age; none when unset."""
    found = words(name)
    if not all(map(AGE_RECIPIENT.fullmatch, found)):
        advice = "public keys like age1..., separated by spaces"
        raise invalid(name, "has something else than public keys of age", advice)
    return found


def data_dir() -> Path:
    """Return DATA_DIR, by default `var` in the checkout."""
    return Path(text("DATA_DIR", str(CHECKOUT / "var"))).absolute()


def tls_files() -> tuple[Path, Path] | None:
    """Return the PEM files of TLS_CERT and TLS_KEY; None when neither is set."""
    names = ("TLS_CERT", "TLS_KEY")
    if not any(map(text, names)):
        return None
    for name in names:
        path = text(name)
        if not path:
            raise ImproperlyConfigured(f"{name} is not set; set both TLS_CERT and TLS_KEY.")
        if not os.access(path, os.R_OK) or not Path(path).is_file():
            raise invalid(f"{name} {path}", "cannot be read", "a PEM file that this user may read")
    refuse_open_file(Path(text("TLS_KEY")), "TLS_KEY")
    return Path(text("TLS_CERT")), Path(text("TLS_KEY"))


def refuse_open_file(path: Path, what: str) -> None:
    """Raise an error if users other than its owner may write the file, or any user may read it.

    A group may read it: TLS keys often belong to one.
    """
    mode = path.stat().st_mode
    for bits, verb in ((stat.S_IWGRP | stat.S_IWOTH, "written"), (stat.S_IROTH, "read")):
        if mode & bits:
            command = f"chmod 600 {shlex.quote(str(path))}"
            raise ImproperlyConfigured(
                f"{what} {path} may be {verb} by other users; run `{command}`."
            )


def public_url(default: str) -> str:
    """Return the public origin (scheme, host, port); https, or http on loopback only."""

    def parse(value: str) -> str:
        parts = urlsplit(value.rstrip("/"))
        is_origin = parts.hostname and parts.port != 0 and parts.username is None
        is_secure = parts.scheme == "https"
        is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not is_origin or parts.path or parts.query or parts.fragment:
            raise ValueError
        if not (is_secure or is_local):
            raise ValueError
        return f"{parts.scheme}://{parts.netloc.lower()}"

    advice = "an origin such as https://portal.example.com (http is for localhost only)"
    return parsed("PUBLIC_URL", default, parse, advice)
