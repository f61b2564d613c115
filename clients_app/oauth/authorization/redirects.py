"""Redirects between the portal and an application."""

from http import HTTPStatus

from django.http import HttpResponse


def see_other(url: str) -> HttpResponse:
    """Redirect to ``url`` with GET: never with 307, which repeats a form (AUT-8).

    Django's own class refuses private schemes. The page may be a pop-up of the application.
    """
    response = HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": url})
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response
