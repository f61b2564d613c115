"""Users: the list of people, and Details of one beside it."""

from dataclasses import replace
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app import audit
from clients_app.identity.actor import actor_of
from clients_app.identity.own_sessions import live_sessions
from clients_app.identity.people_factors import factors_of, people_without_factor
from clients_app.identity.sessions import lasting_id
from clients_app.models import AuditEvent, Person
from clients_app.permissions import Action, allows
from clients_app.rules.people import is_unseen
from clients_app.selectors.activity.events import TOP, activity_below
from clients_app.selectors.activity.filters import ActivityFilter
from clients_app.selectors.people.lists import owned_clients, people_page, state_in_list
from clients_app.selectors.people.lookup import get_person, owned_by
from clients_app.selectors.roles.roles import roles_of_person, tenant_roles
from clients_app.selectors.tenants.sidebar import sidebar_counts
from clients_app.web.access import screen
from clients_app.web.addresses import USER, USERS, at
from clients_app.web.htmx import show, wants_fragment, with_query
from clients_app.web.list_state import page_number
from clients_app.web.people_state import PEOPLE_SHOWN, STATES, PeopleState, people_state
from clients_app.web.tabs import Labels, tabs_of

HISTORY_MAX: Final = 20
TABS: Final[Labels] = {
    "details": _("Details"),
    "roles": _("Roles"),
    "clients": _("Owned clients"),
    "sessions": _("Sessions"),
    "activity": _("Activity"),
}
_COLUMNS: Final[dict[str, tuple[str | Promise, str]]] = {
    "name": (_("Name"), ""),
    "state": (_("Status"), ""),
    "roles": (_("Roles"), "col-secret"),
    "factor": (_("Second factor"), "col-roles"),
    "seen": (_("Last sign-in"), "col-used"),
}


class Column(NamedTuple):
    """A column of the list; without ``to`` it does not sort."""

    name: str
    label: str | Promise
    css_class: str
    to: str
    order: str  # for aria-sort


@at(USERS)
@screen(Action.READ_PEOPLE)
def people_list(request: HttpRequest) -> HttpResponse:
    """Show the people who match the filters."""
    context = _list_context(request)
    shown = {"title": gettext("Users"), "address": context["address"]}
    return show(request, "people/people_list", context, fragments=("people", "list"), **shown)


