"""Finds secrets in text, in any encoding, and lists every URL of the portal."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db.backends.utils import CursorWrapper
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

#: values for the named parts of a URL; others get one by their converter
SAMPLES = {
    "channel": "mail",
    "client_id": "{client}",
    "client_type": "client-credentials",
    "removed_id": "{client}",
    "secret_id": "{secret}",
    "role_id": "{nobody}",
    "person_id": "{nobody}",
    "delivery_id": "{nobody}",
    "object_id": "{client}",
    "kid": "{nobody}",
    "key_id": "{nobody}",
    "tab": "details",
    "key": "{mark}",
    "id": "1",
    "app_label": "clients_app",
    "content_type_id": "1",
}


OF_KIND = {
    "guid": "{nobody}",
    "uuid": "{nobody}",
    "int": "1",
    "slug": "x",
    "str": "x",
    "path": "x",
}


def encodings_of(mark: str) -> set[str]:
    """Return all encodings and parts of ``secret`` that must not be found."""
    half = len(mark) // 2
    parts = {mark, mark[:20], mark[:half], mark[half:], mark[::-1]}
    spelled = {quote(mark, safe=""), json.dumps(mark)[1:-1], repr(mark)[1:-1]}
    for before in ("", "x", "xx"):  # base64 of a text that contains it, at any offset
        whole = base64.b64encode(f"{before}{mark}".encode()).decode()
        spelled |= {whole[4:-4], whole[4:-4].replace("+", "-").replace("/", "_")}
    return parts | spelled


def found_in(text: str, marks: dict[str, str]) -> dict[str, str]:
    """Return the names of the secrets that ``text`` contains in any encoding, with the place."""
    places = {}
    for name, mark in marks.items():
        for one in encodings_of(mark):
            if (at := text.find(one)) >= 0:
                places[name] = text[max(0, at - 100) : at + 20]
    return places


def every_url(**values: Any) -> Iterator[str]:
    """Yield one URL for each pattern of the resolver, including the admin site."""
    for route in _routes(get_resolver(), ""):
        if not route.endswith("/") or route.startswith(("/admin", "/identity/x")) or route == "/":
            yield route.format(**values)


def _routes(resolver: URLResolver, before: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + _filled(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        else:
            assert isinstance(entry, URLPattern)
            yield f"/{route}"


def _filled(pattern: Any) -> str:
    """Return a URL that matches the pattern."""
    if isinstance(pattern, RoutePattern):
        route = str(pattern._route)
        for name, converter in pattern.converters.items():
            kind = {"GuidConverter": "guid", "IntConverter": "int", "SlugConverter": "slug"}
            kind |= {"PathConverter": "path", "StringConverter": "str", "UUIDConverter": "uuid"}
            kind_name = kind[type(converter).__name__]
            for spelled in (f"<{kind_name}:{name}>", f"<{name}>"):
                route = route.replace(spelled, SAMPLES.get(name, OF_KIND[kind_name]))
        return route
    text = str(pattern)
    if "choose-password" in text:
        return "choose-password/ff-{mark}"
    if not text or text == "^/":
        return ""
    if text == "^api/":
        return "api/nowhere"
    if "(?P<app_label>" in text:
        return "clients_app/"
    if "(?P<url>" in text:
        return "nowhere"
    raise AssertionError(f"{text}: add a URL for it to tests/ops/secret_leaks.py.")


def query_of(marks: dict[str, str]) -> str:
    """Return a query with every secret, under names that people and programs confuse."""
    return urlencode(
        {
            "client_secret": marks["secret"],
            "access_token": marks["token"],
            "password": marks["password"],
            "sessionid": marks["cookie"],
        }
    )


def fail_to_record(patch: pytest.MonkeyPatch) -> None:
    """Let every operation fail at its end, with an error that its door does not expect."""
    execute = CursorWrapper.execute

    def failing(cursor: CursorWrapper, sql: Any, params: Any = None) -> Any:
        if "INSERT INTO" in str(sql) and "auditevent" in str(sql):
            raise RuntimeError("the record is on fire")
        return execute(cursor, sql, params)

    patch.setattr(CursorWrapper, "execute", failing)
