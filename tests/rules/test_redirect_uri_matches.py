"""Which presented URL a registered one matches, and which CORS origin is one."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.rules.client_types import REDIRECT
from clients_app.rules.redirect_uris import clean_cors_origin, clean_url, matches
from tests.rules.test_redirect_uris import GOOD, LOOPBACK_HOSTS, PORTS, PRIVATE, refused

clean_redirect_uri = partial(clean_url, kind=REDIRECT)

REGISTERED = "https://app.example.com/callback?tenant=a"


@pytest.mark.parametrize("url", GOOD + PRIVATE)
def test_every_url_matches_itself(url):
    assert matches(url, url)


@pytest.mark.parametrize(
    "presented",
    [
        "",
        REGISTERED + "/",
        REGISTERED + "&",
        REGISTERED + "#",
        REGISTERED + "%00",
        REGISTERED + " ",
        REGISTERED + "\n",
        REGISTERED[:-1],
        "https://app.example.com/callback",
        "https://app.example.com/callback/?tenant=a",
        "https://app.example.com/Callback?tenant=a",
        "https://app.example.com/callback?tenant=A",
        "https://app.example.com/callback?tenant=%61",
        "https://app.example.com/./callback?tenant=a",
        "https://app.example.com/x/../callback?tenant=a",
        "https://app.example.com//callback?tenant=a",
        "https://app.example.com:443/callback?tenant=a",
        "https://app.example.com:8443/callback?tenant=a",
        "https://app.example.com./callback?tenant=a",
        "https://App.example.com/callback?tenant=a",
        "HTTPS://app.example.com/callback?tenant=a",
        "http://app.example.com/callback?tenant=a",
        "https://user@app.example.com/callback?tenant=a",
        "https://sub.app.example.com/callback?tenant=a",
        "https://app.example.com.evil.example/callback?tenant=a",
        "https://evil.example/?https://app.example.com/callback?tenant=a",
    ],
)
def test_near_misses_do_not_match(presented):
    assert not matches(REGISTERED, presented)


@given(LOOPBACK_HOSTS, st.none() | PORTS, st.none() | PORTS, st.sampled_from(["", "/", "/cb?x=1"]))
def test_port_of_http_loopback_is_ignored(host, registered, presented, rest):
    def url(port: int | None) -> str:
        return f"http://{host}{'' if port is None else f':{port}'}{rest}"

    assert clean_redirect_uri(url(registered), private_schemes=False) == url(registered)
    assert matches(url(registered), url(presented))


@pytest.mark.parametrize(
    "presented",
    [
        "http://localhost:51004/cb/",
        "http://localhost:51004/CB",
        "http://localhost:51004/cb?x",
        "http://localhost:51004/cb#x",
        "http://localhost:51004/cb\n",
        "http://localhost:51004",
        "http://localhost:/cb",
        "http://localhost:0/cb",
        "http://localhost:051004/cb",
        "http://localhost:65536/cb",
        "http://localhost:99999/cb",
        "http://localhost:+80/cb",
        "http://localhost:\u0668\u0660/cb",
        "http://localhost:80:80/cb",
        "http://localhost:80@evil.example/cb",
        "http://user@localhost:51004/cb",
        "http://localhost.evil.example:51004/cb",
        "http://localhost.:51004/cb",
        "http://LOCALHOST:51004/cb",
        "http://localho\u017ft:51004/cb",
        "http://127.0.0.1:51004/cb",
        "http://[::1]:51004/cb",
        "https://localhost:51004/cb",
        "HTTP://localhost:51004/cb",
        "http:\\\\localhost:51004/cb",
        " http://localhost:51004/cb",
    ],
)
def test_near_misses_of_loopback_do_not_match(presented):
    assert not matches("http://localhost:8080/cb", presented)


def test_port_counts_everywhere_but_on_http_loopback():
    assert not matches("https://localhost:8080/cb", "https://localhost:8081/cb")
    assert not matches("https://127.0.0.1/cb", "https://127.0.0.1:8081/cb")
    assert not matches("https://app.example.com:8443/", "https://app.example.com:8444/")
    assert not matches("http://localhost.example/cb", "http://localhost:80.example/cb")
    assert not matches("com.example.app://localhost:1/", "com.example.app://localhost:2/")
    assert not matches("http://127.0.0.2:8080/cb", "http://127.0.0.2:8081/cb")


@given(st.sampled_from([url for url in GOOD if not url.startswith("http:")]), st.data())
def test_one_changed_character_never_matches(url, data):
    at = data.draw(st.integers(0, len(url) - 1))
    other = data.draw(st.characters().filter(lambda character: character != url[at]))

    assert not matches(url, url[:at] + other + url[at + 1 :])


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://app.example.com", "https://app.example.com"),
        (" https://app.example.com\n", "https://app.example.com"),
        ("https://app.example.com:8443", "https://app.example.com:8443"),
        ("HTTPS://App.Example.COM:443", "https://app.example.com"),
        ("https://app.example.com:80", "https://app.example.com:80"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://LOCALHOST:80", "http://localhost"),
        ("http://localhost:443", "http://localhost:443"),
        ("http://[::1]:5173", "http://[::1]:5173"),
        ("https://[2001:0DB8::0007]:8443", "https://[2001:db8::7]:8443"),
    ],
)
def test_origin_is_spelled_as_browsers_do(text, origin):
    assert clean_cors_origin(text) == origin
    assert clean_cors_origin(origin) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "null",
        "app.example.com",
        "https://",
        "https://app.example.com/",
        "https://app.example.com/path",
        "https://app.example.com?x",
        "https://app.example.com#",
        "https://app.example.com:",
        "https://app.example.com:65536",
        "https://*.example.com",
        "https://user@app.example.com",
        "https://a.example https://b.example",
        "https://a.example,https://b.example",
        "http://app.example.com",
        "com.example.app:/",
        "file://",
        "https://m\u00fcnchen.example",
    ],
)
def test_other_origins_are_refused(text):
    assert refused(clean_cors_origin, text).field == "cors_origins"


def test_origin_has_the_same_limit_of_characters():
    assert refused(clean_cors_origin, "https://" + "a" * 1993).values["excess"] == 1
