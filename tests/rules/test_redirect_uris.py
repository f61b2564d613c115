"""Redirect and logout URLs: what may be registered."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.errors import RuleBroken
from clients_app.rules.client_types import LOGOUT_REDIRECT, REDIRECT
from clients_app.rules.redirect_uris import clean_cors_origin, clean_url
from tests.rules.refusals import refused

clean_redirect_uri = partial(clean_url, kind=REDIRECT)
clean_logout_uri = partial(clean_url, kind=LOGOUT_REDIRECT)

PORTS = st.integers(1, 65535)
LOOPBACK_HOSTS = st.sampled_from(["localhost", "127.0.0.1", "[::1]"])
BOTH_KINDS = pytest.mark.parametrize("clean", [clean_redirect_uri, clean_logout_uri])


GOOD = [
    "https://app.example.com",
    "https://app.example.com/",
    "https://app.example.com/callback?tenant=a&x=%20",
    "https://app.example.com:8443/callback",
    "https://app.example.com:1/",
    "https://app.example.com:65535/",
    "https://xn--mnchen-3ya.example/cb",
    "https://10.0.0.7/cb",
    "https://[2001:db8::7]:8443/cb",
    "https://intranet/cb",
    "https://app.example.com/a@b",
    "https://app.example.com/?next=a@b",
    "HTTPS://App.Example.com/CallBack",
    "http://localhost",
    "http://localhost/callback",
    "http://localhost:8080/callback",
    "http://127.0.0.1:1/callback",
    "http://[::1]:65535/callback",
    "https://localhost:8443/callback",
]

BAD = [
    "",
    "   ",
    "callback",
    "/callback",
    "//app.example.com/cb",
    "app.example.com/cb",
    "app.example.com:8443/cb",
    "https:",
    "https://",
    "https:///cb",
    "https:/app.example.com/cb",
    "https:app.example.com",
    "https://?x=1",
    "https://:8443/cb",
    "https://app.example.com:/cb",
    "https://app.example.com:0/cb",
    "https://app.example.com:080/cb",
    "https://app.example.com:65536/cb",
    "https://app.example.com:99999/cb",
    "https://app.example.com:443443/cb",
    "https://app.example.com:8o/cb",
    "https://app..example.com/cb",
    "https://.example.com/cb",
    "https://-app.example.com/cb",
    "https://app%2eexample.com/cb",
    "https://" + "a" * 64 + ".example/cb",
    "https://" + "a." * 126 + "ab/cb",  # 254 characters
    "https://[::1/cb",
    "https://::1/cb",
    "https://[app.example.com]/cb",
    "https://[1::2::3]/cb",
    "https://[fe80::1%25eth0]/cb",
    "https://app.example.com/[cb]",
    "http://app.example.com/cb",
    "http://localhost.example.com/cb",
    "http://localhost./cb",
    "http://127.0.0.2/cb",
    "http://127.1/cb",
    "http://2130706433/cb",
    "http://0.0.0.0/cb",
    "http://[::]/cb",
    "http://[0:0:0:0:0:0:0:1]/cb",
    "http://192.168.0.1/cb",
    "ftp://app.example.com/cb",
    "javascript:alert(1)",
    "javascript://app.example.com/%0aalert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "myapp://callback",
    "urn:ietf:wg:oauth:2.0:oob",
    "https://app.example.com/#",
    "https://app.example.com/cb#top",
    "https://*.example.com/cb",
    "https://app.example.com/*",
    "https://app.example.com/cb?x=*",
    "https://user@app.example.com/cb",
    "https://user:word@app.example.com/cb",
    "https://app.example.com@evil.example/cb",
    "http://localhost@evil.example/cb",
    "http://localhost:80@evil.example/cb",
    "https://@app.example.com/cb",
    "https://app.example.com\\@evil.example/cb",
    "https://app.example.com/a b",
    "https://app.example.com/a\tb",
    "https://app.exam\nple.com/",
    "https://app.example.com/\x00",
    'https://app.example.com/"',
    "https://app.example.com/<x>",
    "https://app.example.com/{id}",
    "https://app.example.com/100%",
    "https://app.example.com/%zz",
    "https://app.example.com/%2",
    "https://app.example.com/%2g",
    "https://m\u00fcnchen.example/cb",
    "https://app.example.com/\u202ecb",
    "https://app\u3002example.com/cb",
    "\uff48ttps://app.example.com/cb",
]

PRIVATE = [
    "com.example.app:/callback",
    "com.example.app:/",
    "com.example.app://callback",
    "com.example.app:/callback?x=1",
    "msauth.com.Example.MyApp://auth",
    "com.example-2.app+x:/callback",
]

NEVER_PRIVATE = [
    "com.example.app:callback",
    "com.example.app:",
    "com.example.app",
    "com.example.app:/callback#x",
    "com.example.app:/*",
    "com.example.app://user@callback",
    "com..app:/callback",
    ".example:/callback",
    "example.:/callback",
    "1com.example:/callback",
    "com_example.app:/callback",
    "com.example.app:/call back",
]


@BOTH_KINDS
@pytest.mark.parametrize("url", GOOD)
def test_good_urls_are_kept_as_they_are(clean, url):
    assert clean(url, private_schemes=False) == url
    assert clean(f"  {url}\r\n", private_schemes=True) == url


@pytest.mark.parametrize("url", BAD)
@pytest.mark.parametrize("private_schemes", [True, False])
def test_bad_urls_are_refused_with_or_without_private_schemes(url, private_schemes):
    error = refused(clean_redirect_uri, url, private_schemes=private_schemes)
    assert error.field == "redirect_uris"
    error = refused(clean_logout_uri, url, private_schemes=private_schemes)
    assert error.field == "logout_uris"


@BOTH_KINDS
@pytest.mark.parametrize("url", PRIVATE)
def test_private_schemes_need_permission(clean, url):
    assert clean(url, private_schemes=True) == url
    assert "private scheme" not in str(refused(clean, url, private_schemes=False))


@BOTH_KINDS
@pytest.mark.parametrize("url", NEVER_PRIVATE)
def test_near_misses_of_private_schemes_are_refused(clean, url):
    refused(clean, url, private_schemes=True)
    refused(clean, url, private_schemes=False)


def test_url_may_have_two_thousand_characters_after_trimming():
    longest = "https://app.example.com/".ljust(2000, "x")

    assert clean_redirect_uri(f" {longest} ", private_schemes=False) == longest
    error = refused(clean_redirect_uri, longest + "yyy", private_schemes=False)
    assert error.values == {"maximum": 2000, "length": 2003, "excess": 3}
    assert "3 too many" in str(error)


def test_host_may_have_253_characters_of_63_a_label():
    host = ".".join(["a" * 63] * 3 + ["b" * 61])

    assert len(host) == 253
    assert clean_redirect_uri(f"https://{host}/", private_schemes=False) == f"https://{host}/"
    refused(clean_redirect_uri, f"https://{host}b/", private_schemes=False)


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("http://app.example.com/", "starts with https://"),
        ("https://app.example.com/#x", "without # and what follows"),
        ("https://*.example.com/", "* is not a wildcard"),
        ("https://user:word@app.example.com/", "without a user name or password"),
        ("https://app.example.com/a b", "percent-encode character 26"),
    ],
)
def test_refusals_say_what_to_enter(url, advice):
    assert advice in str(refused(clean_redirect_uri, url, private_schemes=False))
    assert advice in str(refused(clean_redirect_uri, url, private_schemes=True))


def test_refusal_mentions_private_schemes_where_they_are_allowed():
    sentence = str(refused(clean_redirect_uri, "myapp://cb", private_schemes=True))

    assert "com.example.app:/callback" in sentence


@given(st.text())
def test_other_text_is_refused_without_an_exception(text):
    refused(clean_redirect_uri, text, private_schemes=True)
    refused(clean_cors_origin, text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_is_registered_is_plain_ascii_and_stays_so(authority, rest):
    url = f"https://{authority}/{rest}"
    try:
        cleaned = clean_redirect_uri(url, private_schemes=True)
    except RuleBroken:
        return
    assert cleaned == url.strip()
    assert cleaned.isascii()
    assert not set(cleaned) & set(' \\#*"<>^`{|}')
    assert clean_redirect_uri(cleaned, private_schemes=True) == cleaned


# Matching


# CORS origins
