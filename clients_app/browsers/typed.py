"""What was typed in a form: carried through a form that asks for something else first, and shown
again with a sentence where it could not be taken."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict

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
    view.keeps_typed = True  # type: ignore[attr-defined]  # see ``web.kept.show_again``
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
