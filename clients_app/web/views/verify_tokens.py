"""Verify tokens: what an API needs to know of this installation, and code with these values."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from clients_app.identity.actor import actor_of
from clients_app.selectors.signing_keys import keys
from clients_app.web.access import screen
from clients_app.web.addresses import at
from clients_app.web.htmx import show
from clients_app.web.views.get_started import addresses_of_apis


@at("help/verify-tokens")
@screen()
def verify_tokens(request: HttpRequest) -> HttpResponse:
    """Show what an API needs to verify tokens of this installation."""
    context = {
        **addresses_of_apis(str(actor_of(request).tenant_id)),
        "algorithms": keys.algorithms() or [settings.TOKEN_SIGNING_ALGORITHM],
    }
    title = gettext("Verify tokens")
    return show(request, "help/verify_tokens", context, title=title, fragments=())
