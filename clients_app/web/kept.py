"""What was typed survives: a window that could not go on comes back filled, and does nothing.

A POST whose session ended, whose proof of identity is old or whose CSRF token is stale is carried
on as hidden inputs of the form that asks for what is missing. Nothing is stored, and no form of
the portal carries a secret. A POST with ``back`` asks for the same: show this window filled.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

BACK: Final = "back"
PREFIX: Final = "kept."  # in forms that have fields of their own
_NOT_KEPT: Final = frozenset({"csrfmiddlewaretoken", "password", "proof", "proof_for", BACK})

Fields = list[tuple[str, str]]


def typed_fields(request: HttpRequest) -> Fields:
    """Return name and value of all that was typed, to be carried as hidden inputs."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _NOT_KEPT
        for value in values
    ]


def carried_fields(request: HttpRequest) -> Fields:
    """Return what a form with fields of its own has carried under the prefix."""
    return [
        (name.removeprefix(PREFIX), value)
        for name, values in request.POST.lists()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in _NOT_KEPT
        for value in values
    ]


def sent_fields(request: HttpRequest) -> Fields:
    """Return what was typed and whether it was only to be shown, for a POST that goes on later."""
    return [*typed_fields(request), *([(BACK, "1")] if BACK in request.POST else [])]


def posted(fields: Fields) -> QueryDict:
    """Return ``fields`` as a body that was posted."""
    body = QueryDict(mutable=True)
    for name, value in fields:
        body.appendlist(name, value)
    return body


def show_again(request: HttpRequest, path: str, fields: Fields) -> HttpResponse | None:
    """Return the window at ``path``, filled with ``fields``; None where there is no such window."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if not getattr(match.func, "keeps_typed", False):
        return None
    request.path = request.path_info = path
    request.method = "POST"
    request.POST = posted([*fields, (BACK, "1")])  # type: ignore[assignment]
    request.resolver_match = match
    return match.func(request, *match.args, **match.kwargs)


def own_path(address: str | None) -> str:
    """Return ``address`` if it is a path of ours, else the front page."""
    if not address or not address.startswith("/") or not address.isprintable():
        return "/"
    return address if url_has_allowed_host_and_scheme(address, None) else "/"
