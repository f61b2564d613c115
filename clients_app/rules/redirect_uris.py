"""Where a browser may be sent back to: redirect and logout URLs, and CORS origins.

Source: RFC 6749 section 3.1.2, RFC 8252 sections 7 and 8.4, RFC 9700 section 4.1.3; CLI-11.
"""

import re
from collections.abc import Collection
from ipaddress import IPv6Address
from typing import Final, NamedTuple

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import URL_MAX, URLS_MAX
from clients_app.rules.client_types import CORS_ORIGIN, UrlKind

_LOOPBACK_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
_DEFAULT_PORTS: Final = {"https": "443", "http": "80"}
_PORT: Final = r"[1-9][0-9]{0,4}"
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"

_UNFIT: Final = re.compile(r"[^A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=%]|%(?![0-9A-Fa-f]{2})")
_USERINFO: Final = re.compile(r"[^:/?]*:?//[^/?]*@")
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


class _WebAddress(NamedTuple):
    scheme: str
    host: str
    port: str
    rest: str


def clean_url(text: str, kind: UrlKind, *, private_schemes: bool) -> str:
    """Return ``text``, trimmed, as a URL of this kind; of a redirect nothing else changes.

    Errors: RuleBroken unless it is https, http to this very machine, or, where
    ``private_schemes``, a private scheme with a dot (RFC 8252 section 7.1).
    """
    if kind == CORS_ORIGIN:
        return clean_cors_origin(text)
    url = _presentable(text, field=kind.path)
    if private_schemes and _PRIVATE.fullmatch(url):
        return url
    if _web_address(url) is None:
        raise RuleBroken(_WEB_OR_PRIVATE if private_schemes else _WEB_ONLY, field=kind.path)
    return url


def clean_cors_origin(text: str) -> str:
    """Return ``text`` as an Allowed CORS Origin, spelled as browsers spell it (RFC 6454).

    Lower case, without the scheme's own port. Errors: RuleBroken for anything after the port.
    """
    field = CORS_ORIGIN.path
    origin = _web_address(_presentable(text, field=field))
    if origin is None or origin.rest:
        raise RuleBroken(
            gettext_noop(
                "Enter https://, a host name and, if it needs one, a port: nothing after it, "
                "not even a slash. Only localhost, 127.0.0.1 and [::1] may have http://."
            ),
            field=field,
        )
    host = f"[{IPv6Address(origin.host[1:-1])}]" if origin.host[0] == "[" else origin.host
    port = "" if origin.port in ("", _DEFAULT_PORTS[origin.scheme]) else f":{origin.port}"
    return f"{origin.scheme}://{host}{port}"


def check_url_count(urls: Collection[str], kind: UrlKind) -> None:
    """Return if a client may list that many of a kind.

    Errors: RuleBroken for more than 10, and for no Allowed Redirect URL at all.
    """
    if kind.is_required and not urls:
        sentence = gettext_noop("Enter at least one Allowed Redirect URL.")
        raise RuleBroken(sentence, field=kind.path)
    if len(urls) > URLS_MAX:
        raise RuleBroken(
            gettext_noop("Enter at most %(maximum)s. There are %(length)s."),
            field=kind.path,
            maximum=URLS_MAX,
            length=len(urls),
        )


def matches(registered: str, presented: str) -> bool:
    """Tell whether ``presented`` is the registered URL, character by character.

    Only the port of an http loopback address may differ (RFC 8252 section 7.3).
    """
    if registered == presented:
        return True
    ours, theirs = _LOOPBACK.fullmatch(registered), _LOOPBACK.fullmatch(presented)
    if not ours or not theirs or not _is_port(theirs[2]):
        return False
    return ours.group(1, 3) == theirs.group(1, 3)


def _presentable(text: str, *, field: str) -> str:
    """Return ``text`` trimmed, free of what no URL of ours may hold."""
    url = text.strip()
    if len(url) > URL_MAX:
        raise RuleBroken(
            gettext_noop(
                "Enter a URL of at most %(maximum)s characters. "
                "This one has %(length)s: %(excess)s too many."
            ),
            field=field,
            maximum=URL_MAX,
            length=len(url),
            excess=len(url) - URL_MAX,
        )
    if "#" in url:
        sentence = gettext_noop("Enter the URL without # and what follows it.")
        raise RuleBroken(sentence, field=field)
    if "*" in url:
        sentence = gettext_noop("Enter each URL in full: * does not stand for other characters.")
        raise RuleBroken(sentence, field=field)
    if _USERINFO.match(url):
        sentence = gettext_noop("Enter the URL without a user name or password before the host.")
        raise RuleBroken(sentence, field=field)
    unfit = _UNFIT.search(url)
    if unfit:
        raise RuleBroken(
            gettext_noop(
                "Enter only characters that a URL may hold. "
                "Remove or percent-encode character %(position)s."
            ),
            field=field,
            position=unfit.start() + 1,
        )
    return url


def _web_address(url: str) -> _WebAddress | None:
    """Return the parts of an https URL, or of an http one to this very machine."""
    parts = _WEB.fullmatch(url)
    if not parts:
        return None
    scheme, host = parts[1].lower(), parts[2].lower()
    if scheme == "http" and host not in _LOOPBACK_HOSTS:
        return None
    if not _is_host(host) or not _is_port(parts[3]):
        return None
    return _WebAddress(scheme, host, parts[3] or "", parts[4] or "")


def _is_host(host: str) -> bool:
    if not host.startswith("["):
        return len(host) <= 253 and _NAME.fullmatch(host) is not None
    try:
        IPv6Address(host[1:-1])
    except ValueError:
        return False
    return "%" not in host  # a zone id means something on one machine only


def _is_port(port: str | None) -> bool:
    """Tell whether ``port`` is left out (None) or a number that a server can listen on."""
    return port is None or (re.fullmatch(_PORT, port) is not None and int(port) <= 65535)
