"""Requests that a client may not send: it gets the error of the specification."""

from typing import Final

from tests.oauth.authorize.case import LONG, Case, back, hybrid


def unsupported(source: str, response_type: str) -> Case:
    return back("unsupported_response_type", source, response_type=response_type)


REFUSED: Final[dict[str, Case]] = {
    # response_type and response_mode
    "no response_type": back("invalid_request", "RFC 6749 4.1.2.1", response_type=None),
    "empty response_type": back("invalid_request", "RFC 6749 3.1", response_type=""),
    "response_type twice": back("invalid_request", "RFC 6749 3.1", response_type=["code", "code"]),
    "unknown response_type": unsupported("RFC 6749 4.1.2.1", "x"),
    "response_type token": unsupported("RFC 9700 2.1.2", "token"),
    "response_type id_token": unsupported("RFC 9700 2.1.2", "id_token"),
    "response_type with a token": unsupported("OIDC Core 3.3; AUT-5", "code id_token token"),
    "response_type in capitals": unsupported("RFC 6749 3.1.1", "CODE"),
    "response_type of another type": back(
        "unauthorized_client", "RFC 6749 4.1.2.1", response_type="code id_token"
    ),
    "long response_type": back("invalid_request", "RFC 6749 4.1.2.1", response_type=LONG),
    "unknown response_mode": back(
        "invalid_request", "OAuth Multiple Response Types 2.1", response_mode="x"
    ),
    "response_mode twice": back(
        "invalid_request", "RFC 6749 3.1", response_mode=["query", "query"]
    ),
    # PKCE
    "no code_challenge": back(
        "invalid_request", "RFC 7636 4.4.1", code_challenge=None, code_challenge_method=None
    ),
    "method without a challenge": back("invalid_request", "RFC 7636 4.3", code_challenge=None),
    "empty code_challenge": back("invalid_request", "RFC 7636 4.4.1", code_challenge=""),
    "code_challenge twice": back(
        "invalid_request", "RFC 6749 3.1", code_challenge=["a" * 43, "b" * 43]
    ),
    "plain": back("invalid_request", "RFC 9700 2.1.1", code_challenge_method="plain"),
    "method in lower case": back("invalid_request", "RFC 7636 4.3", code_challenge_method="s256"),
    "no method": back("invalid_request", "RFC 7636 4.3", code_challenge_method=None),
    "short code_challenge": back("invalid_request", "RFC 7636 4.2", code_challenge="a" * 42),
    "padded code_challenge": back("invalid_request", "RFC 7636 4.2", code_challenge="a" * 42 + "="),
    "long code_challenge": back("invalid_request", "RFC 7636 4.2", code_challenge="a" * 44),
    # scope, resource
    "unknown scope": back("invalid_scope", "RFC 6749 4.1.2.1", scope="openid everything"),
    "scope in capitals": back("invalid_scope", "RFC 6749 3.3", scope="openid API"),
    "scope with a quote": back("invalid_scope", "RFC 6749 3.3", scope='openid "api"'),
    "scope twice": back("invalid_request", "RFC 6749 3.1", scope=["openid", "api"]),
    "long scope": back("invalid_request", "RFC 6749 4.1.2.1", scope=LONG),
    "unknown resource": back("invalid_target", "RFC 8707 2", resource="https://meters.example"),
    "resource of another tenant": back(
        "invalid_target", "RFC 8707 2; TEN-1", resource="urn:cranes:orders"
    ),
    "two resources": back("invalid_target", "RFC 8707 2", resource=["urn:a", "urn:b"]),
    "resource and another audience": back(
        "invalid_target", "RFC 8707 2", resource="urn:a", audience="urn:b"
    ),
    # state, nonce
    "state twice": back("invalid_request", "RFC 6749 3.1", state=["a", "b"])._replace(
        has_state=False
    ),
    "long state": back("invalid_request", "RFC 6749 A.5", state=LONG)._replace(has_state=False),
    "state with a line break": back("invalid_request", "RFC 6749 A.5", state="a\r\nb")._replace(
        has_state=False
    ),
    "state outside ASCII": back("invalid_request", "RFC 6749 A.5", state="é")._replace(
        has_state=False
    ),
    "nonce twice": back("invalid_request", "RFC 6749 3.1", nonce=["a", "b"]),
    "long nonce": back("invalid_request", "OIDC Core 3.1.2.6", nonce="a" * 501),
    # what an application asks of the sign-in
    "unknown prompt": back("invalid_request", "OIDC Core 3.1.2.1", prompt="shout"),
    "prompt none and login": back("invalid_request", "OIDC Core 3.1.2.1", prompt="none login"),
    "prompt twice": back("invalid_request", "RFC 6749 3.1", prompt=["login", "consent"]),
    "max_age in words": back("invalid_request", "OIDC Core 3.1.2.1", max_age="soon"),
    "negative max_age": back("invalid_request", "OIDC Core 3.1.2.1", max_age="-1"),
    "max_age in other digits": back("invalid_request", "OIDC Core 3.1.2.1", max_age="\u0661"),
    "huge max_age": back("invalid_request", "OIDC Core 3.1.2.1", max_age="9" * 30),
    "another tenant": back(
        "access_denied", "TEN-1", acr_values="tenant:4a0b8e2e-1111-4d6c-9f43-0123456789ab"
    ),
    "forged id_token_hint": back(
        "invalid_request", "OIDC Core 3.1.2.1", id_token_hint="e30.e30.e30"
    ),
    # parameters that the server does not take
    "request": back("request_not_supported", "OIDC Core 6.1", request="e30.e30."),
    "request_uri": back(
        "request_uri_not_supported", "OIDC Core 6.2", request_uri="https://a.example"
    ),
    "registration": back("registration_not_supported", "OIDC Core 7.2.1", registration="{}"),
    "a parameter of no standard twice": back("invalid_request", "RFC 6749 3.1", tab=["1", "2"]),
    # Hybrid
    "id_token in a query": hybrid(
        "invalid_request", "OAuth Multiple Response Types 5", response_mode="query"
    ),
    "id_token without a nonce": hybrid("invalid_request", "OIDC Core 3.3.2.11", nonce=None),
    "id_token with an empty nonce": hybrid("invalid_request", "OIDC Core 3.3.2.11", nonce=""),
    "id_token without openid": hybrid("invalid_scope", "OIDC Core 3.3.2.1", scope="api"),
    "code of a Hybrid client without PKCE": hybrid(
        "invalid_request", "RFC 9700 2.1.1", response_type="code"
    ),
}
