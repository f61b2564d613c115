"""How people choose a password: at Account, or on a one-time link."""

from typing import Any, Final

from allauth.account.forms import ChangePasswordForm, default_token_generator
from allauth.account.utils import url_str_to_user_pk
from allauth.account.views import PasswordResetFromKeyView
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.actions import Action
from clients_app.errors import ProofRequired, gettext_noop
from clients_app.http.forms.portal_form import sent_key_of
from clients_app.http.peer_address import address_of
from clients_app.identity.account_adapter import note_wrong_proof
from clients_app.identity.actor import acting, actor_of
from clients_app.identity.allauth_internals import finalize_password_change
from clients_app.identity.guesses import guess_at_proof, wait_for_link
from clients_app.identity.kept_forms import SHOWN, posted
from clients_app.identity.known_devices import remember_device
from clients_app.identity.last_proof import asks_code
from clients_app.identity.person import person_of
from clients_app.identity.proof import note_password, open_window
from clients_app.identity.sign_in import take_first_password
from clients_app.models import Person
from clients_app.permissions import require
from clients_app.services import form_keys
from clients_app.services.activity.refused_attempts import note_refused_link
from clients_app.services.people.accounts import hash_password, save_password

SIGN_OUT: Final = "sign_out"  # the button of somebody who opened a link of another person
_PAUSE_S: Final = 60  # for an address that asks for many links


class MustWait(Exception):
    """A guess at the password must wait ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class SignedInAsAnother(Exception):
    """Somebody who is signed in opened a link of ``username``: they must sign out first."""

    def __init__(self, username: str) -> None:
        super().__init__(username)
        self.username = username


class _LinkIsOver(Exception):
    """The link was used, or ended, while its form was sent."""


def password_form(request: HttpRequest, typed: QueryDict | None = None) -> ChangePasswordForm:
    """Return the form to change one's own password."""
    return ChangePasswordForm(person_of(request), typed)


def wait_before_link(request: HttpRequest, email: str) -> int:
    """Return the seconds before one more link may be mailed to this email; 0 for none.

    Links are counted by email, known or not, and by the address that asks.
    """
    if not ratelimit.consume(request, action="reset_password"):
        return _PAUSE_S
    return wait_for_link(email)


def ask_for_code(request: HttpRequest) -> None:
    """Raise ProofRequired for a person with a second factor and no recent code.

    Passwords are never kept: they are typed again after the code.
    """
    if not asks_code(request):
        return
    try:
        open_window(request, Action.SET_OWN_PASSWORD)
    except ProofRequired:
        request.POST = posted([SHOWN])  # type: ignore[assignment]  # as Django sets it
        raise


def change_password(request: HttpRequest, form: ChangePasswordForm) -> bool:
    """Set the new password and end the other sessions; return False if the form is invalid.

    Without a second factor, the current password in the form is the proof of identity.
    Errors: MustWait; Forbidden; ProofRequired; SentBefore.
    """
    guess = guess_at_proof(request)
    if guess.wait_s:
        raise MustWait(guess.wait_s)
    is_valid = form.is_valid()
    if form.has_error("oldpassword", "enter_current_password"):
        guess.was_wrong()
        note_wrong_proof(request, gettext_noop("This password is wrong."))
    else:
        guess.was_right()
    if not is_valid:
        return False
    if not asks_code(request):
        note_password(request)
    actor = actor_of(request)
    require(actor, Action.SET_OWN_PASSWORD)
    now = timezone.now()
    hash_password(form.user, form.cleaned_data["password1"])
    with form_keys.once(sent_key_of(request.POST), actor=actor, now=now):
        save_password(form.user, actor=actor, now=now)
        finalize_password_change(request, form.user)
    return True


class ByLink(PasswordResetFromKeyView):
    """allauth checks the link and keeps its key in the session; ``page`` renders the screen.

    Errors: SignedInAsAnother; SentBefore.
    """

    page: Any = None  # a function of ``web``

    def logout(self) -> None:
        """Sign out somebody who opened a link of another person, if their button asks for it.

        allauth calls this for each request, but an address alone must sign nobody out.
        """
        if SIGN_OUT not in self.request.POST:
            raise SignedInAsAnother(self.reset_user.username)
        super().logout()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save the password, or open the link after the sign-out."""
        if SIGN_OUT in request.POST:
            return HttpResponseRedirect(request.path, status=303)
        saved: HttpResponse = super().post(request, *args, **kwargs)
        return saved

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        form, failed = context.get("form"), context.get("token_fail", False)
        username = self.reset_user.username if self.reset_user else ""
        if failed:
            _note_refused_link(self.request, self.kwargs["uidb36"])
        shown: HttpResponse = self.page(
            self.request, form=form, link_failed=failed, username=username
        )
        return shown

    def form_valid(self, form: Any) -> HttpResponse:
        """Save the password, once for each form; the device is known from then on.

        The first password of a person signs them in, and each one where passwords do not.
        """
        form_key, actor = sent_key_of(self.request.POST), acting(self.request, self.reset_user)
        now, is_first = timezone.now(), self.reset_user.last_login is None
        hash_password(self.reset_user, form.cleaned_data["password1"])
        try:
            with form_keys.once(form_key, actor=actor, now=now):
                self._refuse_used_link()
                save_password(self.reset_user, actor=actor, now=now)
        except _LinkIsOver:
            return self.render_to_response(self.get_context_data(token_fail=True))
        if self.request.user.is_authenticated:
            super().logout()  # the new password ended this session too
        if is_first or settings.SIGN_ON_ONLY:
            password = form.cleaned_data["password1"]
            username = self.reset_user.username
            take_first_password(self.request, username, password, to=reverse("front"))
        saved = HttpResponseRedirect(self.get_success_url())
        remember_device(self.request, saved, self.reset_user.username)
        return saved

    def _refuse_used_link(self) -> None:
        """Check the link again, and let others with it wait: hashing took a while."""
        rows: Any = Person.objects.select_for_update(no_key=True)
        person = rows.filter(pk=self.reset_user.pk).first()
        if person is None or not default_token_generator.check_token(person, self.key):
            raise _LinkIsOver

    def get_success_url(self) -> str:
        if self.request.user.is_authenticated:
            messages.success(self.request, gettext("Password saved. You are signed in."))
            return reverse("front")
        messages.success(self.request, gettext("Password saved. Sign in with it."))
        return reverse("account_login")


def _note_refused_link(request: HttpRequest, uidb36: str) -> None:
    """Record that a link was refused; one that names nobody is not recorded."""
    try:
        person = Person.objects.filter(pk=url_str_to_user_pk(uidb36)).first()
    except (ValidationError, ValueError):  # no id
        return
    if person is not None:
        note_refused_link(person.username, address=address_of(request), now=timezone.now())
