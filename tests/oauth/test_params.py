"""The form parser: any input gives parameters or an OAuthError."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.oauth.errors import OAuthError
from clients_app.oauth.params import PARAMETERS_MAX, form_decoded, read_params
from clients_app.oauth.plain_http import HEADERS_MAX, Request
from tests.oauth.wsgi import FORM


def read(body: bytes, query: str = "") -> dict[str, str]:
    return dict(read_params(Request("POST", query, {"content-type": FORM}, body)))


@pytest.mark.sweep(on="postgresql")
@given(st.dictionaries(st.text(), st.text(), max_size=PARAMETERS_MAX))
def test_form_of_a_stock_library_is_decoded(params: dict[str, str]):
    wanted = {name: value for name, value in params.items() if encodable(name + value)}

    assert read(urlencode(wanted).encode()) == wanted


@given(st.dictionaries(st.text(), st.text(), min_size=1, max_size=20), st.data())
def test_duplicate_parameter_is_rejected(params: dict[str, str], data: st.DataObject):
    pairs = [pair for pair in params.items() if encodable("".join(pair))]
    if pairs:
        pairs.append(data.draw(st.sampled_from(pairs)))
        with pytest.raises(OAuthError):
            read(urlencode(pairs).encode())


def test_known_form_is_refused_like_any_other():
    """TOK-A9: what is remembered is the form, not that a request with it was right."""
    body = b"grant_type=client_credentials&scope=api"
    good = Request("POST", headers={"content-type": FORM}, body=body)
    assert (
        read_params(good)
        == read_params(good)
        == {
            "grant_type": "client_credentials",
            "scope": "api",
        }
    )

    assert read(body, query="a=b") == dict(read_params(good))
    for bad in (
        good._replace(query="scope=api"),
        good._replace(headers={"content-type": "application/json"}),
        good._replace(headers={**good.headers, "content-encoding": "gzip"}),
        good._replace(headers={**good.headers, "x-a": "x" * HEADERS_MAX}),
        good._replace(body=body + b"&scope=api"),
    ):
        with pytest.raises(OAuthError):
            read_params(bad)


@given(st.binary(max_size=300))
def test_any_bytes_return_parameters_or_invalid_request(body: bytes):
    params = outcome(lambda: read(body))

    if not is_invalid_request(params):
        assert params == dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))


@given(st.text(max_size=300).filter(lambda text: encodable(text)))
def test_any_query_returns_parameters_or_invalid_request(query: str):
    params = outcome(lambda: read(b"a=b", query=query))

    assert is_invalid_request(params) or params == {"a": "b"}


@given(st.binary())
def test_escaped_bytes_are_decoded_only_if_they_are_utf8(content: bytes):
    escaped = quote_from_bytes(content, safe="")
    try:
        wanted = content.decode()
    except UnicodeDecodeError:
        with pytest.raises(OAuthError):
            form_decoded(escaped)
    else:
        assert form_decoded(escaped) == wanted


@given(st.text(alphabet="%0fgZ+ ", max_size=12))
def test_percent_sign_without_two_digits_is_rejected(text: str):
    is_broken = any(
        not (len(rest) >= 2 and all(sign in "0f" for sign in rest[:2]))
        for rest in text.split("%")[1:]
    )
    decoded = outcome(lambda: form_decoded(text))

    if isinstance(decoded, OAuthError):
        assert is_broken or "UTF-8" in decoded.description
    else:
        assert not is_broken


def test_plus_is_decoded_as_a_space():
    assert form_decoded("a+b%2Bc") == "a b+c"


def outcome(operation: Callable[[], Any]) -> Any:
    """Return what ``operation`` returns, or the OAuthError that it raises."""
    try:
        return operation()
    except OAuthError as error:
        return error


def is_invalid_request(value: Any) -> bool:
    """Return whether ``value`` is an error; an error other than invalid_request fails the test."""
    if not isinstance(value, OAuthError):
        return False
    assert (value.error, value.status) == ("invalid_request", 400)
    return True


def encodable(text: str) -> bool:
    """Return whether ``text`` can be encoded: it has no lone surrogates."""
    return not any(0xD800 <= ord(sign) <= 0xDFFF for sign in text)
