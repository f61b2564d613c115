"""How people choose a password: at Account, or on a one-time link that may have been mailed."""

from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.account.views import PasswordResetFromKeyView
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from clients_app.actions import Action
from clients_app.errors import ProofRequired
from clients_app.identity.account_adapter import note_wrong_password
from clients_app.identity.actor import actor_of
from clients_app.identity.allauth_internals import finalize_password_change
from clients_app.identity.kept_forms import SHOWN, posted
from clients_app.identity.last_proof import asks_code
from clients_app.identity.person import person_of
from clients_app.identity.proof import note_password, open_window
from clients_app.permissions import require


def password_form(request: HttpRequest, typed: QueryDict | None = None) -> ChangePasswordForm:
    """Return the form in which people change their own password."""
    return ChangePasswordForm(person_of(request), typed)


def may_try_password(request: HttpRequest) -> bool:
    """Return whether this person may try to change the password once more for now."""
    return ratelimit.consume(request, action="change_password", user=request.user)


def may_ask_for_link(request: HttpRequest, email: str) -> bool:
    """Return whether one more link may be mailed to this address for now."""
    return ratelimit.consume(request, action="reset_password", key=email.casefold())


def ask_for_code(request: HttpRequest) -> None:
    """Return if a code was given lately, for people with a second factor; others need none.

    Errors: ProofRequired. Passwords are never carried: they are typed again after the code.
    """
    if not asks_code(request):
        return
    try:
        open_window(request, Action.SET_OWN_PASSWORD)
    except ProofRequired:
        request.POST = posted([SHOWN])  # type: ignore[assignment]  # as Django sets it
        raise


def change_password(request: HttpRequest, form: ChangePasswordForm) -> bool:
    """Set the password that was typed and end the other sessions; return False if it is wrong.

    The current password, typed along with it, is the proof of people who prove by password.
    Errors: Forbidden; ProofRequired.
    """
    if not form.is_valid():
        if form.has_error("oldpassword", "enter_current_password"):
            note_wrong_password(request)
        return False
    if not asks_code(request):
        note_password(request)
    require(actor_of(request), Action.SET_OWN_PASSWORD)
    form.save()
    finalize_password_change(request, form.user)
    return True


class ByLink(PasswordResetFromKeyView):
    """allauth checks the link and keeps its key in the session; ``page`` shows our screen."""

    page: Any = None  # a function of the door

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        form, failed = context.get("form"), context.get("token_fail", False)
        username = self.reset_user.username if self.reset_user else ""
        shown: HttpResponse = self.page(
            self.request, form=form, link_failed=failed, username=username
        )
        return shown

    def get_success_url(self) -> str:
        messages.success(self.request, gettext("Password saved. Sign in with it."))
        return reverse("account_login")
