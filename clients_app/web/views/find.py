"""Find (Ctrl K): clients, roles, APIs, pages and actions by a few letters."""

from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.identity.actor import actor_of
from clients_app.permissions import Action, allows
from clients_app.rules.names import key_of
from clients_app.selectors.clients.find import find as find_rows
from clients_app.web.access import screen
from clients_app.web.addresses import at
from clients_app.web.htmx import show
from clients_app.web.list_state import filter_text


class Place(NamedTuple):
    """A page or a window, for people with the permission that it ``needs``."""

    label: str | Promise
    icon: str
    route: str
    needs: Action
    keys: tuple[str, ...] = ()
    is_window: bool = False


PLACES: Final = (
    Place(_("Add Client"), "plus", "client-add", Action.ADD_CLIENT, ("C",), True),
    Place(_("Add Role"), "plus", "role-add", Action.ADD_ROLE, is_window=True),
    Place(_("Add API"), "plus", "api-add", Action.ADD_API, is_window=True),
    Place(_("Invite a person"), "plus", "person-invite", Action.MANAGE_PEOPLE, is_window=True),
    Place(_("Open Clients"), "key", "client-list", Action.READ_CLIENTS, ("G", "C")),
    Place(_("Usage of all clients"), "activity", "clients-usage", Action.READ_CLIENTS),
    Place(_("Open APIs"), "layers", "api-list", Action.READ_APIS, ("G", "P")),
    Place(_("Open Roles"), "shield", "role-list", Action.READ_ROLES, ("G", "R")),
    Place(_("Open Users"), "users", "people-list", Action.READ_PEOPLE, ("G", "U")),
    Place(_("Open Activity"), "activity", "activity", Action.READ_ACTIVITY, ("G", "A")),
    Place(_("Get started"), "book", "get-started", Action.READ_CLIENTS),
    Place(_("REST API"), "layers", "api-reference", Action.READ_CLIENTS),
    Place(_("Verify tokens"), "check-circle", "verify-tokens", Action.READ_CLIENTS),
    Place(_("Inspect a token"), "search", "token-inspector", Action.READ_CLIENTS),
    Place(_("Open Account"), "user", "account", Action.READ_CLIENTS),
    Place(_("Open Notices"), "calendar", "notices", Action.READ_CLIENTS),
    Place(_("Open Organisation"), "building", "organisation", Action.RENAME_TENANT),
    Place(_("Open Policies"), "shield-check", "policies", Action.READ_POLICIES),
    Place(_("Open Signing keys"), "lock", "signing-keys", Action.READ_KEYS),
    Place(_("Keyboard shortcuts"), "terminal", "shortcuts", Action.READ_CLIENTS, ("?",), True),
)


@at("find")
@screen(Action.READ_CLIENTS)
def find(request: HttpRequest) -> HttpResponse:
    """Show what matches the letters typed so far."""
    actor, q = actor_of(request), filter_text(request.GET)
    words, found = key_of(q), find_rows(actor.tenant_id, q)
    context = {
        "q": q,
        "clients": found.clients,
        "roles": found.roles,
        "apis": found.apis,
        "places": [
            {"place": place, "address": reverse(place.route)}
            for place in PLACES
            if words in key_of(str(place.label)) and allows(actor, place.needs)
        ],
    }
    return show(request, "help/find", context, title=gettext("Find"), fragments=("window", "found"))
