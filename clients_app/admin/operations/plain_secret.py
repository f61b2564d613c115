"""The only page on which a plain secret is seen: the very answer to the POST that made it."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from clients_app import conf
from clients_app.admin.pages import show
from clients_app.models import Client


@sensitive_variables("plain", "context")
def show_plain_secret(
    request: HttpRequest, client: Client, plain: str, *, title: str
) -> HttpResponse:
    """Show Client Id and Client Secret; an Authorization Code client has no secret to show."""
    context = {"plain": plain, "token_address": f"{conf.issuer()}/connect/token"}
    return show(request, "plain_secret", context, title=title, subject=client)


def show_already_added(request: HttpRequest, client: Client) -> HttpResponse:
    """Say that the form was sent before: its secret is gone, a new one can be added."""
    title = gettext("Already Added")
    return show(request, "already_added", {}, title=title, subject=client, status=409)
