"""What an authorization request says, and which requests a Client Type may send.

Source: RFC 6749 sections 4.1.1 and 4.1.2.1; RFC 7636 section 4.3; OpenID Connect Core sections
3.1.2.1 and 3.3.2; AUT-2, AUT-5, AUT-7.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from clients_app.limits import NONCE_MAX, PARAMETER_MAX, STATE_MAX
from clients_app.rules import pkce
from clients_app.rules.client_types import ClientType

CODE: Final = "code"
CODE_ID_TOKEN: Final = "code id_token"  # noqa: S105  a response_type
RESPONSE_TYPES: Final = (CODE, CODE_ID_TOKEN)
RESPONSE_MODES: Final = ("query", "fragment", "form_post")
PROMPTS: Final = ("none", "login", "consent", "select_account")
OPENID: Final = "openid"
TENANT: Final = "tenant:"  # in acr_values, before the id of the tenant

#: parameters of other specifications that this server does not take, and the error for each
_NOT_TAKEN: Final = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
#: texts of the protocol, as opposed to people's names, and how many characters they may have
_MAXIMA: Final = {
    **dict.fromkeys(
        ("response_type", "response_mode", "scope", "prompt", "max_age"), PARAMETER_MAX
    ),
    **dict.fromkeys(("code_challenge", "code_challenge_method", "acr_values"), PARAMETER_MAX),
    **dict.fromkeys(("resource", "audience"), PARAMETER_MAX),
    "state": STATE_MAX,
    "nonce": NONCE_MAX,
}
#: all that a request may say
PARAMETERS: Final = frozenset(
    {*_NOT_TAKEN, *_MAXIMA, "client_id", "redirect_uri", "login_hint", "id_token_hint"}
)
_PRINTABLE: Final = re.compile(r"[\x20-\x7E]*")
_SECONDS: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


class AuthorizationRequest(NamedTuple):
    """A checked request; what it does not say is empty, and ``max_age_s`` None."""

    client_id: str
    redirect_uri: str
    response_type: str = CODE
    response_mode: str = "query"
    scope: str = ""
    state: str = ""
    nonce: str = ""
    challenge: str = ""  # of PKCE, by S256
    prompt: frozenset[str] = frozenset()
    max_age_s: int | None = None
    login_hint: str = ""
    acr_values: str = ""
    resource: str = ""
    id_token_hint: str = ""


class RequestRefused(Exception):
    """A request gets the ``error`` of its specification; ``description`` is for developers."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


Params = Mapping[str, str]
Check = Callable[[Params, ClientType], None]


def checked_request(params: Params, client_type: ClientType) -> AuthorizationRequest:
    """Return the request of a client whose redirect URL is trusted.

    Errors: RequestRefused, by the first of ``CHECKS`` that fails.
    """
    for check in CHECKS:
        check(params, client_type)
    max_age = params.get("max_age")
    return AuthorizationRequest(
        client_id=params["client_id"].lower(),
        redirect_uri=params["redirect_uri"],
        response_type=response_type_of(params),
        response_mode=response_mode_of(params),
        scope=params.get("scope", ""),
        state=params.get("state", ""),
        nonce=params.get("nonce", ""),
        challenge=params.get("code_challenge", ""),
        prompt=frozenset(params.get("prompt", "").split()),
        max_age_s=int(max_age) if max_age else None,
        login_hint=params.get("login_hint", ""),
        acr_values=params.get("acr_values", ""),
        resource=params.get("resource") or params.get("audience", ""),
        id_token_hint=params.get("id_token_hint", ""),
    )


def response_type_of(params: Params) -> str:
    """Return the response type with its words in alphabetical order: they have none."""
    return " ".join(sorted(params.get("response_type", "").split(" ")))


def response_mode_of(params: Params) -> str:
    """Return how the answer goes back, also for a request that is refused for another reason."""
    asked, with_id_token = params.get("response_mode", ""), response_type_of(params) != CODE
    allowed = RESPONSE_MODES[1:] if with_id_token else RESPONSE_MODES  # a query is logged
    if asked in allowed:
        return asked
    return "fragment" if response_type_of(params) == CODE_ID_TOKEN else "query"


