"""Choose a password: on a one-time link, maybe mailed, which leaves the address bar at once."""

from typing import Any

from allauth.account.views import PasswordResetFromKeyView
from allauth.core import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clients_app import conf
from clients_app.identity.kept_forms import BACK, is_sent, keeps_typed
from clients_app.identity.password_mails import ask_for_link
from clients_app.limits import PASSWORD_MIN
from clients_app.web.htmx import show


class ChoosePassword(PasswordResetFromKeyView):
    """allauth checks the link and keeps its key in the session; our screen is shown."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        shown = {
            "form": context.get("form"),
            "link_failed": context.get("token_fail", False),
            "username": self.reset_user.username if self.reset_user else "",
            "minimum": PASSWORD_MIN,
            "link_lasts_min": int(conf.setup_link_lifetime().total_seconds()) // 60,
        }
        wrong = self.request.method == "POST" and shown["form"].errors
        title = gettext("Choose a password")
        status = 404 if shown["link_failed"] else 422 if wrong else 200
        return show(
            self.request, "sign_in/choose_password", shown, title=title, fragments=(), status=status
        )

    def get_success_url(self) -> str:
        messages.success(self.request, gettext("Password saved. Sign in with it."))
        return reverse("account_login")


@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password1", "password2")
def choose_password(request: HttpRequest, **link: str) -> HttpResponse:
    """Take the password that is typed twice; one that only comes back is typed anew."""
    if BACK in request.POST:
        request.method = "GET"
    answer: HttpResponse = ChoosePassword.as_view()(request, **link)
    return answer


@keeps_typed
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
    if not ratelimit.consume(request, action="reset_password", key=email.casefold()):
        return _forgot(
            request, status=429, email=email, error=gettext("Wait a minute, then try again.")
        )
    ask_for_link(email)
    return _forgot(request, email=email, asked=True)


def _forgot(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"sends_mail": conf.sends_mail(), "email": "", **more}
    title = gettext("Forgot password?")
    return show(
        request, "sign_in/forgot_password", context, title=title, fragments=(), status=status
    )
