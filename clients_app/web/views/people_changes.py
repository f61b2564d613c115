"""The windows that change a person: name, roles, access, second factor and password."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from clients_app import conf
from clients_app.errors import Conflict, NotFound, gettext_noop
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import give_notice, is_sent
from clients_app.identity.one_time_links import make_one_time_link, send_link
from clients_app.identity.own_sessions import end_sessions, live_sessions
from clients_app.identity.people_factors import factors_of
from clients_app.identity.second_factors import remove_factor
from clients_app.identity.sessions import lasting_id
from clients_app.models import Person
from clients_app.permissions import Action
from clients_app.selectors.people.lists import owned_clients
from clients_app.selectors.people.lookup import get_person, owned_by
from clients_app.services.people.accounts import assign_person_roles, require_may_manage, set_active
from clients_app.services.people.ownership import hand_over
from clients_app.services.people.profile import edit_person
from clients_app.web.access import window
from clients_app.web.addresses import USER, at
from clients_app.web.form_window import Screen, edited_by, form_window
from clients_app.web.forms.people_forms import ByMailForm, HandOverForm, PersonForm, PersonRolesForm
from clients_app.web.htmx import done, show
from clients_app.web.once import once

OWNED_SHOWN = 20


@at(f"{USER}/edit")
@window(Action.MANAGE_PEOPLE, PersonForm)
def person_edit(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Change name and email."""
    person = _managed(request, person_id)

    def save(form: PersonForm) -> HttpResponse:
        fields = {name: form.cleaned_data[name] for name in ("name", "email")}
        saved = edit_person(person, **fields, **edited_by(request, form))
        words = gettext("%(person)s saved.")
        if saved.is_invited and saved.email != person.email and not settings.SIGN_ON_ONLY:
            words = gettext("%(person)s saved. The link sent before ended: renew the invitation.")
        return _done(request, words, saved)

    page = Screen("people/person_edit", gettext("Edit person"), {"one": person})
    return form_window(request, page, PersonForm, save, person=person)


