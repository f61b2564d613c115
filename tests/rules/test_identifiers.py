"""Which Identifier an API may have, and which ones look alike. RFC 8707 section 2; RES-1, RES-4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.errors import RuleBroken
from clients_app.rules.identifiers import clean_identifier, identifier_key
from tests.refused_values import refused_at

HOST = "https://api.example.com"


@pytest.mark.parametrize(
    "identifier",
    [
        HOST,
        f"{HOST}/",
        f"{HOST}:8443/Orders/v1?tenant=a&x=%C3%A9",
        "https://localhost",
        "http://localhost:9000/mcp",
        "http://127.0.0.1",
        "https://a_b.example/~me/a;b=c,d@e:f",
        "api://orders",
        "api://3f2c/Orders.Read",
        "urn:example:orders",
        "urn:example-2:Orders/v1",
        "api://" + "a" * 244,
    ],
)
def test_absolute_uri_is_taken_exactly_as_written(identifier: str):
    assert clean_identifier(f" {identifier}\n") == identifier


@pytest.mark.parametrize(
    "identifier",
    [
        *(
            "",
            "orders",
            "/orders",
            "//api.example.com",
            "example.com",
            "https:",
            "https://",
            "api://",
        ),
        *("http://api.example.com", "http://localhost.example.com", "http://127.0.0.2/a"),
        *("http://user@localhost/a", "http://localhost:0", "HTTP://localhost", "http://LOCALHOST"),
        *("ftp://a", "file:///a", "javascript:alert(1)", "data:,a"),
        *(f"{HOST}#", f"{HOST}/#a", "urn:example:a#b", "api://a#"),
        *("https://user@api.example.com", "https://a:b@api.example.com", f"{HOST}:0", f"{HOST}:x"),
        *(f"{HOST}/a b", f"{HOST}/\ta", f"{HOST}/\x00", f'{HOST}/"', f"{HOST}\\a", f"{HOST}/<a>"),
        *(f"{HOST}/%", f"{HOST}/%zz", f"{HOST}/%00", f"{HOST}/%0a", f"{HOST}/%7F", f"{HOST}/^"),
        *(f"{HOST}/{{{{a}}}}", f"{HOST}/{{", f"{HOST}/}}", f"{HOST}/`a`", f"{HOST}/a|b"),
        *("https://API.example.com", "HTTPS://api.example.com", "API://orders", "URN:a:b"),
        *("https://\u0430pi.example.com", "https://xn--pi-6kc.example.com", "https://a.XN--90a"),
        *("https://-a.example", "https://a..example", "https://[::1]", "urn:a:b", "urn:example:"),
        *(
            f"{HOST}/../a",
            f"{HOST}/./a",
            f"{HOST}/a/..",
            f"{HOST}/a/.?b",
            f"{HOST}//a",
            "api://a//b",
        ),
        *(f"{HOST}/%61", f"{HOST}/%2D", f"{HOST}/%2e%2e/a", f"{HOST}/%7e", f"{HOST}/%39"),
        "api://" + "a" * 245,
        "https://" + "a" * 2000,
    ],
)
def test_anything_else_is_refused_with_the_field(identifier: str):
    with refused_at("identifier"):
        clean_identifier(identifier)


@pytest.mark.parametrize(
    "other",
    [
        *(
            "https://api.example.com/orders",
            "https://api.example.com/Orders/",
            f"{HOST}:443/ORDERS",
        ),
        "https://api.example.com/%4Frders//",
    ],
)
def test_key_is_the_same_for_what_looks_alike(other: str):
    assert identifier_key(other) == identifier_key("https://api.example.com/Orders")


@pytest.mark.parametrize(
    "other",
    [
        *("https://api.example.com/orders/v1", "https://api.example.com:8443/orders"),
        *("https://api.example.com/orders?a", "https://example.com/orders", "api://orders"),
    ],
)
def test_key_differs_for_what_people_tell_apart(other: str):
    assert identifier_key(other) != identifier_key("https://api.example.com/Orders")


def test_key_keeps_a_port_that_only_begins_with_the_default_one():
    assert identifier_key(f"{HOST}:4430/a") != identifier_key(f"{HOST}/a")
    assert identifier_key(f"{HOST}:443?a") == identifier_key(f"{HOST}?a")
    assert identifier_key("http://localhost:80/a") == identifier_key("http://localhost/a")
    assert identifier_key("http://localhost:443/a") != identifier_key("http://localhost/a")


@given(st.text(max_size=300))
def test_any_text_is_cleaned_or_refused(text: str):
    try:
        identifier = clean_identifier(text)
    except RuleBroken:
        return
    assert clean_identifier(identifier) == identifier
    assert len(identifier_key(identifier)) <= 250