def is_text(name: str, value: str) -> bool:
    """Return whether ``value`` may be the parameter ``name``: printable ASCII, and not too long."""
    return len(value) <= _MAXIMA[name] and bool(_PRINTABLE.fullmatch(value))


def _texts(params: Params, _: ClientType) -> None:
    """RFC 6749 appendix A: printable characters; lengths are ours."""
    for name in _MAXIMA:
        if not is_text(name, params.get(name, "")):
            raise _invalid(f"The {name} is too long, or has characters that are not allowed.")


def _not_taken(params: Params, _: ClientType) -> None:
    """OpenID Connect Core sections 6 and 7.2.1."""
    for name, error in _NOT_TAKEN.items():
        if params.get(name):
            raise RequestRefused(error, f"This server does not take the parameter {name}.")


def _response_type(params: Params, client_type: ClientType) -> None:
    """RFC 6749 section 4.1.2.1; OAuth 2.0 Multiple Response Types section 3."""
    if not params.get("response_type"):
        raise _invalid("The response_type is missing.")
    asked = response_type_of(params)
    if asked not in RESPONSE_TYPES:
        raise RequestRefused(
            "unsupported_response_type", "This server does not offer this response_type."
        )
    if asked not in client_type.response_types:
        raise RequestRefused("unauthorized_client", "This client may not use this response_type.")


def _response_mode(params: Params, _: ClientType) -> None:
    """OAuth 2.0 Multiple Response Types sections 2.1 and 5: no token in a query."""
    asked = params.get("response_mode")
    if asked and asked != response_mode_of(params):
        raise _invalid("This response_mode is not possible with this response_type.")


def _challenge(params: Params, client_type: ClientType) -> None:
    """RFC 7636 sections 4.3 and 4.4.1; RFC 9700 section 2.1.1."""
    challenge, method = params.get("code_challenge"), params.get("code_challenge_method")
    if challenge and method != pkce.METHOD:
        raise _invalid("Send code_challenge_method=S256.")
    if challenge and not pkce.is_challenge(challenge):
        raise _invalid("The code_challenge is not a SHA-256 digest in base64url.")
    if method and not challenge:
        raise _invalid("The code_challenge is missing.")
    has_nonce = response_type_of(params) == CODE_ID_TOKEN and bool(params.get("nonce"))
    if not challenge and not (client_type.has_secrets and has_nonce):
        raise _invalid("The code_challenge is missing: use PKCE with S256.")


def _id_token(params: Params, _: ClientType) -> None:
    """OpenID Connect Core sections 3.3.2.1 and 3.2.2.1."""
    if response_type_of(params) != CODE_ID_TOKEN:
        return
    if OPENID not in params.get("scope", "").split(" "):
        raise RequestRefused("invalid_scope", "An id_token needs the scope openid.")
    if not params.get("nonce"):
        raise _invalid("The nonce is missing.")


def _prompt(params: Params, _: ClientType) -> None:
    """OpenID Connect Core section 3.1.2.1."""
    asked = set(params.get("prompt", "").split())
    if not asked <= set(PROMPTS) or ("none" in asked and len(asked) > 1):
        raise _invalid("The prompt is not one that this server knows, or none with another.")


def _max_age(params: Params, _: ClientType) -> None:
    """OpenID Connect Core section 3.1.2.1."""
    max_age = params.get("max_age")
    if max_age and not _SECONDS.fullmatch(max_age):
        raise _invalid("The max_age is not a number of seconds.")


def _resource(params: Params, _: ClientType) -> None:
    """RFC 8707 section 2; ``audience`` means the same."""
    resource, audience = params.get("resource"), params.get("audience")
    if resource and audience and resource != audience:
        raise RequestRefused("invalid_target", "Ask for one API that this client may call.")


#: in this order; the first that fails decides
CHECKS: Final[tuple[Check, ...]] = (
    _not_taken,
    _texts,
    _response_type,
    _response_mode,
    _challenge,
    _id_token,
    _prompt,
    _max_age,
    _resource,
)


def _invalid(description: str) -> RequestRefused:
    return RequestRefused("invalid_request", description)
