"""What was typed in a form, carried through a form that asks for something else first."""

from typing import Final

from django.http import HttpRequest, QueryDict

BACK: Final = "back"  # a POST with it only asks to see the form filled
NOT_KEPT: Final = frozenset(
    {
        *("csrfmiddlewaretoken", "password", "proof", "proof_for", BACK),
        *("oldpassword", "password1", "password2"),
        *("client_secret", "client_assertion", "token", "access_token", "refresh_token", "code"),
    }
)  # the last are names of machines' requests, sent here by mistake

Fields = list[tuple[str, str]]


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
