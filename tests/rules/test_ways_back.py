"""Redirect URLs in a Content-Security-Policy, and with the parameters of an answer."""

import pytest

from clients_app.rules.redirect_uris import csp_source, with_parameters


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://Rooms.example/callback?a=b", "https://rooms.example"),
        ("https://rooms.example:8443", "https://rooms.example:8443"),
        ("http://127.0.0.1:5001/callback", "http://127.0.0.1:5001"),
        ("https://[2001:db8::1]:8443/callback", "https:"),
        ("http://[::1]:5001/callback", "http:"),
        ("com.example.rooms:/callback", "com.example.rooms:"),
    ],
)
def test_csp_source_is_the_origin_or_where_there_is_none_the_scheme(url, source):
    assert csp_source(url) == source


@pytest.mark.parametrize(
    ("url", "longer"),
    [
        ("https://a.example", "https://a.example?code=x+y"),
        ("https://a.example?", "https://a.example?code=x+y"),
        ("https://a.example?tab=1", "https://a.example?tab=1&code=x+y"),
        ("com.example:/cb", "com.example:/cb?code=x+y"),
    ],
)
def test_parameters_go_after_those_that_a_url_has(url, longer):
    assert with_parameters(url, {"code": "x y"}) == longer
    assert with_parameters(url, {}) == url