@at(f"{USER}/activate")
@window(Action.MANAGE_PEOPLE)
def person_activate(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Let the person sign in again."""
    person = _managed(request, person_id)
    if is_sent(request):
        set_active(person, active=True, actor=actor_of(request), now=timezone.now())
        return _done(request, gettext("%(person)s can sign in again."), person)
    return show(request, "people/person_activate", {"one": person}, title=gettext("Activate"))


@at(f"{USER}/roles/edit")
@window(Action.MANAGE_PEOPLE, PersonRolesForm)
def person_roles_edit(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Assign exactly the ticked roles, and Tenant Member."""
    person = _managed(request, person_id)

    def save(form: PersonRolesForm) -> HttpResponse:
        confirms, by = form.cleaned_data["confirm_admin"], edited_by(request, form)
        saved = assign_person_roles(person, form.role_ids, confirms_administrator=confirms, **by)
        return _done(request, gettext("Roles of %(person)s saved."), saved, to="person-roles")

    page = Screen("people/person_roles_edit", gettext("Edit Roles"), {"one": person})
    return form_window(request, page, PersonRolesForm, save, person=person)


@at(f"{USER}/deactivate")
@window(Action.MANAGE_PEOPLE, HandOverForm)
def person_deactivate(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Say what the person owns, hand it over to somebody else, and end their access."""
    person = _managed(request, person_id)

    @transaction.atomic  # both, or neither
    def save(form: HandOverForm) -> HttpResponse:
        actor, now = actor_of(request), timezone.now()
        if to := form.cleaned_data["hand_over_to"]:
            hand_over(person, to, actor=actor, now=now)
        set_active(person, active=False, actor=actor, now=now)
        return _done(request, gettext("%(person)s is deactivated."), person)

    owned = owned_by(person)
    page = Screen(
        "people/person_deactivate",
        gettext("Deactivate"),
        lambda form: {
            "one": person,
            "owned": owned,
            "clients": owned_clients(person, page=1)[0][:OWNED_SHOWN],
            "more_clients": max(0, owned.clients - OWNED_SHOWN),
            "is_oneself": actor_of(request).id == str(person.pk),
        },
    )
    return form_window(request, page, HandOverForm, save, person=person)


@at(f"{USER}/factor")
@window(Action.MANAGE_PEOPLE)
def person_factor_reset(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Remove the second factor of a person who lost it."""
    person, status = _managed(request, person_id), 200
    if is_sent(request):
        this, now = lasting_id(request), timezone.now()
        try:
            removed = remove_factor(person, actor=actor_of(request), now=now, session_id=this)
        except Conflict as error:  # one's own, which is demanded
            give_notice(request, sentence_of(error))
            status = 409
        else:
            words = gettext("The second factor of %(person)s is removed.")
            return _done(request, words if removed else gettext("%(person)s had none."), person)
    context = {"one": person, "factors": factors_of([person.pk]).get(person.pk, [])}
    title = gettext("Reset second factor")
    return show(request, "people/person_factor_reset", context, title=title, status=status)


@at(f"{USER}/sessions/end")
@at(f"{USER}/sessions/<slug:session_id>/end", "person-session-end")
@window(Action.MANAGE_PEOPLE)
def person_sessions_end(
    request: HttpRequest, person_id: UUID, session_id: str = ""
) -> HttpResponse:
    """End one session of a person, or all of them but the one that asks for it."""
    person, this = _managed(request, person_id), lasting_id(request)
    actor, now = actor_of(request), timezone.now()
    if is_sent(request):
        number = end_sessions(person, only=session_id, spare=this, actor=actor, now=now)
        words = ngettext("A session of %(person)s ended.", "Sessions of %(person)s ended.", number)
        said = words if number else gettext("%(person)s had no such session.")
        return _done(request, said, person, to="person-sessions")
    found = live_sessions(person, now=now)
    sessions = [one for one in found if one.id != this and session_id in {"", one.id}]
    context = {"one": person, "sessions": sessions, "session_id": session_id, "now": now}
    title = gettext("End sessions")
    return show(request, "people/person_sessions_end", context, title=title)


@at(f"{USER}/password")
@sensitive_variables("link")
@window(Action.MANAGE_PEOPLE, ByMailForm)
@once("people-list", _("A link to choose a password was made."), event="peopleChanged")
def person_password_reset(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Mail a link to choose a password, or show it once."""
    person = _managed(request, person_id)
    if settings.SIGN_ON_ONLY:
        raise NotFound(gettext_noop("Nobody signs in with a password here."))
    if person.is_invited or not person.is_active:
        raise NotFound(gettext_noop("This person cannot sign in: renew or activate them first."))

    @sensitive_variables("link")
    def save(form: ByMailForm) -> HttpResponse:
        actor, now = actor_of(request), timezone.now()
        if form.is_by_mail:
            send_link(person, actor=actor, now=now)
            return _done(request, gettext("A link is mailed to %(person)s."), person)
        link = make_one_time_link(person, actor=actor, now=now)
        context = {"one": person, "link": link, "ends_at": now + conf.setup_link_lifetime()}
        title = gettext("One-time link")
        return show(request, "people/link_shown", context, title=title, event="peopleChanged")

    page = Screen(
        "people/person_password_reset",
        gettext("Reset password"),
        {
            "one": person,
            "lasts_min": int(conf.setup_link_lifetime().total_seconds()) // 60,
        },
    )
    return form_window(
        request, page, ByMailForm, save, acts_once=True, has_email=bool(person.email)
    )


def _managed(request: HttpRequest, person_id: UUID) -> Person:
    actor = actor_of(request)
    person = get_person(actor.tenant_id, person_id)
    require_may_manage(person, actor=actor)
    return person


def _done(
    request: HttpRequest, words: str, person: Person, *, to: str = "person-details"
) -> HttpResponse:
    words %= {"person": str(person)}
    return done(request, words, to, event="peopleChanged", person_id=person.pk)
