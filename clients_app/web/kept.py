"""What was typed survives: a window that could not go on comes back filled, and does nothing.

A POST whose session ended, whose proof of identity is old or whose CSRF token is stale is carried
on as hidden inputs of the form that asks for what is missing. Nothing is stored, and no form of
the portal carries a secret. A POST with ``back`` asks for the same: show this window filled; one
of a form that holds nothing but its button leads back to the page that the button is on.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from clients_app.browsers.typed import (
    BACK,
    NOT_KEPT,
    Fields,
    is_sent,
    keeps_typed,
    posted,
    typed_fields,
)

__all__ = (
    "BACK",
    "PREFIX",
    "Fields",
    "carried_fields",
    "is_sent",
    "keeps_typed",
    "own_path",
    "show_again",
    "typed_fields",
)

PREFIX: Final = "kept."  # in forms that have fields of their own


def carried_fields(request: HttpRequest) -> Fields:
    """Return what a form with fields of its own has carried under the prefix."""
    return [
        (name.removeprefix(PREFIX), value)
        for name, values in request.POST.lists()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in NOT_KEPT
        for value in values
    ]


def show_again(request: HttpRequest, address: str, fields: Fields) -> HttpResponse | None:
    """Return the window at ``address``, filled with ``fields``; None where there is none."""
    path, _, query = address.partition("?")
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if not getattr(match.func, "keeps_typed", False):
        return None
    request.path = request.path_info = path
    request.method = "POST"
    request.META["QUERY_STRING"] = query
    request.GET = QueryDict(query)
    request.POST = posted([*fields, (BACK, "1")])  # type: ignore[assignment]  # as Django sets it
    request.resolver_match = match
    return match.func(request, *match.args, **match.kwargs)


def own_path(address: str | None) -> str:
    """Return ``address`` if it is a path of ours, else the front page."""
    if not address or not address.startswith("/") or not address.isprintable():
        return "/"
    return address if url_has_allowed_host_and_scheme(address, None) else "/"