@at(USER)
@screen(Action.READ_PEOPLE)
def person_details(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show who the person is, and how they sign in."""
    person = get_person(actor_of(request).tenant_id, person_id)
    context = {"factors": factors_of([person.pk]).get(person.pk, [])}
    return _tab(request, person, "details", context)


@at(f"{USER}/roles")
@screen(Action.READ_PEOPLE)
def person_roles(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show the roles of the person, Tenant Member first."""
    person = get_person(actor_of(request).tenant_id, person_id)
    return _tab(request, person, "roles", {"roles": roles_of_person(person)})


@at(f"{USER}/clients")
@screen(Action.READ_PEOPLE)
def person_clients(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show the clients that the person owns, and which of them nobody else owns."""
    person = get_person(actor_of(request).tenant_id, person_id)
    page, path = page_number(request.GET), request.path
    clients, pages = owned_clients(person, page=page)
    page = min(page, pages)
    context = {
        "clients": clients,
        "previous": with_query(path, page=page - 1) if page > 1 else "",
        "next": with_query(path, page=page + 1) if page < pages else "",
    }
    return _tab(request, person, "clients", context)


@at(f"{USER}/sessions")
@screen(Action.READ_PEOPLE)
def person_sessions(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show where the person is signed in."""
    person = get_person(actor_of(request).tenant_id, person_id)
    context = {
        "sessions": live_sessions(person, now=timezone.now()),
        "this_session": lasting_id(request),
    }
    return _tab(request, person, "sessions", context)


@at(f"{USER}/activity")
@screen(Action.READ_ACTIVITY)
def person_activity(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show what the person did, and what was done to them."""
    person = get_person(actor_of(request).tenant_id, person_id)
    wanted = ActivityFilter(tenant_id=person.tenant_id, person_id=person.pk)
    events = [row for row in activity_below(wanted, TOP).rows if isinstance(row, AuditEvent)]
    history = [{"event": one, "changes": audit.changes(one)} for one in events[:HISTORY_MAX]]
    return _tab(request, person, "activity", {"history": history})


def _tab(request: HttpRequest, person: Person, tab: str, context: dict[str, Any]) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    if wants_fragment(request):  # the links only need the query of the list
        around: dict[str, Any] = {"state": _state_around(request, tab).query()}
    else:
        around = _list_context(request, _state_around(request, tab))
    counts = {"roles": person.roles.count(), "clients": owned_by(person).clients}
    state = state_in_list(person, now=now)
    address = reverse(f"person-{tab}", args=[person.pk])
    shown = {
        **around,
        **context,
        "one": person,
        "tab": tab,
        "tabs": tabs_of(person, TABS, counts, kind="person", actor=actor),
        "one_state": state,
        "one_is_unseen": is_unseen(
            state, last_seen_at=person.last_login or person.created_at, now=now
        ),
        "one_state_label": STATES[state],
        "may_manage": may_manage(request, person),
        "has_links": not settings.SIGN_ON_ONLY,
        "is_oneself": actor.id == str(person.pk),
        "here": address + around["state"],
        "now": now,
    }
    title = gettext("%(person)s, %(tab)s") % {"person": person, "tab": TABS[tab]}
    return show(request, "people/person_details", shown, title=title, fragments=("details",))


def may_manage(request: HttpRequest, person: Person) -> bool:
    """Return whether the signed-in person may manage ``person``; Staff are managed by Staff."""
    actor = actor_of(request)
    return allows(actor, Action.MANAGE_PEOPLE) and (actor.is_staff or not person.is_staff)


def _state_around(request: HttpRequest, tab: str) -> PeopleState:
    """Return the state of the list; in the tab of clients, ``page`` is a page of them."""
    state = people_state(request.GET)
    return replace(state, page=1) if tab == "clients" else state


def _list_context(request: HttpRequest, state: PeopleState | None = None) -> dict[str, Any]:
    actor, now = actor_of(request), timezone.now()
    state = state or people_state(request.GET)
    page = people_page(
        actor.tenant_id,
        now=now,
        q=state.q,
        show=state.show,
        role_id=state.role,
        sort=state.sort or "name",
        page=state.page,
        without_factor=people_without_factor,
    )
    factors = factors_of(one.pk for one in page.people)
    for one in page.people:
        one.factors, one.state_label = factors.get(one.pk, []), STATES[one.state]
    state = replace(state, page=page.page)
    return {
        "page": page,
        "q": state.q,
        "filters": state,
        "filtered": bool(state.q or state.show or state.role),
        "shows": PEOPLE_SHOWN.items(),
        "roles_to_filter": tenant_roles(actor.tenant_id),
        "columns": _columns(state),
        "state": state.query(),
        "address": reverse("people-list") + state.query(),
        "previous": replace(state, page=page.page - 1).query() if page.page > 1 else "",
        "next": replace(state, page=page.page + 1).query() if page.page < page.pages else "",
        "may_invite": allows(actor, Action.MANAGE_PEOPLE),
        "sidebar": sidebar_counts(actor.tenant_id),
        "now": now,
    }


def _columns(state: PeopleState) -> list[Column]:
    order = state.sort or "name"
    aria = {order.removeprefix("-"): "descending" if order.startswith("-") else "ascending"}
    return [
        Column(
            name,
            label,
            css,
            "" if name in {"roles", "factor"} else state.sorted_by(name),
            aria.get(name, ""),
        )
        for name, (label, css) in _COLUMNS.items()
    ]
