"""The theme, saved in the account, and in this browser for pages before the sign-in."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from clients_app import conf
from clients_app.http.theme import THEME_COOKIE, THEMES
from clients_app.identity import kept_forms
from clients_app.models import Person
from clients_app.services.people.preferences import set_preferences
from clients_app.web.addresses import at
from clients_app.web.htmx import see_other, wants_fragment

YEAR_S = 365 * 24 * 3600


@at("theme")
@kept_forms.keeps("next")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Save Light, Dark or, for anything else, System."""
    to = kept_forms.own_path(request.POST.get("next"))
    if not kept_forms.is_sent(request):
        return see_other(to)
    response = HttpResponse(status=204) if wants_fragment(request) else see_other(to)
    keep_theme(request, response)
    return response


def keep_theme(request: HttpRequest, response: HttpResponse) -> None:
    """Save the chosen theme in the account of a signed-in person, and in the browser."""
    chosen = request.POST.get("theme", "")
    wanted = chosen if chosen in THEMES else "system"
    if isinstance(request.user, Person):
        set_preferences(request.user, theme=wanted)
    secure = conf.public_url().startswith("https:")
    response.set_cookie(
        THEME_COOKIE, wanted, max_age=YEAR_S, secure=secure, httponly=True, samesite="Lax"
    )
