"""Keeps what people typed over a sign-in or a proof of identity, and shows it again.

If the session of a POST ended, its proof of identity is old or its CSRF token is stale, its fields
become hidden inputs of the form that asks for what is missing. Nothing is stored. A view declares
the fields that may be kept; passwords and secrets never are. A POST with ``back`` only shows the
window again with its fields, or, if the form is just a button, the page with the button.
"""

from collections.abc import Callable, Collection
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from clients_app.http.forms.portal_form import PortalForm

PREFIX: Final = "kept."  # in forms that have fields of their own
BACK: Final = "back"  # a POST with it only shows the form again

SHOWN: Final = (BACK, "1")

Fields = list[tuple[str, str]]
View = Callable[..., HttpResponse]


def keeps(*fields: str | type[PortalForm]) -> Callable[[View], View]:
    """Decorate a view that can be shown again with these fields, given by name or as a form.

    ``PREFIX`` stands for the fields that a form keeps for another view.
    """
    names: set[str] = set()
    for one in fields:
        names |= {one} if isinstance(one, str) else _fields_of(one)

    def mark(view: View) -> View:
        view.kept_fields = names | getattr(view, "kept_fields", set())  # type: ignore[attr-defined]  # see ``_kept_by``
        return view

    return mark


def is_sent(request: HttpRequest) -> bool:
    """Return whether a form was sent, and not just to show it again."""
    return request.method == "POST" and BACK not in request.POST


def give_notice(request: HttpRequest, sentence: str) -> None:
    """Show ``sentence`` at the top of the next screen of ``request``."""
    request.notice = sentence  # type: ignore[attr-defined]  # for ``notice_of``


def notice_of(request: HttpRequest) -> str:
    """Return the sentence at the top of the screen, if any."""
    return getattr(request, "notice", "")


def typed_fields(request: HttpRequest) -> Fields:
    """Return the name and value of the typed fields that may be kept."""
    return _those_of(request.POST, _kept_by(request.resolver_match) or ())


def sent_fields(request: HttpRequest) -> Fields:
    """Return ``typed_fields``, and ``SHOWN`` if the form was sent only to show it again."""
    return typed_fields(request) + ([SHOWN] if BACK in request.POST else [])


def fields_of_form(request: HttpRequest) -> Fields:
    """Return the fields of a POST that show its form again, also before its view was found.

    The CSRF token is the one that was sent, so that another site cannot use the form.
    """
    names = _kept_by(_match_of(request.path))
    if request.method != "POST" or names is None:
        return []
    return [*_those_of(request.POST, names | {"csrfmiddlewaretoken"}), SHOWN]


def posted(fields: Fields) -> QueryDict:
    """Return ``fields`` as the body of a POST."""
    body = QueryDict(mutable=True)
    for name, value in fields:
        body.appendlist(name, value)
    return body


def carried_fields(request: HttpRequest, address: str) -> Fields:
    """Return the fields that another form has kept for the window at ``address``."""
    carried = {PREFIX + name for name in {BACK} | (_kept_by(_match_of(address)) or set())}
    fields = _those_of(request.POST, carried)
    return [(name.removeprefix(PREFIX), value) for name, value in fields]


def show_again(request: HttpRequest, address: str, fields: Fields) -> HttpResponse | None:
    """Return the window at ``address`` with ``fields``; None if it cannot be shown again."""
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
    """Return ``address`` if it is a path of this portal, or the front page otherwise.

    Django looks at the part before the query, which says where it leads: it refuses long addresses,
    such as those of applications that wait for a sign-in.
    """
    if not address or not address.startswith("/") or not address.isprintable():
        return "/"
    return address if url_has_allowed_host_and_scheme(address.partition("?")[0], None) else "/"


def _fields_of(form: type[PortalForm]) -> set[str]:
    return {*form.base_fields, *form.late_fields} - {*form.never_kept}


def _those_of(body: QueryDict, names: Collection[str]) -> Fields:
    keeps_others = PREFIX in names
    wanted = [name for name in body if name in names or (keeps_others and name.startswith(PREFIX))]
    return [(name, value) for name in wanted for value in body.getlist(name)]


def _match_of(address: str) -> ResolverMatch | None:
    try:
        return resolve(address.partition("?")[0])
    except Resolver404:
        return None


def _kept_by(match: ResolverMatch | None) -> set[str] | None:
    """Return the fields that a view keeps; None if it cannot be shown again."""
    return getattr(match and match.func, "kept_fields", None)
