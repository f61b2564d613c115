"""Reads the form body of a protocol endpoint strictly.

Source: RFC 6749 section 3.2 and appendix B; https://url.spec.whatwg.org/#urlencoded-parsing (always
UTF-8); TOK-A9 to TOK-A18.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote_to_bytes

from clients_app.oauth.errors import invalid_request
from clients_app.oauth.plain_http import BODY_MAX, HEADERS_MAX, Request

PARAMETERS_MAX: Final = 100

#: Belong in the body or the Authorization header: logs contain the query.
NEVER_IN_QUERY: Final = frozenset(
    {
        *("grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type"),
        *("scope", "code", "code_verifier", "redirect_uri", "refresh_token", "access_token"),
        *("assertion", "token", "username", "password", "resource", "audience"),
    }
)
#: RFC 8707 section 2 allows it to be sent more than once, and RFC 8693 section 2.1 ``audience``.
REPEATABLE: Final = frozenset({"resource", "audience"})
#: parameters of the forms that machines send again and again; none of them is secret
USUAL: Final = frozenset({"grant_type", "scope", "resource", "audience"})
USUAL_MAX: Final = 500  # characters of such a form that are remembered
_KNOWN_MAX: Final = 200  # forms
_known: Final[dict[tuple[str, bytes], Mapping[str, str]]] = {}  # forms of USUAL parameters
_FORM: Final = re.compile(
    r"application/x-www-form-urlencoded[ \t]*"
    r'(;[ \t]*(charset[ \t]*=[ \t]*("[^"]*"|[^;,"\s]*)[ \t]*)?)*',  # means nothing; clients send it
    re.ASCII | re.IGNORECASE,
)
_BROKEN_ESCAPE: Final = re.compile("%(?![0-9A-Fa-f]{2})")


def read_params(request: Request) -> Mapping[str, str]:
    """Return the parameters of the body; a usual one is parsed once and remembered.

    Repeated values of REPEATABLE are joined by a space.
    Errors: OAuthError invalid_request unless it is a well-formed form with each other name once.
    """
    _refuse_unreadable(request)
    sent = request.headers.get("content-type", ""), request.body
    known = _known.get(sent)
    form = _form_of(*sent) if known is None else ""
    if request.query and any(name in NEVER_IN_QUERY for name, _ in pairs_of(request.query)):
        raise invalid_request("Send the parameters in the body, none in the query.")
    if known is not None:
        return known
    params = MappingProxyType(_params_of(form))
    if params.keys() <= USUAL and len(sent[0]) + len(sent[1]) <= USUAL_MAX:
        if len(_known) >= _KNOWN_MAX:
            _known.clear()
        _known[sent] = params
    return params


def _params_of(form: str) -> dict[str, str]:
    params: dict[str, str] = {}
    for name, value in pairs_of(form):
        if name in params:
            if name not in REPEATABLE:
                raise invalid_request("A parameter is sent more than once.")
            value = f"{params[name]} {value}".strip(" ")  # several are no Identifier
        params[name] = value
    return params


def form_body(request: Request) -> str:
    """Return the body if it is a form of an allowed size, or raise invalid_request."""
    _refuse_unreadable(request)
    return _form_of(request.headers.get("content-type", ""), request.body)


def _refuse_unreadable(request: Request) -> None:
    """Raise invalid_request for what is wrong whatever the form has: each request is checked."""
    if request.headers_size > HEADERS_MAX:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        raise invalid_request("The headers are too large.", status=status)
    if len(request.body) > BODY_MAX:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        raise invalid_request("The body is too large.", status=status)
    encoding = request.headers.get("content-encoding")
    if encoding and encoding.strip().lower() not in ("", "identity"):
        # a proxy that unpacks it would see other parameters (RFC 9110 section 15.5.16)
        status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        raise invalid_request("Send the body without a Content-Encoding.", status=status)


def _form_of(content_type: str, body: bytes) -> str:
    if not _FORM.fullmatch(content_type):
        raise invalid_request("Send the parameters as application/x-www-form-urlencoded in UTF-8.")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise invalid_request("The body is not UTF-8.") from error


def required(params: Mapping[str, str], name: str) -> str:
    """Return the parameter ``name``, or raise invalid_request if it is missing or empty."""
    if value := params.get(name):
        return value
    raise invalid_request(f"The {name} is missing.")


def form_decoded(text: str) -> str:
    """Return ``text`` decoded from application/x-www-form-urlencoded, or raise invalid_request."""
    return _unescaped(text.replace("+", " "))


def _unescaped(text: str) -> str:
    text = text.replace("%3A", ":")  # in the client_assertion_type of every assertion
    if "%" not in text:
        return text
    if _BROKEN_ESCAPE.search(text):
        raise invalid_request("A percent escape is broken.")
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError as error:
        raise invalid_request("A percent escape is not UTF-8.") from error


def pairs_of(form: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each parameter of a form or a query, or raise invalid_request."""
    pieces = form.replace("+", " ").split("&", PARAMETERS_MAX)
    if len(pieces) > PARAMETERS_MAX:
        raise invalid_request("There are too many parameters.")
    for piece in pieces:
        name, _, value = piece.partition("=")
        if "%" in piece:
            name, value = _unescaped(name), _unescaped(value)
        if piece:
            yield name, value
