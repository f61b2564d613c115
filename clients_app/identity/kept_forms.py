"""What was typed survives: a window that could not go on comes back filled, and does nothing.

A POST whose session ended, whose proof of identity is old or whose CSRF token is stale is carried
on as hidden inputs of the form that asks for what is missing. Nothing is stored, and no form of
the portal carries a secret. A POST with ``back`` asks for the same: show this window filled; one
of a form that holds nothing but its button leads back to the page that the button is on.
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

PREFIX: Final = "kept."  # in forms that have fields of their own
BACK: Final = "back"  # a POST with it only asks to see the form filled
NOT_KEPT: Final = frozenset(
    {
        *("csrfmiddlewaretoken", "password", "proof", "proof_for", BACK),
        *("oldpassword", "password1", "password2"),
        *("client_secret", "client_assertion", "token", "access_token", "refresh_token", "code"),
    }
)  # the last are names of machines' requests, sent here by mistake

Fields = list[tuple[str, str]]
View = Callable[..., HttpResponse]


def keeps_typed(view: View) -> View:
    """Mark a view whose page can be shown again, filled with what was sent to it and ``BACK``."""
    view.keeps_typed = True  # type: ignore[attr-defined]  # see ``show_again``
    return view


def is_sent(request: HttpRequest) -> bool:
    """Return whether a deed is to be done: a form was sent, and not only to be shown filled."""
    return request.method == "POST" and BACK not in request.POST


def give_notice(request: HttpRequest, sentence: str) -> None:
    """Let the next screen that is shown for ``request`` begin with ``sentence``."""
    request.notice = sentence  # type: ignore[attr-defined]  # for ``notice_of``


def notice_of(request: HttpRequest) -> str:
    """Return the sentence that the screen begins with, if any."""
    return getattr(request, "notice", "")


def typed_fields(request: HttpRequest) -> Fields:
    """Return name and value of all that was typed, to be carried as hidden inputs."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_KEPT
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
