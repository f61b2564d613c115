"""Choose a password: on a one-time link, maybe mailed, which leaves the address bar at once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clients_app import conf
from clients_app.identity.kept_forms import BACK, is_sent, keeps
from clients_app.identity.one_time_links import ask_for_link
from clients_app.identity.passwords import ByLink, may_ask_for_link
from clients_app.limits import PASSWORD_MIN
from clients_app.web.htmx import show


@keeps()
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password1", "password2")
def choose_password(request: HttpRequest, **link: str) -> HttpResponse:
    """Take the password that is typed twice; one that only comes back is typed anew."""
    if BACK in request.POST:
        request.method = "GET"
    answer: HttpResponse = ByLink.as_view(page=_choose)(request, **link)
    return answer


@keeps("email")
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Mail a one-time link, and say the same whether anybody has that address; where no mail is
    sent, say whom to ask."""
    if not is_sent(request):
        return _forgot(request, email=request.POST.get("email", ""))
    if not conf.sends_mail():
        return HttpResponseNotAllowed(["GET", "HEAD"])
    email = request.POST.get("email", "").strip()
    try:
        validate_email(email)
    except ValidationError:
        sentence = gettext("Enter an e-mail address such as mara@example.com.")
        return _forgot(request, status=422, email=email, error=sentence)
    if not may_ask_for_link(request, email):
        return _forgot(
            request, status=429, email=email, error=gettext("Wait a minute, then try again.")
        )
    ask_for_link(email)
    return _forgot(request, email=email, asked=True)


def _choose(request: HttpRequest, *, form: Any, **found: Any) -> HttpResponse:
    lasts_min = int(conf.setup_link_lifetime().total_seconds()) // 60
    context = {"form": form, "minimum": PASSWORD_MIN, "link_lasts_min": lasts_min, **found}
    wrong = request.method == "POST" and form.errors
    title = gettext("Choose a password")
    status = 404 if found["link_failed"] else 422 if wrong else 200
    return show(
        request, "sign_in/choose_password", context, title=title, fragments=(), status=status
    )


def _forgot(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"sends_mail": conf.sends_mail(), "email": "", **more}
    title = gettext("Forgot password?")
    return show(
        request, "sign_in/forgot_password", context, title=title, fragments=(), status=status
    )
