"""Which redirect and logout URLs and CORS origins a client may have.

Source: RFC 6749 section 3.1.2, RFC 8252 sections 7 and 8.4, RFC 9700 section 4.1.3; CLI-11.
"""

import re
from collections.abc import Collection, Mapping
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import urlencode

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import URL_MAX, URLS_MAX
from clients_app.rules.client_types import CORS_ORIGIN, UrlKind
from clients_app.rules.names import check_length

_LOOPBACK_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
_DEFAULT_PORTS: Final = {"https": "443", "http": "80"}
_PORT: Final = r"[1-9][0-9]{0,4}"
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"

_FORBIDDEN: Final = (
    (re.compile("#"), gettext_noop("Enter the URL without # and what follows it.")),
    (re.compile(r"\*"), gettext_noop("Enter each URL in full: * is not a wildcard.")),
    (
        re.compile(r"^[^:/?]*:?//[^/?]*@"),
        gettext_noop("Enter the URL without a user name or password before the host."),
    ),
    (
        re.compile(r"[^A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=%]|%(?![0-9A-Fa-f]{2})"),
        gettext_noop(
            "Enter only characters that are allowed in a URL. "
            "Remove or percent-encode character %(position)s."
        ),
    ),
)
_WEB: Final = re.compile(
    r"(https?)://([^/?\[\]:]+|\[[^/?\[\]]+\])(?::([^/?]*))?([/?][^\[\]]*)?", re.I
)
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.I)
_PRIVATE: Final = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:/[^\[\]]*", re.I)
_LOOPBACK: Final = re.compile(
    rf"(http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::({_PORT}))?([/?].*)?", re.I | re.S
)

_WEB_ONLY: Final = gettext_noop(
    "Enter a URL that starts with https:// and a host name. "
    "Only localhost, 127.0.0.1 and [::1] may have http://."
)
_WEB_OR_PRIVATE: Final = gettext_noop(
    "Enter a URL that starts with https:// and a host name, or with a private scheme that "
    "contains a dot, such as com.example.app:/callback. "
    "Only localhost, 127.0.0.1 and [::1] may have http://."
)


def clean_url(text: str, kind: UrlKind, *, private_schemes: bool) -> str:
    """Return ``text`` as a URL of this kind: trimmed, and a CORS origin normalized.

    Errors: RuleBroken unless it is https, http to loopback, or, if ``private_schemes``, a private
    scheme with a dot (RFC 8252 section 7.1).
    """
    if kind == CORS_ORIGIN:
        return clean_cors_origin(text)
    url = _trimmed(text, field=kind.path)
    if private_schemes and _PRIVATE.fullmatch(url):
        return url
    if _web_address(url) is None:
        raise RuleBroken(_WEB_OR_PRIVATE if private_schemes else _WEB_ONLY, field=kind.path)
    return url


def clean_cors_origin(text: str) -> str:
    """Return ``text`` as browsers write an origin (RFC 6454): lower case, without a default port.

    Errors: RuleBroken for anything after the port.
    """
    field = CORS_ORIGIN.path
    scheme, host, port, rest = _web_address(_trimmed(text, field=field)) or ("", "", "", "")
    if not scheme or rest:
        raise RuleBroken(
            gettext_noop(
                "Enter https://, a host name and, if it needs one, a port: nothing after it, "
                "not even a slash. Only localhost, 127.0.0.1 and [::1] may have http://."
            ),
            field=field,
        )
    if host[0] == "[":
        host = f"[{IPv6Address(host[1:-1])}]"
    return f"{scheme}://{host}" + (f":{port}" if port not in ("", _DEFAULT_PORTS[scheme]) else "")


def clean_application_url(text: str, *, field: str) -> str:
    """Return ``text`` as the URL of a page or picture, trimmed; empty for none.

    Errors: RuleBroken (``field``) unless it is https, or http to loopback.
    """
    url = _trimmed(text, field=field)
    if url and _web_address(url) is None:
        raise RuleBroken(_WEB_ONLY, field=field)
    return url


def check_url_count(urls: Collection[str], kind: UrlKind) -> None:
    """Raise RuleBroken for more than 10 URLs, and for no Allowed Redirect URL at all."""
    if kind.is_required and not urls:
        sentence = gettext_noop("Enter at least one Allowed Redirect URL.")
        raise RuleBroken(sentence, field=kind.path)
    too_many = gettext_noop("Enter at most %(maximum)s. There are %(length)s.")
    check_length(urls, too_many, maximum=URLS_MAX, field=kind.path)


def matches(registered: str, presented: str) -> bool:
    """Return whether ``presented`` is exactly the registered URL.

    Only the port of an http loopback address may differ (RFC 8252 section 7.3).
    """
    if registered == presented:
        return True
    ours, theirs = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(presented)
    if not ours or not theirs or not _is_port(theirs[2]):
        return False
    return ours.group(1, 3) == theirs.group(1, 3)


def csp_source(url: str) -> str:
    """Return what a Content-Security-Policy calls the origin of a valid ``url``.

    A private scheme has no origin, and a policy cannot name an IPv6 address (CSP3 section 2.3.1):
    there it is the scheme.
    """
    scheme, host, port, _ = _web_address(url) or (url.partition(":")[0], "", "", "")
    if not host or host.startswith("["):
        return f"{scheme}:"
    return f"{scheme}://{host}" + (f":{port}" if port else "")


def with_parameters(url: str, members: Mapping[str, str]) -> str:
    """Return ``url`` with ``members`` after the query that it has already, if any."""
    if not members:
        return url
    separator = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
    return f"{url}{separator}{urlencode(members)}"


def _trimmed(text: str, *, field: str) -> str:
    """Return ``text`` trimmed; raise RuleBroken for what no URL may contain."""
    url = text.strip()
    too_long = gettext_noop(
        "Enter a URL of at most %(maximum)s characters. "
        "This one has %(length)s: %(excess)s too many."
    )
    check_length(url, too_long, maximum=URL_MAX, field=field)
    for pattern, sentence in _FORBIDDEN:
        if found := pattern.search(url):
            raise RuleBroken(sentence, field=field, position=found.start() + 1)
    return url


def _web_address(url: str) -> tuple[str, str, str, str] | None:
    """Return scheme, host, port and rest of an https URL, or of an http URL to loopback."""
    parts = _WEB.fullmatch(url)
    if not parts:
        return None
    scheme, host = parts[1].lower(), parts[2].lower()
    if scheme == "http" and host not in _LOOPBACK_HOSTS:
        return None
    if not _is_host(host) or not _is_port(parts[3]):
        return None
    return scheme, host, parts[3] or "", parts[4] or ""


def _is_host(host: str) -> bool:
    if not host.startswith("["):
        return len(host) <= 253 and _NAME.fullmatch(host) is not None
    try:
        IPv6Address(host[1:-1])
    except ValueError:
        return False
    return "%" not in host  # a zone id is only valid on one machine


def _is_port(port: str | None) -> bool:
    """Return whether ``port`` is missing (None) or a number that a server can listen on."""
    return port is None or (re.fullmatch(_PORT, port) is not None and int(port) <= 65535)
