"""The Basic decoder: what it accepts, and that no input crashes it."""

import base64
from collections.abc import Callable
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.oauth.client_authentication.client_secret import from_body, from_header
from clients_app.oauth.errors import OAuthError

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

PRINTABLE = st.text(alphabet=[chr(code) for code in range(0x20, 0x7F)], min_size=1)


@given(PRINTABLE, PRINTABLE)
def test_basic_header_of_a_stock_library_is_decoded(client_id: str, plain: str):
    """RFC 6749 section 2.3.1: both halves are form-encoded before base64."""
    pair = f"{quote_plus(client_id)}:{quote_plus(plain)}"
    header = "Basic " + base64.b64encode(pair.encode()).decode()

    assert from_header(header) == (client_id, plain)


@pytest.mark.parametrize("scheme", ["Basic ", "basic ", "Basic  "])
def test_usual_header_is_read_like_any_other(scheme: str):
    """A header of letters, digits, ``-`` and ``_`` alone takes a shorter way."""
    encoded = base64.b64encode(b"a-1:pcs_X").decode()

    assert from_header(scheme + encoded) == ("a-1", "pcs_X")
    for broken in (encoded[:-1], "=" + encoded, encoded + "\n", encoded + "\xe9"):
        with pytest.raises(OAuthError):
            from_header(scheme + broken)


@given(PRINTABLE.filter(lambda text: not {"%", "+", ":"} & set(text)), PRINTABLE)
def test_secret_with_colons_is_decoded(client_id: str, plain: str):
    pair = f"{client_id}::{quote_plus(plain)}"
    header = "Basic " + base64.b64encode(pair.encode()).decode()

    assert from_header(header) == (client_id, ":" + plain)


@given(st.text())
def test_any_header_returns_credentials_or_one_of_two_errors(header: str):
    check(lambda: from_header(header))


@given(st.binary())
def test_any_base64_returns_credentials_or_one_of_two_errors(content: bytes):
    check(lambda: from_header("Basic " + base64.b64encode(content).decode()))


@given(st.dictionaries(st.sampled_from(["client_id", "client_secret"]), st.text()))
def test_any_body_returns_credentials_or_one_of_two_errors(params: dict[str, str]):
    check(lambda: from_body(params))


def check(read: Callable[[], tuple[str, str] | None]) -> None:
    try:
        halves = read() or ()
    except OAuthError as refusal:
        answer = (refusal.error, refusal.status)
    else:
        answer = all(half.isascii() and half.isprintable() for half in halves)
    assert answer in {True, ("invalid_request", 400), ("invalid_client", 401)}


@pytest.mark.parametrize("half", ["client_id", "client_secret"])
def test_whitespace_in_credentials_is_not_trimmed(half: str):
    """SEC-8."""
    params = {"client_id": "a", "client_secret": "b"}
    params[half] = f" {params[half]} "

    assert from_body(params) == (params["client_id"], params["client_secret"])
