"""What was typed survives: a window that could not go on comes back filled, and does nothing.

A POST whose session ended, whose proof of identity is old or whose CSRF token is stale is carried
on as hidden inputs of the form that asks for what is missing. Nothing is stored. A view declares
the fields that may be carried; passwords and secrets are never among them. A POST with ``back``
asks for the same: show this window filled; one of a form that holds nothing but its button leads
back to the page that the button is on.
"""

from collections.abc import Callable, Collection
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from clients_app.http.forms.portal_form import PortalForm

PREFIX: Final = "kept."  # in forms that have fields of their own
BACK: Final = "back"  # a POST with it only asks to see the form filled

SHOWN: Final = (BACK, "1")  # so that a form in which nothing is ticked comes back too

Fields = list[tuple[str, str]]
View = Callable[..., HttpResponse]


def keeps(*fields: str | type[PortalForm]) -> Callable[[View], View]:
    """Let a view be shown again, filled with these fields: each by name, or those of a form.

    ``PREFIX`` stands for what a form carries for another view.
    """
    names: set[str] = set()
    for one in fields:
        names |= {one} if isinstance(one, str) else {*one.base_fields, *one.late_fields}

    def mark(view: View) -> View:
        view.kept_fields = names | getattr(view, "kept_fields", set())  # type: ignore[attr-defined]  # see ``_kept_by``
        return view

    return mark


def is_sent(request: HttpRequest) -> bool:
    """Return whether something is to be done: a form was sent, and not only to be shown filled."""
    return request.method == "POST" and BACK not in request.POST


def give_notice(request: HttpRequest, sentence: str) -> None:
    """Let the next screen that is shown for ``request`` begin with ``sentence``."""
    request.notice = sentence  # type: ignore[attr-defined]  # for ``notice_of``


def notice_of(request: HttpRequest) -> str:
    """Return the sentence that the screen begins with, if any."""
    return getattr(request, "notice", "")


def typed_fields(request: HttpRequest) -> Fields:
    """Return name and value of what was typed and may be carried as hidden inputs."""
    return _those_of(request.POST, _kept_by(request.resolver_match) or ())


def sent_fields(request: HttpRequest) -> Fields:
    """Return what was typed and whether it was only to be shown, for a POST that goes on later."""
    return typed_fields(request) + ([SHOWN] if BACK in request.POST else [])


def posted(fields: Fields) -> QueryDict:
    """Return ``fields`` as a body that was posted."""
    body = QueryDict(mutable=True)
    for name, value in fields:
        body.appendlist(name, value)
    return body


def carried_fields(request: HttpRequest, address: str) -> Fields:
    """Return what a form with fields of its own has carried for the window at ``address``."""
    carried = {PREFIX + name for name in {BACK} | (_kept_by(_match_of(address)) or set())}
    fields = _those_of(request.POST, carried)
    return [(name.removeprefix(PREFIX), value) for name, value in fields]


def show_again(request: HttpRequest, address: str, fields: Fields) -> HttpResponse | None:
    """Return the window at ``address``, filled with ``fields``; None where there is none."""
    match = _match_of(address)
    if match is None or _kept_by(match) is None:
        return None
    path, _, query = address.partition("?")
    request.path = request.path_info = path
    request.method = "POST"
    request.META["QUERY_STRING"] = query
    request.GET = QueryDict(query)
    request.POST = posted([*fields, SHOWN])  # type: ignore[assignment]  # as Django sets it
    request.resolver_match = match
    return match.func(request, *match.args, **match.kwargs)


def own_path(address: str | None) -> str:
    """Return ``address`` if it is a path of ours, else the front page."""
    if not address or not address.startswith("/") or not address.isprintable():
        return "/"
    return address if url_has_allowed_host_and_scheme(address, None) else "/"


def _those_of(body: QueryDict, names: Collection[str]) -> Fields:
    carries = PREFIX in names  # itself, for another view
    wanted = [name for name in body if name in names or (carries and name.startswith(PREFIX))]
    return [(name, value) for name in wanted for value in body.getlist(name)]


def _match_of(address: str) -> ResolverMatch | None:
    try:
        return resolve(address.partition("?")[0])
    except Resolver404:
        return None


def _kept_by(match: ResolverMatch | None) -> set[str] | None:
    """Return the fields that a view lets be carried; None where it cannot be shown again."""
    return getattr(match and match.func, "kept_fields", None)
