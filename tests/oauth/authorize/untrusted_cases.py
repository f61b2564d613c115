"""Requests without a client and a redirect URL to trust: nothing is sent anywhere."""

from typing import Final

from tests.oauth.authorize.case import LONG, Case, here, redirect
from tests.oauth.authorize.requests import HTTPS_CALLBACK

UNTRUSTED: Final[dict[str, Case]] = {
    # the client
    "no client_id": here("RFC 6749 4.1.2.1", client_id=None),
    "empty client_id": here("RFC 6749 3.1", client_id=""),
    "client_id twice": here("RFC 6749 3.1", client_id=["x", "x"]),
    "client_id of nobody": here(
        "RFC 6749 4.1.2.1", client_id="4a0b8e2e-1111-4d6c-9f43-0123456789ab"
    ),
    "client_id in braces": here("RFC 6749 4.1.2.1", client_id="{}"),
    "long client_id": here("RFC 6749 4.1.2.1", client_id=LONG),
    # the redirect URL
    "no redirect_uri": redirect(None, "RFC 9700 4.1.3; AUT-1"),
    "empty redirect_uri": redirect("", "RFC 6749 3.1"),
    "redirect_uri twice": redirect([HTTPS_CALLBACK, HTTPS_CALLBACK], "RFC 6749 3.1"),
    "unregistered redirect_uri": redirect("https://evil.example/callback"),
    "redirect_uri with another character": redirect("https://rooms.example/callbacl?tab=1"),
    "redirect_uri with a character more": redirect("https://rooms.example/callback?tab=11"),
    "redirect_uri with a character less": redirect("https://rooms.example/callback?tab="),
    "redirect_uri without its query": redirect("https://rooms.example/callback"),
    "redirect_uri with another case": redirect("https://rooms.example/Callback?tab=1"),
    "redirect_uri with another case of the host": redirect("https://ROOMS.example/callback?tab=1"),
    "redirect_uri with a slash": redirect("https://rooms.example/callback/?tab=1"),
    "redirect_uri with two slashes": redirect("https://rooms.example//callback?tab=1"),
    "redirect_uri with a port": redirect("https://rooms.example:443/callback?tab=1"),
    "redirect_uri with a user": redirect("https://a@rooms.example/callback?tab=1"),
    "redirect_uri with a fragment": redirect(f"{HTTPS_CALLBACK}#a"),
    "redirect_uri encoded": redirect("https://rooms.example/c%61llback?tab=1"),
    "redirect_uri encoded twice": redirect("https%3A%2F%2Frooms.example%2Fcallback%3Ftab%3D1"),
    "redirect_uri with dots": redirect("https://rooms.example/x/../callback?tab=1"),
    "redirect_uri with a backslash": redirect(
        "https://evil.example\\@rooms.example/callback?tab=1"
    ),
    "redirect_uri by http": redirect("http://rooms.example/callback?tab=1"),
    "redirect_uri of a subdomain": redirect("https://a.rooms.example/callback?tab=1"),
    "redirect_uri with a line break": redirect(f"{HTTPS_CALLBACK}\r\nSet-Cookie: a=b"),
    "redirect_uri with NUL": redirect(f"{HTTPS_CALLBACK}\0"),
    "redirect_uri with a space": redirect(f" {HTTPS_CALLBACK}"),
    "long redirect_uri": redirect(f"{HTTPS_CALLBACK}{LONG}"),
    "loopback by another name": redirect("http://localhost:5001/callback", "RFC 8252 7.3"),
    "loopback with another path": redirect("http://127.0.0.1:5001/callbacks", "RFC 8252 7.3"),
    "loopback with port 0": redirect("http://127.0.0.1:0/callback", "RFC 8252 7.3"),
    "loopback with a user": redirect("http://a@127.0.0.1:5001/callback", "RFC 8252 7.3"),
    "loopback by https": redirect("https://127.0.0.1:5001/callback", "RFC 8252 7.3"),
    "private scheme with a host": redirect("com.example.rooms://callback", "RFC 8252 7.1"),
    "javascript": redirect("javascript:alert(1)"),
}
