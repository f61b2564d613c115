"""Invite, and renewing or withdrawing an invitation."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from clients_app.errors import NotFound, gettext_noop
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent
from clients_app.identity.one_time_links import invitation_link
from clients_app.limits import INVITATION_DAYS
from clients_app.models import Person
from clients_app.permissions import Action
from clients_app.selectors.people.lookup import get_person
from clients_app.services.people.accounts import require_may_manage
from clients_app.services.people.invitations import (
    invite_person,
    renew_invitation,
    withdraw_invitation,
)
from clients_app.web.access import window
from clients_app.web.addresses import INVITATION, USERS, at
from clients_app.web.form_window import Screen, form_window
from clients_app.web.forms.people_forms import ByMailForm, InviteForm
from clients_app.web.htmx import done, go, show
from clients_app.web.once import once


@at(f"{USERS}/invite")
@window(Action.MANAGE_PEOPLE, InviteForm)
@once("people-list", _("The person is invited."), event="peopleChanged")
def person_invite(request: HttpRequest) -> HttpResponse:
    """Add a person who accepts by choosing a password."""

    def save(form: InviteForm) -> HttpResponse:
        now = timezone.now()
        person = invite_person(**form.invitation(), actor=actor_of(request), now=now)
        return _invited(request, person, by_mail=form.is_by_mail)

    page = Screen("people/person_invite", gettext("Invite"), {"lasts_days": INVITATION_DAYS})
    return form_window(
        request, page, InviteForm, save, acts_once=True, tenant_id=actor_of(request).tenant_id
    )


@at(INVITATION)
@window(Action.MANAGE_PEOPLE, ByMailForm)
@once("people-list", _("The invitation is renewed."), event="peopleChanged")
def invitation_renew(request: HttpRequest, invited_id: UUID) -> HttpResponse:
    """Make a new link; the former ones stop working."""
    person = _pending(request, invited_id)

    def save(form: ByMailForm) -> HttpResponse:
        actor, now = actor_of(request), timezone.now()
        renewed = renew_invitation(person, by_mail=form.is_by_mail, actor=actor, now=now)
        return _invited(request, renewed, by_mail=form.is_by_mail)

    page = Screen(
        "people/invitation_renew",
        gettext("Renew invitation"),
        {"one": person, "lasts_days": INVITATION_DAYS},
    )
    return form_window(
        request, page, ByMailForm, save, acts_once=True, has_email=bool(person.email)
    )


@at(f"{INVITATION}/withdraw")
@window(Action.MANAGE_PEOPLE)
def invitation_withdraw(request: HttpRequest, invited_id: UUID) -> HttpResponse:
    """Remove the person, who has not accepted."""
    person, title = _pending(request, invited_id), gettext("Withdraw invitation")
    if is_sent(request):
        withdraw_invitation(person, actor=actor_of(request), now=timezone.now())
        words = gettext("The invitation of %(person)s is withdrawn.") % {"person": person}
        messages.success(request, words)
        return go(request, reverse("people-list"))
    return show(request, "people/invitation_withdraw", {"one": person}, title=title)


@sensitive_variables("link")
def _invited(request: HttpRequest, person: Person, *, by_mail: bool) -> HttpResponse:
    if by_mail:
        words = gettext("%(person)s is invited by mail.") % {"person": person}
        return done(request, words, "person-details", event="peopleChanged", person_id=person.pk)
    if settings.SIGN_ON_ONLY:
        words = gettext("%(person)s is invited. They accept by single sign-on.")
        said = words % {"person": person}
        return done(request, said, "person-details", event="peopleChanged", person_id=person.pk)
    link = invitation_link(person, now=timezone.now())
    context = {"one": person, "link": link, "ends_at": person.invitation_ends_at}
    title = gettext("Invitation link")
    return show(request, "people/link_shown", context, title=title, event="peopleChanged")


def _pending(request: HttpRequest, person_id: UUID) -> Person:
    actor = actor_of(request)
    person = get_person(actor.tenant_id, person_id)
    require_may_manage(person, actor=actor)
    if not person.is_invited:
        raise NotFound(gettext_noop("This invitation has been accepted."))
    return person
