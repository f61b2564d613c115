"""Sign in and sign out."""

from allauth.account.forms import LoginForm
from allauth.account.internal.flows.logout import logout
from allauth.account.stages import LoginStage, LoginStageController
from allauth.core import ratelimit
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clients_app.http.peer_address import address_of
from clients_app.identity import kept_forms
from clients_app.identity.mfa import CodeForm
from clients_app.identity.sessions import is_polled
from clients_app.selectors.tenants.installation import only_tenant
from clients_app.services.activity.refused_attempts import note_failed_sign_in
from clients_app.web.htmx import go, page_asked, page_behind, see_other, show, with_query


@kept_forms.keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Take username and password, then go on where the person wanted to be."""
    to = kept_forms.own_path(request.POST.get("next") or request.GET.get("next"))
    fields = kept_forms.carried_fields(request)
    if request.user.is_authenticated:
        return _go_on(request, to, fields)
    if request.method != "POST" or kept_forms.BACK in request.POST:
        return _ask(request, to, fields, username=request.POST.get("login", ""))
    if not ratelimit.consume(request, action="login"):
        return _ask(request, to, fields, error="too_many", status=429)
    form = LoginForm(request.POST, request=request)
    if not form.is_valid():
        many = form.has_error("__all__", "too_many_login_attempts")
        error, username = "too_many" if many else "wrong", request.POST.get("login", "")
        return _ask(request, to, fields, error=error, username=username, status=422)
    answer = form.login(request, redirect_url=to)
    if request.user.is_authenticated:
        return _go_on(request, to, fields)
    return _ask_code(request, to, fields) if _code_awaited(request) else answer


@kept_forms.keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Take the code of who has a second factor, after the password; a recovery code does too."""
    to = kept_forms.own_path(request.POST.get("next") or request.GET.get("next"))
    fields = kept_forms.carried_fields(request)
    if request.user.is_authenticated:
        return _go_on(request, to, fields)
    stage = _code_awaited(request)
    if stage is None and fields:
        return _ask(request, to, fields, error="ended", status=403)
    if stage is None:
        return go(request, with_query(reverse("account_login"), next=to))
    if request.method != "POST" or kept_forms.BACK in request.POST:
        return _ask_code(request, to, fields)
    form = CodeForm(request.POST, user=stage.login.user)
    if not form.is_valid():
        username, now = stage.login.user.get_username(), timezone.now()
        note_failed_sign_in(username, address=address_of(request), now=now)
        many = form.has_error("code", "too_many_login_attempts")
        error, status = ("too_many", 429) if many else ("wrong", 422)
        return _ask_code(request, to, fields, error=error, status=status)
    form.save()
    stage.exit()
    return _go_on(request, to, fields)


@kept_forms.keeps_typed
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on the server."""
    if not kept_forms.is_sent(request):
        return see_other(reverse("front"))
    logout(request, show_message=False)
    return see_other(reverse("account_login"))


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Ask a signed-out person to sign in; a window that was sent keeps what was typed."""
    if request.method != "POST":
        back = page_behind(request) if is_polled(request) else page_asked(request)
        return go(request, with_query(reverse("account_login"), next=back))
    return _ask(
        request,
        request.get_full_path(),
        kept_forms.typed_fields(request),
        error="ended",
        status=403,
    )


def _go_on(request: HttpRequest, to: str, fields: kept_forms.Fields) -> HttpResponse:
    again = kept_forms.show_again(request, to, fields) if fields else None
    return again or go(request, to)


def _code_awaited(request: HttpRequest) -> LoginStage | None:
    """Return the step of allauth that waits for a code, of a person who may still sign in."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    return stage if stage is not None and stage.login.user.is_active else None


def _ask_code(
    request: HttpRequest, to: str, fields: kept_forms.Fields, *, error: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "next": to,
        "kept": [(kept_forms.PREFIX + name, value) for name, value in fields],
        "error": error,
    }
    return show(request, "sign_in/sign_in_code", context, title=gettext("Sign in"), status=status)


def _ask(
    request: HttpRequest,
    to: str,
    fields: kept_forms.Fields,
    *,
    error: str = "",
    username: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "next": to,
        "kept": [(kept_forms.PREFIX + name, value) for name, value in fields],
        "error": error,
        "username": username,
        "tenant_name": only_tenant(),
    }
    return show(request, "sign_in/sign_in", context, title=gettext("Sign in"), status=status)
