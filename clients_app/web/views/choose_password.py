"""Choose a password: on a one-time link, which leaves the address bar at once."""

from typing import Any

from allauth.account.views import PasswordResetFromKeyView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clients_app import conf
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
        wrong = shown["link_failed"] or (self.request.method == "POST" and shown["form"].errors)
        title = gettext("Choose a password")
        status = 422 if wrong else 200
        return show(
            self.request, "choose_password", shown, title=title, fragments=(), status=status
        )

    def get_success_url(self) -> str:
        messages.success(self.request, gettext("Password chosen. Sign in with it."))
        return reverse("account_login")


choose_password = require_http_methods(["GET", "HEAD", "POST"])(
    sensitive_post_parameters("password1", "password2")(ChoosePassword.as_view())
)


@require_safe
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Say whom to ask: no mail is sent."""
    return show(request, "forgot_password", {}, title=gettext("Forgot password?"), fragments=())
