"""Choose a password with a one-time link, and request such a link by mail."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clients_app import conf
from clients_app.errors import SentBefore
from clients_app.identity.kept_forms import BACK, is_sent, keeps
from clients_app.identity.one_time_links import ask_for_link
from clients_app.identity.passwords import SIGN_OUT, ByLink, SignedInAsAnother, wait_before_link
from clients_app.identity.person import person_of
from clients_app.identity.proof import wait_then_try
from clients_app.limits import INVITATION_DAYS, PASSWORD_MIN
from clients_app.web.addresses import at
from clients_app.web.htmx import see_other, show
from clients_app.web.once import once, outcome_before

_show = partial(show, fragments=())  # always a whole page


@keeps()
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password1", "password2")
@once("front", _("Password saved. Sign in with it."), claims=False)
def choose_password(request: HttpRequest, **link: str) -> HttpResponse:
    """Set the password that is typed twice; a form that comes back is empty."""
    if BACK in request.POST:
        request.method = "GET"
    first = outcome_before(request)
    try:
        if first is None:
            return ByLink.as_view(page=_choose)(request, **link)
    except SignedInAsAnother as error:
        return _sign_out_first(request, error.username)
    except SentBefore:  # at the same time
        first = outcome_before(request)
    messages.success(request, str(first and first.sentence))
    return see_other("account_login")


@at("forgot-password", "account_reset_password")
@keeps("email")
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Mail a one-time link, with the same answer for unknown addresses; without mail, say whom to
    contact."""
    if not is_sent(request):
        return _forgot(request, email=request.POST.get("email", ""))
    if not _mails_links():
        return HttpResponseNotAllowed(["GET", "HEAD"])
    email = request.POST.get("email", "").strip()
    try:
        validate_email(email)
    except ValidationError:
        sentence = gettext("Enter an email address such as mara@example.com.")
        return _forgot(request, status=422, email=email, error=sentence)
    if wait_s := wait_before_link(request, email):
        return _forgot(request, status=429, email=email, error=wait_then_try(wait_s))
    ask_for_link(email)
    return _forgot(request, email=email, asked=True)


def _sign_out_first(request: HttpRequest, username: str) -> HttpResponse:
    """Ask somebody who is signed in whether they want to use a link of another person."""
    context = {"username": username, "other": person_of(request).username, "sign_out": SIGN_OUT}
    title, status = gettext("Choose a password"), 409 if request.method == "POST" else 200
    return _show(request, "sign_in/choose_password", context, title=title, status=status)


def _choose(request: HttpRequest, *, form: Any, **found: Any) -> HttpResponse:
    lasts_min = int(conf.setup_link_lifetime().total_seconds()) // 60
    lasts = {"link_lasts_min": lasts_min, "invitation_lasts_days": INVITATION_DAYS}
    context = {"form": form, "minimum": PASSWORD_MIN, **lasts, **found}
    wrong = request.method == "POST" and form.errors
    status = 404 if found["link_failed"] else 422 if wrong else 200
    title = gettext("Choose a password")
    return _show(request, "sign_in/choose_password", context, title=title, status=status)


def _mails_links() -> bool:
    """Return whether people get links by mail: not where single sign-on is the only way."""
    return conf.sends_mail() and not settings.SIGN_ON_ONLY


def _forgot(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"sends_mail": _mails_links(), "email": "", **more}
    title = gettext("Forgot password?")
    return _show(request, "sign_in/forgot_password", context, title=title, status=status)
